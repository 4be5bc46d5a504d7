public import Core

/// What is found: a text in two parts, values to filter and count by, perhaps a person it is about.
public struct SearchDocument: Sendable, Equatable {
    /// The most letters of a title.
    public static let longestTitle = 2_000
    /// The most letters of a body; more would be looked up in a place of its own.
    public static let longestBody = 200_000
    /// The most fields.
    public static let mostFields = 32
    /// The most letters of a field's value.
    public static let longestValue = 400

    /// Its id within the collection, for instance the id of a record; 1 to 200 letters.
    public var id: String
    /// What it is called; its words count twice.
    public var title: String
    /// What it says.
    public var body: String
    /// Values to filter and count by: text, numbers, true or false, or lists of these.
    public var fields: JSONObject
    /// The person it is about, for instance `customer:018f…`: erased with the person; nil for none.
    public var person: String?

    /// A document.
    public init(
        id: String,
        title: String = "",
        body: String,
        fields: JSONObject = [:],
        person: String? = nil
    ) {
        self.id = id
        self.title = title
        self.body = body
        self.fields = fields
        self.person = person
    }

    /// Whether the other one has the same text.
    func says(_ other: SearchDocument) -> Bool { title == other.title && body == other.body }

    /// Refuses what is larger than allowed.
    func check() throws(SearchError) {
        guard (1...200).contains(id.utf8.count) else {
            throw SearchError(.invalidDocument, "an id has 1 to 200 bytes", pointer: "/id")
        }
        guard title.utf8.count <= Self.longestTitle * 4, title.count <= Self.longestTitle else {
            throw SearchError(
                .invalidDocument,
                "a title has at most \(Self.longestTitle) letters",
                pointer: "/title"
            )
        }
        guard body.utf8.count <= Self.longestBody * 4, body.count <= Self.longestBody else {
            throw SearchError(
                .invalidDocument,
                "a body has at most \(Self.longestBody) letters",
                pointer: "/body"
            )
        }
        guard fields.count <= Self.mostFields else {
            throw SearchError(
                .invalidDocument,
                "a document has at most \(Self.mostFields) fields",
                pointer: "/fields"
            )
        }
        for field in fields { _ = try FieldValue.values(of: field.value, name: field.key) }
    }
}

/// One value of a field, as it is compared.
struct FieldValue: Hashable {
    /// The text, or the number's or truth value's text.
    var text: String
    /// The number, for ranges; nil for text.
    var amount: Double?

    /// The values of a field: one, or the elements of a list; none for null.
    static func values(of json: JSON, name: String) throws(SearchError) -> Set<FieldValue> {
        let pointer = "/fields/" + JSON.pointerToken(name)
        guard (1...64).contains(name.utf8.count) else {
            throw SearchError(
                .invalidDocument,
                "a field's name has 1 to 64 bytes",
                pointer: pointer
            )
        }
        guard case .array(let elements) = json else {
            return try FieldValue(json, pointer).map { [$0] } ?? []
        }
        guard elements.count <= 64 else {
            throw SearchError(
                .invalidDocument,
                "a field has at most 64 values",
                pointer: pointer
            )
        }
        var values: Set<FieldValue> = []
        for element in elements {
            if let value = try FieldValue(element, pointer) { values.insert(value) }
        }
        return values
    }

    init?(_ json: JSON, _ pointer: String) throws(SearchError) {
        switch json {
        case .null: return nil
        case .bool(let flag): self.init(text: flag ? "true" : "false", amount: nil)
        case .number: self.init(text: json.text(.canonical), amount: json.double)
        case .string(let text):
            guard text.utf8.count <= SearchDocument.longestValue * 4 else {
                throw SearchError(
                    .invalidDocument,
                    "a field's value has at most \(SearchDocument.longestValue) letters",
                    pointer: pointer
                )
            }
            self.init(text: text, amount: nil)
        case .array, .object:
            throw SearchError(
                .invalidDocument,
                "a field holds text, numbers, true or false, or a list of these",
                pointer: pointer
            )
        }
    }

    init(text: String, amount: Double?) {
        self.text = text
        self.amount = amount
    }
}

/// A document with its terms and its vector, ready to be put into an index.
public struct PreparedDocument: Sendable {
    /// The document.
    public internal(set) var document: SearchDocument
    let counts: [String: Int]
    let length: Int
    /// Its vector and who made it; nil when it could not be made, then it follows later.
    let vector: [Float]?
    let embedder: EmbedderMark?

    /// The same text as a document of another id, with other fields.
    ///
    /// - Throws: `SearchError` of code `invalid-document`.
    public func with(id: String, fields: JSONObject) throws(SearchError) -> PreparedDocument {
        var other = self
        other.document.id = id
        other.document.fields = fields
        try other.document.check()
        return other
    }
}
