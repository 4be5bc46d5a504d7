public import Core

/// What a series is called: a name, and labels that tell apart the series of that name.
public struct SeriesName: Sendable, Hashable {
    /// One label.
    public struct Label: Sendable, Hashable {
        /// Its key, for instance `device`.
        public var key: String
        /// Its value.
        public var value: String

        /// A label.
        public init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    /// The most labels that a series has.
    public static let mostLabels = 10
    /// The longest name, in characters.
    public static let longestName = 120
    /// The longest key of a label, in characters.
    public static let longestKey = 64
    /// The longest value of a label, in characters.
    public static let longestValue = 200
    /// The most bytes that all labels have together, as they are an index's key.
    static let mostBytes = 1_200

    /// The name, for instance `sensor.temperature`.
    public let name: String
    /// The labels, sorted by key, each key once.
    public let labels: [Label]

    /// A name with labels in any order.
    ///
    /// - Throws: `SeriesError` of code `invalidName` that names the part; its pointer is relative to
    ///   the series.
    public init(_ name: String, labels: [Label] = []) throws(SeriesError) {
        guard Self.isWord(name, longest: Self.longestName, also: "_.:/-") else {
            throw SeriesError(
                .invalidName,
                "a name has 1 to \(Self.longestName) letters, digits and _ . : / - and begins with "
                    + "a letter or _, found \"\(name.prefix(60))\"",
                pointer: "/name"
            )
        }
        guard labels.count <= Self.mostLabels else {
            throw SeriesError(
                .invalidName,
                "a series has at most \(Self.mostLabels) labels, found \(labels.count)",
                pointer: "/labels"
            )
        }
        let sorted = labels.count < 2 ? labels : labels.sorted { $0.key < $1.key }
        var bytes = 0
        for (index, label) in sorted.enumerated() {
            bytes += label.key.utf8.count + label.value.utf8.count
            try Self.check(label)
            if index > 0, sorted[index - 1].key == label.key {
                throw SeriesError(
                    .invalidName,
                    "the label \"\(label.key)\" is there twice",
                    pointer: "/labels"
                )
            }
        }
        guard bytes <= Self.mostBytes else {
            throw SeriesError(
                .invalidName,
                "the labels of a series have at most \(Self.mostBytes) bytes together, found \(bytes)",
                pointer: "/labels"
            )
        }
        self.name = name
        self.labels = sorted
    }

    private init(trusted name: String, _ labels: [Label]) {
        self.name = name
        self.labels = labels
    }

    /// The value of a label; nil when the series has none of that key.
    public subscript(key: String) -> String? { labels.first { $0.key == key }?.value }

    private static func check(_ label: Label) throws(SeriesError) {
        guard isWord(label.key, longest: longestKey, also: "_.-") else {
            throw SeriesError(
                .invalidName,
                "a label's key has 1 to \(longestKey) letters, digits and _ . - and begins with a "
                    + "letter or _, found \"\(label.key.prefix(60))\"",
                pointer: "/labels/" + JSON.pointerToken(label.key)
            )
        }
        let length = label.value.unicodeScalars.count
        guard (1...longestValue).contains(length),
            label.value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else {
            throw SeriesError(
                .invalidName,
                "a label's value has 1 to \(longestValue) characters and no control characters",
                pointer: "/labels/" + JSON.pointerToken(label.key)
            )
        }
    }

    private static func isWord(_ text: String, longest: Int, also: StaticString) -> Bool {
        guard (1...longest).contains(text.utf8.count), let first = text.utf8.first,
            isLetter(first) || first == UInt8(ascii: "_")
        else { return false }
        return text.utf8.allSatisfy { byte in
            isLetter(byte) || (0x30...0x39).contains(byte)
                || also.withUTF8Buffer { $0.contains(byte) }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
    }

    // MARK: In the store and in answers

    /// `{"key":"value"}`, the keys sorted.
    public var labelsJSON: JSON {
        .object(JSONObject(labels.map { ($0.key, .string($0.value)) }))
    }

    /// Reads what the store holds.
    init(stored name: String, labels: JSON) throws(StoreDamage) {
        guard case .object(let members) = labels else { throw StoreDamage() }
        var list: [Label] = []
        for member in members {
            guard case .string(let value) = member.value else { throw StoreDamage() }
            list.append(Label(key: member.key, value: value))
        }
        self.init(trusted: name, list)
    }

    struct StoreDamage: Error {}
}

/// What a series measures.
public enum SeriesKind: String, Sendable, CaseIterable {
    /// A value that goes up and down.
    case gauge
    /// A value that only grows, and begins again at 0 when its source does.
    case counter
}

/// The subject of what the store knows of one series.
public struct SeriesRecord: Sendable, Hashable {
    /// The number in the store; never given twice.
    public let id: Int64
    /// What it is called.
    public let name: SeriesName
    /// The unit, in UCUM where there is a code; empty for none.
    public let unit: String
    /// What it measures.
    public let kind: SeriesKind
    /// When its first point came.
    public let createdAt: Timestamp

    /// `{"name","labels","unit","kind","createdAt"}`.
    public var json: JSON {
        [
            "name": .string(name.name), "labels": name.labelsJSON, "unit": .string(unit),
            "kind": .string(kind.rawValue), "createdAt": createdAt.json,
        ]
    }
}
