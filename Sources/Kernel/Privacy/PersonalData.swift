public import Core

/// One value within a JSON document that is about a person.
public struct PersonalField: Sendable {
    enum Step: Sendable, Hashable {
        case key(String)
        /// Every element of an array, or every member of an object.
        case all
    }

    /// What it is, for instance `customer.email`: letters, digits, dots and hyphens.
    public let name: String
    let path: [Step]
    /// What the value reads as once the person is erased.
    let erased: @Sendable (JSON) -> JSON

    /// A field.
    ///
    /// - Parameters:
    ///   - name: letters, digits, dots and hyphens, 1 to 64.
    ///   - path: where it is, like a JSON Pointer in which `*` stands for every element, for instance
    ///     `/deliveries/*/address`.
    ///   - erased: what a value reads as once the person is erased, of the same type wherever its readers
    ///     need one; it is kept in clear beside the sealed value. Default the text `[erased]`.
    public init(
        _ name: String,
        at path: String,
        erased: @escaping @Sendable (JSON) -> JSON = { _ in Privacy.erasedText }
    ) {
        precondition(SealedText.isField(name), "\(name) is no name of a field")
        self.name = name
        self.path = Self.steps(path)
        self.erased = erased
    }

    static func steps(_ path: String) -> [Step] {
        path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { step in
            step == "*"
                ? .all
                : .key(String(step.replacing("~1", with: "/").replacing("~0", with: "~")))
        }
    }

    /// The document with every value on the path replaced.
    static func replace(
        in json: JSON,
        _ path: ArraySlice<Step>,
        _ body: (JSON) throws -> JSON
    ) rethrows -> JSON {
        guard let step = path.first else { return try body(json) }
        let rest = path.dropFirst()
        switch (json, step) {
        case (.object(var object), .key(let key)):
            guard let value = object[key] else { return json }
            object[key] = try replace(in: value, rest, body)
            return .object(object)
        case (.object(var object), .all):
            for member in object { object[member.key] = try replace(in: member.value, rest, body) }
            return .object(object)
        case (.array(let elements), .all):
            return .array(try elements.map { try replace(in: $0, rest, body) })
        default: return json
        }
    }

    /// The value at a path without `*`.
    static func value(in json: JSON, _ path: [Step]) -> JSON? {
        var value = json
        for case .key(let key) in path {
            guard let next = value[key] else { return nil }
            value = next
        }
        return value
    }
}

/// Which fields of a kind of document are about which person: what a solution declares, once.
public struct PersonalData: Sendable {
    /// A kind of document that is kept for long.
    public enum Place: Sendable, Hashable {
        /// The data of events of a type; `order.*` stands for all whose type begins with `order.`.
        case event(String)
        /// What a tool takes.
        case input(String)
        /// What a tool or an agent answers.
        case output(String)
        /// What an agent's decisions record: `inputs`, `options`, `choice`, `rationale`, `output`.
        case decision(String)
    }

    let places: [Place]
    /// What the persons are here; several where the document says which.
    public let kinds: Set<String>
    /// Whether the document holds `kind:id` rather than the id alone.
    private let namesKind: Bool
    let person: [PersonalField.Step]
    let fields: [PersonalField]

    /// A declaration.
    ///
    /// - Parameters:
    ///   - fields: what is about the person.
    ///   - places: the documents that hold it.
    ///   - kind: what the person is, for instance `customer`.
    ///   - person: where the document has the person's id, for instance `/customer/id`.
    public init(
        _ fields: [PersonalField],
        in places: [Place],
        of kind: String,
        at person: String
    ) {
        self.places = places
        kinds = [kind]
        namesKind = false
        self.person = PersonalField.steps(person)
        self.fields = fields
    }

    /// A declaration for documents that hold `kind:id`, and may be about something else than a person.
    ///
    /// - Parameters:
    ///   - fields: what is about the person.
    ///   - places: the documents that hold it.
    ///   - kinds: which kinds are persons; a document about anything else holds nothing personal.
    ///   - subject: where the document has `kind:id`, for instance `/subject`.
    public init(
        _ fields: [PersonalField],
        in places: [Place],
        ofKinds kinds: Set<String>,
        subjectAt subject: String
    ) {
        self.places = places
        self.kinds = kinds
        namesKind = true
        person = PersonalField.steps(subject)
        self.fields = fields
    }

    private func subject(named text: String) -> DataSubject? {
        if !namesKind { return kinds.first.flatMap { DataSubject(kind: $0, id: text) } }
        guard let subject = DataSubject(text), kinds.contains(subject.kind) else { return nil }
        return subject
    }

    /// The person whom a document of this kind is about, found without reading all of it.
    func subject(of text: JSONText) -> DataSubject? {
        var range = 0..<text.bytes.count
        for case .key(let key) in person {
            let object = text.bytes.span.extracting(range)
            guard object.count > 1, object[0] == UInt8(ascii: "{"),
                let value = JSONText.member(named: key, of: object)
            else { return nil }
            range = range.lowerBound + value.lowerBound..<range.lowerBound + value.upperBound
        }
        guard range.count > 2 else { return nil }
        let id = String(decoding: text.bytes[range].dropFirst().dropLast(), as: UTF8.self)
        return subject(named: id)
    }

    /// The person whom a document of this kind is about.
    func subject(of json: JSON) -> DataSubject? {
        PersonalField.value(in: json, person)?.string.flatMap { subject(named: $0) }
    }
}

/// Everything that is declared, found by place.
struct PersonalManifest: Sendable {
    private var exact: [PersonalData.Place: [PersonalData]] = [:]
    private var prefixes: [(prefix: String, data: PersonalData)] = []

    init(_ all: [PersonalData]) {
        for data in all {
            for place in data.places {
                if case .event(let type) = place, type.hasSuffix("*") {
                    prefixes.append((String(type.dropLast()), data))
                } else {
                    exact[place, default: []].append(data)
                }
            }
        }
    }

    subscript(place: PersonalData.Place) -> [PersonalData] {
        var found = exact[place] ?? []
        if case .event(let type) = place {
            for (prefix, data) in prefixes where type.hasPrefix(prefix) { found.append(data) }
        }
        return found
    }
}
