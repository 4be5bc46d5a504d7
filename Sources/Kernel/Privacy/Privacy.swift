public import Core
public import Store
import Vault

/// Seals what is personal where it enters records that are kept for long, and opens it where it leaves.
///
/// What was sealed is text in the place of the value (``PersonalField``). It may be stored, copied,
/// moved by a workflow and put into longer texts; it is opened at the edges: answers of tools, the live
/// channel, what agents and tools are given, messages at their delivery. Once the person is erased it
/// opens as `[erased]`, or as the form that was declared for the field.
public final class Privacy: Sendable {
    /// What a text reads as once its person is erased.
    public static let erasedText: JSON = "[erased]"

    /// The keys.
    public let keys: PersonKeys
    private let manifest: PersonalManifest

    /// Sealing by the given keys of what is declared.
    public init(keys: PersonKeys, fields: [PersonalData]) {
        self.keys = keys
        manifest = PersonalManifest(fields)
    }

    /// What is declared personal in a document: the persons, and the fields about each.
    func declared(
        in json: JSON,
        at place: PersonalData.Place
    ) -> [(subject: DataSubject, fields: [PersonalField])] {
        manifest[place].compactMap { data in data.subject(of: json).map { ($0, data.fields) } }
    }

    // MARK: Sealing

    /// Whether anything is declared personal in documents of that kind.
    public func isPersonal(_ place: PersonalData.Place) -> Bool { !manifest[place].isEmpty }

    /// The person whom the text of a document is about; nil where nothing is declared.
    public func subject(of text: JSONText, at place: PersonalData.Place) -> DataSubject? {
        manifest[place].lazy.compactMap { $0.subject(of: text) }.first
    }

    /// The document with what is declared personal in it sealed.
    ///
    /// Of a person who was erased the values are replaced by what they would read as.
    ///
    /// - Parameters:
    ///   - json: the document.
    ///   - place: what kind of document it is.
    ///   - organisation: whose it is.
    ///   - transaction: the one that stores it.
    /// - Returns: the document as it may be kept.
    /// - Throws: `StoreError` or `VaultError`.
    public func seal(
        _ json: JSON,
        at place: PersonalData.Place,
        of organisation: ID<Organisation>,
        in transaction: any Transaction
    ) throws -> JSON {
        var json = json
        for data in manifest[place] {
            guard let subject = data.subject(of: json) else { continue }
            var sealer = Sealer(privacy: self, subject, organisation, transaction)
            for field in data.fields {
                json = try PersonalField.replace(in: json, field.path[...]) { value in
                    try sealer.seal(value, field.name, field.erased(value))
                }
            }
        }
        return json
    }

    /// One text sealed, or `[erased]` when the person was erased.
    ///
    /// - Parameters:
    ///   - text: what to hide.
    ///   - field: what it is, as in ``PersonalField/name``.
    ///   - subject: whom it is about.
    ///   - organisation: whose it is.
    ///   - transaction: the one that stores it.
    /// - Returns: the text as it may be kept.
    /// - Throws: `StoreError` or `VaultError`.
    public func seal(
        _ text: String,
        as field: String,
        of subject: DataSubject,
        _ organisation: ID<Organisation>,
        in transaction: any Transaction
    ) throws -> String {
        precondition(SealedText.isField(field), "\(field) is no name of a field")
        var sealer = Sealer(privacy: self, subject, organisation, transaction)
        return try sealer.seal(.string(text), field, Self.erasedText).string ?? text
    }

    /// Seals the values of one person; looks for the key when the first value comes.
    private struct Sealer {
        let privacy: Privacy
        let subject: DataSubject
        let organisation: ID<Organisation>
        let transaction: any Transaction
        private var key: SealingKey??

        init(
            privacy: Privacy,
            _ subject: DataSubject,
            _ organisation: ID<Organisation>,
            _ transaction: any Transaction
        ) {
            self.privacy = privacy
            self.subject = subject
            self.organisation = organisation
            self.transaction = transaction
        }

