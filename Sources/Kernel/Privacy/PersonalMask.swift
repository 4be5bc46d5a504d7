public import Core
public import Store

/// Personal values hidden behind placeholders, for whoever may work with them but need not read them,
/// such as a language model.
///
/// A placeholder says what it stands for, for instance `<<customer.name 1 4k2p>>`: the field, a number, and a
/// mark of the conversation, which nobody who writes data can know. The same value of the same person
/// has one placeholder.
public struct PersonalMask: Sendable {
    private struct Entry: Sendable {
        var placeholder: String
        var value: JSON
        var subject: DataSubject
        var field: String
        var erased: JSON
    }

    private let mark: String
    private var entries: [Entry] = []

    /// A mask that hides nothing yet.
    ///
    /// - Parameter random: makes the mark; the same again gives the same placeholders again.
    public init(random: some RandomSource) {
        let letters = Array("23456789abcdefghjkmnpqrstuvwxyz")
        mark = String((0..<6).map { _ in letters[Int(random.next() % UInt64(letters.count))] })
    }

    /// Whether anything is hidden.
    public var isEmpty: Bool { entries.isEmpty }

    /// What is hidden, or was only noted.
    var values: [(json: JSON, subject: DataSubject, field: String)] {
        entries.map { ($0.value, $0.subject, $0.field) }
    }

    private mutating func placeholder(
        for value: JSON,
        _ subject: DataSubject,
        _ field: String,
        _ erased: JSON
    ) -> String {
        if let known = entries.first(where: {
            $0.field == field && $0.subject == subject && $0.value == value
        }) {
            return known.placeholder
        }
        let number = entries.count { $0.field == field } + 1
        let text = "<<\(field) \(number) \(mark)>>"
        entries.append(
            Entry(placeholder: text, value: value, subject: subject, field: field, erased: erased)
        )
        return text
    }

    // MARK: Hiding

    /// The document with what is declared personal in it hidden.
    ///
    /// - Parameters:
    ///   - json: the document, in clear.
    ///   - place: what kind of document it is.
    ///   - privacy: knows what is personal in it.
    /// - Returns: the document with placeholders.
    public mutating func hide(
        _ json: JSON,
        at place: PersonalData.Place,
        by privacy: Privacy
    ) -> JSON {
        var json = json
        for (subject, fields) in privacy.declared(in: json, at: place) {
            for field in fields {
                json = PersonalField.replace(in: json, field.path[...]) { value in
                    guard !value.isNull, value != "" else { return value }
                    return .string(
                        placeholder(for: value, subject, field.name, field.erased(value))
                    )
                }
            }
        }
        return json
    }

    /// The document with everything that is sealed in it hidden.
    ///
    /// - Parameters:
    ///   - json: the document as it is kept.
    ///   - privacy: opens it.
    ///   - organisation: whose it is.
    ///   - reader: where the keys are.
    /// - Returns: the document with placeholders.
    /// - Throws: as `Privacy.open`.
    public mutating func hideSealed(
        _ json: JSON,
        by privacy: Privacy,
        of organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> JSON {
        guard SealedText.isIn(json) else { return json }
        switch json {
        case .string(let text):
            return .string(
                try SealedText.replacing(in: text) { sealed in
                    placeholder(
                        for: try privacy.open(.string(sealed.text), of: organisation, in: reader),
                        sealed.subject,
                        sealed.field,
                        sealed.erased
                    )
                }
            )
        case .array(let elements):
            return .array(
                try elements.map { try hideSealed($0, by: privacy, of: organisation, in: reader) }
            )
        case .object(let object):
            return .object(
                JSONObject(
                    try object.map {
                        (
                            $0.key,
                            try hideSealed($0.value, by: privacy, of: organisation, in: reader)
                        )
                    }
                )
            )
        case .null, .bool, .number: return json
        }
    }

    // MARK: Showing

    /// The document with the values in the place of their placeholders.
    ///
    /// A string that is one placeholder becomes the value, of whatever type; inside longer strings its
    /// text takes its place, and everywhere if `asText`, as in what was sealed.
    public func reveal(_ json: JSON, asText: Bool = false) -> JSON {
        guard !entries.isEmpty else { return json }
        return map(json) { text in
            if !asText, let whole = entries.first(where: { $0.placeholder == text }) {
                return whole.value
            }
            return .string(
                replacing(text) { $0.value.string ?? $0.value.text() }
            )
        }
    }

    /// The document with sealed values in the place of placeholders, as it may be kept.
    ///
    /// - Throws: as `Privacy.seal`.
    public func seal(
        _ json: JSON,
        by privacy: Privacy,
        of organisation: ID<Organisation>,
        in transaction: any Transaction
    ) throws -> JSON {
        guard !entries.isEmpty else { return json }
        return try map(json) { text in
            .string(
                try replacing(text) { entry in
                    try privacy.seal(
                        entry.value.string ?? entry.value.text(),
                        as: entry.field,
                        of: entry.subject,
                        organisation,
                        in: transaction
                    )
                }
            )
        }
    }

    private func map(_ json: JSON, _ body: (String) throws -> JSON) rethrows -> JSON {
        switch json {
        case .string(let text): text.contains("<<") ? try body(text) : json
        case .array(let elements): .array(try elements.map { try map($0, body) })
        case .object(let object):
            .object(JSONObject(try object.map { ($0.key, try map($0.value, body)) }))
        case .null, .bool, .number: json
        }
    }

    private func replacing(_ text: String, _ body: (Entry) throws -> String) rethrows -> String {
        guard text.contains(mark) else { return text }
        var text = text
        for entry in entries where text.contains(entry.placeholder) {
            text = text.replacing(entry.placeholder, with: try body(entry))
        }
        return text
    }
}
