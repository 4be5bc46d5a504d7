/// Header fields in their order, looked up without regard to case.
///
/// All names and values lie in one buffer; a field is two spans of it. A request's headers are the
/// bytes as they came, so that nothing is copied for the fields that nobody asks for.
public struct Headers: Sendable, ExpressibleByDictionaryLiteral {
    struct Field: Sendable {
        var nameStart: UInt32
        var nameCount: UInt32
        var valueStart: UInt32
        var valueCount: UInt32

        var name: Range<Int> { Int(nameStart)..<Int(nameStart + nameCount) }
        var value: Range<Int> { Int(valueStart)..<Int(valueStart + valueCount) }
    }

    /// Names and values, and around them what a message has there: `name: value` CR LF for fields that
    /// were added here.
    var bytes: [UInt8]
    var fields: [Field]

    /// No fields.
    public init() {
        bytes = []
        fields = []
    }

    init(bytes: [UInt8], fields: [Field]) {
        self.bytes = bytes
        self.fields = fields
    }

    /// The given fields.
    public init(dictionaryLiteral elements: (String, String)...) {
        self.init()
        for (name, value) in elements {
            add(name, value)
        }
    }

    /// How many fields there are.
    public var count: Int { fields.count }

    /// The value of the first field `name`; assigning replaces all fields of that name, nil removes them.
    public subscript(name: String) -> String? {
        get {
            bytes.withUnsafeBufferPointer { bytes in
                for field in fields where Self.matches(bytes, field, name) {
                    return String(decoding: bytes[field.value], as: UTF8.self)
                }
                return nil
            }
        }
        set {
            if contains(name) { fields = fields.filter { !matches($0, name) } }
            if let newValue { add(name, newValue) }
        }
    }

    /// The values of all fields `name` in their order.
    public func all(_ name: String) -> [String] {
        fields.filter { matches($0, name) }.map(value)
    }

    /// Whether there is a field `name`.
    public func contains(_ name: String) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            for field in fields where Self.matches(bytes, field, name) { return true }
            return false
        }
    }

    /// Adds a field behind the others.
    ///
    /// Control bytes in the value become spaces, so that no value can start a field of its own.
    ///
    /// - Parameters:
    ///   - name: a token; anything else is a programmer's error and traps.
    ///   - value: the value.
    public mutating func add(_ name: String, _ value: String) {
        precondition(!name.isEmpty && name.utf8.allSatisfy(Byte.isToken), "bad field name")
        let nameStart = bytes.count
        bytes.reserveCapacity(nameStart + name.utf8.count + value.utf8.count + 4)
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(Byte.space)
        let valueStart = bytes.count
        bytes.append(contentsOf: value.utf8)
        let valueEnd = bytes.count
        bytes.withUnsafeMutableBufferPointer { bytes in
            for at in valueStart..<valueEnd where !Byte.isFieldValue(bytes[at]) {
                bytes[at] = Byte.space
            }
        }
        bytes.append(Byte.carriageReturn)
        bytes.append(Byte.lineFeed)
        fields.append(
            Field(
                nameStart: UInt32(nameStart),
                nameCount: UInt32(valueStart - nameStart - 2),
                valueStart: UInt32(valueStart),
                valueCount: UInt32(valueEnd - valueStart)
            )
        )
    }

    /// Adds all fields of `other`, which were checked when they were added there.
    public mutating func add(_ other: Headers) {
        let start = UInt32(bytes.count)
        bytes.append(contentsOf: other.bytes)
        for field in other.fields {
            fields.append(
                Field(
                    nameStart: start + field.nameStart,
                    nameCount: field.nameCount,
                    valueStart: start + field.valueStart,
                    valueCount: field.valueCount
                )
            )
        }
    }

    mutating func removeAll(keepingCapacityUpTo limit: Int) {
        if bytes.capacity <= limit {
            bytes.removeAll(keepingCapacity: true)
            fields.removeAll(keepingCapacity: true)
        } else {
            bytes = []
            fields = []
        }
    }

    /// Every field in order, with the name as it was written.
    public var list: [(name: String, value: String)] {
        fields.map { (String(decoding: nameBytes($0), as: UTF8.self), value($0)) }
    }

    /// Whether the comma-separated list in the fields `name` has `token`, in any case.
    public func list(_ name: String, contains token: String) -> Bool {
        fields.contains { field in
            matches(field, name)
                && valueBytes(field).split(separator: UInt8(ascii: ",")).contains { element in
                    Self.equal(Self.trimmed(element), token)
                }
        }
    }

    func nameBytes(_ field: Field) -> ArraySlice<UInt8> { bytes[field.name] }

    func valueBytes(_ field: Field) -> ArraySlice<UInt8> { bytes[field.value] }

    func value(_ field: Field) -> String { String(decoding: valueBytes(field), as: UTF8.self) }

    func matches(_ field: Field, _ name: String) -> Bool {
        bytes.withUnsafeBufferPointer { Self.matches($0, field, name) }
    }

    @inline(__always)
    private static func matches(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ field: Field,
        _ name: String
    ) -> Bool {
        // The length tells most names apart.
        guard Int(field.nameCount) == name.utf8.count else { return false }
        var at = Int(field.nameStart)
        for byte in name.utf8 {
            if Byte.lowercased(bytes[at]) != Byte.lowercased(byte) { return false }
            at += 1
        }
        return true
    }

    /// Whether the field's name is `name`, which is given in lower case.
    @inline(__always)
    func matches(_ field: Field, lowercase name: StaticString) -> Bool {
        guard Int(field.nameCount) == name.utf8CodeUnitCount else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            for at in 0..<name.utf8CodeUnitCount
            where Byte.lowercased(bytes[Int(field.nameStart) + at]) != name.utf8Start[at] {
                return false
            }
            return true
        }
    }

    static func equal(_ bytes: ArraySlice<UInt8>, _ text: String) -> Bool {
        guard bytes.count == text.utf8.count else { return false }
        var at = bytes.startIndex
        for byte in text.utf8 {
            if Byte.lowercased(bytes[at]) != Byte.lowercased(byte) { return false }
            at += 1
        }
        return true
    }

    static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while let first = bytes.first, first == Byte.space || first == Byte.tab {
            bytes.removeFirst()
        }
        while let last = bytes.last, last == Byte.space || last == Byte.tab { bytes.removeLast() }
        return bytes
    }
}

extension Headers: Equatable {
    /// Whether the same fields come in the same order, names in any case.
    public static func == (lhs: Headers, rhs: Headers) -> Bool {
        lhs.count == rhs.count
            && zip(lhs.list, rhs.list).allSatisfy {
                $0.name.lowercased() == $1.name.lowercased() && $0.value == $1.value
            }
    }
}