        mutating func seal(_ value: JSON, _ field: String, _ erased: JSON) throws -> JSON {
            // What looks sealed may be somebody's words, so it is sealed like anything else.
            guard !value.isNull, value != "" else { return value }
            guard let key = try foundKey() else { return erased }
            let bytes = try key.seal(
                value.bytes(),
                associated: SealedText.associated(organisation, subject, field, erased)
            )
            let text = SealedText(subject: subject, field: field, sealed: bytes, erased: erased)
            return .string(text.text)
        }

        private mutating func foundKey() throws -> SealingKey? {
            if let key { return key }
            let keys = privacy.keys
            let found = try keys.require(
                subject,
                organisation,
                version: keys.version(in: transaction),
                in: transaction
            )
            key = .some(found)
            return found
        }
    }

    // MARK: Opening

    /// Whether something in the document may be sealed.
    public static func mayHoldSealed(_ json: JSON) -> Bool { SealedText.isIn(json) }

    /// Whether something in the text may be sealed: quick where nothing is.
    public static func mayHoldSealed(_ text: String) -> Bool { SealedText.isIn(text) }

    /// The text without what is sealed in it, for where nothing personal is to be.
    public static func withoutSealed(_ text: String) -> String {
        SealedText.replacing(in: text) { _ in "" }
    }

    /// The document with everything that is sealed in it opened.
    ///
    /// A string that is one sealed value becomes that value, of whatever type; inside longer strings its
    /// text takes its place.
    ///
    /// - Throws: `StoreError`; `VaultError` when a key cannot be unwrapped.
    public func open(
        _ json: JSON,
        of organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> JSON {
        var isErased = false
        return try open(json, of: organisation, in: reader, isErased: &isErased)
    }

    /// The same, telling whether something in it could not be opened any more.
    ///
    /// - Parameters:
    ///   - json: the document as it is kept.
    ///   - organisation: whose it is.
    ///   - reader: where the keys are.
    ///   - isErased: becomes true when somebody was erased of whom something is sealed there; else it stays
    ///     as it is.
    /// - Returns: the document, opened.
    /// - Throws: as ``open(_:of:in:)``.
    public func open(
        _ json: JSON,
        of organisation: ID<Organisation>,
        in reader: any Reader,
        isErased: inout Bool
    ) throws -> JSON {
        guard SealedText.isIn(json) else { return json }
        var opener = try Opener(privacy: self, organisation, reader)
        let opened = try opener.open(json)
        if opener.isErased { isErased = true }
        return opened
    }

    /// Whether a document as it is kept is about somebody who was erased.
    ///
    /// It says so itself where what it holds was sealed before the erasure (``open(_:of:in:isErased:)``); what
    /// was kept after it holds erased text in clear, which anybody could have written.
    ///
    /// - Parameters:
    ///   - json: the document.
    ///   - place: what kind of document it is.
    ///   - organisation: whose it is.
    ///   - reader: where the keys are.
    /// - Returns: whether a person whom the declarations find in it was erased.
    /// - Throws: `StoreError`; `VaultError` when a key cannot be unwrapped.
    public func isAboutErased(
        _ json: JSON,
        at place: PersonalData.Place,
        of organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> Bool {
        let subjects = manifest[place].compactMap { $0.subject(of: json) }
        guard !subjects.isEmpty else { return false }
        let version = try keys.version(in: reader)
        return try subjects.contains { subject in
            let state = try keys.state(of: subject, organisation, version: version, in: reader)
            if case .erased = state { return true }
            return false
        }
    }

    /// The text with everything that is sealed in it opened.
    ///
    /// - Throws: as ``open(_:of:in:)``.
    public func open(
        text: String,
        of organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> String {
        guard SealedText.isIn(text) else { return text }
        var opener = try Opener(privacy: self, organisation, reader)
        return try opener.open(within: text)
    }

    /// The JSON text with everything that is sealed in it opened; text that holds nothing sealed is neither
    /// read nor copied.
    ///
    /// - Throws: as ``open(_:of:in:)``.
    public func open(
        _ text: JSONText,
        of organisation: ID<Organisation>,
        from database: any Database
    ) async throws -> JSONText {
        guard text.bytes.withUnsafeBytes(SealedText.isIn) else { return text }
        let json = try text.value()
        return JSONText(
            try await database.read { [self] in try open(json, of: organisation, in: $0) }
        )
    }

    /// Opens the values of one document.
    private struct Opener {
        /// What was sealed may hold what was sealed before; words that only look so are not followed for ever.
        private static let deepest = 8

        /// Whether there was something that could not be opened any more.
        private(set) var isErased = false
        private var depth = 0
        let privacy: Privacy
        let organisation: ID<Organisation>
        let reader: any Reader
        private let version: Int64
        private var states: [DataSubject: PersonKeys.State] = [:]

        init(
            privacy: Privacy,
            _ organisation: ID<Organisation>,
            _ reader: any Reader
        ) throws {
            self.privacy = privacy
            self.organisation = organisation
            self.reader = reader
            version = try privacy.keys.version(in: reader)
        }

        mutating func open(_ json: JSON) throws -> JSON {
            switch json {
            case .string(let text):
                guard SealedText.isIn(text) else { return json }
                if let whole = SealedText(text) { return try open(whole) }
                return .string(try open(within: text))
            case .array(let elements):
                return .array(try elements.map { try open($0) })
            case .object(let object):
                return .object(JSONObject(try object.map { ($0.key, try open($0.value)) }))
            case .null, .bool, .number: return json
            }
        }

        mutating func open(within text: String) throws -> String {
            try SealedText.replacing(in: text) { sealed in
                let value = try open(sealed)
                return value.string ?? value.text()
            }
        }

        private mutating func open(_ sealed: SealedText) throws -> JSON {
            let state: PersonKeys.State
            if let known = states[sealed.subject] {
                state = known
            } else {
                state = try privacy.keys.state(
                    of: sealed.subject,
                    organisation,
                    version: version,
                    in: reader
                )
                states[sealed.subject] = state
            }
            guard case .key(let key) = state else {
                isErased = true
                return sealed.erased
            }
            let associated = SealedText.associated(
                organisation,
                sealed.subject,
                sealed.field,
                sealed.erased
            )
            // What does not open was sealed before the person was erased and readmitted, or is nobody's.
            guard let bytes = try? key.open(sealed.sealed, associated: associated),
                let value = try? JSON(parsing: bytes)
            else {
                isErased = true
                return sealed.erased
            }
            guard depth < Self.deepest, SealedText.isIn(value) else { return value }
            depth += 1
            defer { depth -= 1 }
            return try open(value)
        }
    }

    // MARK: Comparing

    /// Whether two documents are the same as far as can still be known.
    ///
    /// - Parameters:
    ///   - recorded: what was seen then.
    ///   - present: what is seen now.
    ///   - isErased: whether a person whom they are about was erased: then erased text is like any. Of
    ///     anybody else it is only what somebody wrote.
    /// - Returns: whether nothing that is known differs.
    public static func agree(_ recorded: JSON, _ present: JSON, isErased: Bool) -> Bool {
        switch (recorded, present) {
        case (.string(let text), _) where isErased && Self.isErased(text),
            (_, .string(let text)) where isErased && Self.isErased(text):
            return true
        case (.array(let old), .array(let new)):
            return old.count == new.count
                && zip(old, new).allSatisfy { agree($0, $1, isErased: isErased) }
        case (.object(let old), .object(let new)):
            return old.count == new.count
                && old.allSatisfy { member in
                    new[member.key].map { agree(member.value, $0, isErased: isErased) } ?? false
                }
        default: return recorded == present
        }
    }

    private static func isErased(_ text: String) -> Bool { text.contains("[erased]") }
}
