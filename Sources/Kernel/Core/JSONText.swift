/// JSON text that is passed on as it is, without a tree being built of it.
///
/// It is trusted: whoever makes one has written it or has checked it before.
public struct JSONText: Sendable, Equatable, CustomStringConvertible {
    /// UTF-8.
    public let bytes: [UInt8]

    /// Text that is known to be JSON.
    public init(trusted bytes: [UInt8]) { self.bytes = bytes }

    /// The text of null.
    public static let null = JSONText(trusted: Array("null".utf8))

    /// The text of a value.
    public init(_ value: JSON) { bytes = value.bytes() }

    /// The value.
    ///
    /// - Throws: `JSONSyntaxError` when the trust was misplaced.
    public func value() throws(JSONSyntaxError) -> JSON {
        try JSON(parsing: bytes, limits: .init(depth: 512))
    }

    /// The text.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}

extension JSONText {
    /// Where the value of the member `key` stands in the text of an object; nil when there is none.
    ///
    /// The text is trusted to be compact JSON; in text that is not, members are not found.
    ///
    /// - Parameters:
    ///   - key: as it is written in the text, so without anything to escape.
    ///   - object: the text of an object, nothing before it.
    /// - Returns: the place of the value's text.
    public static func member(_ key: StaticString, of object: Span<UInt8>) -> Range<Int>? {
        member(of: object) { isKey(key, $0, $1, $2) }
    }

    /// The same for a key that is known only at run time.
    public static func member(named key: String, of object: Span<UInt8>) -> Range<Int>? {
        let key = Array(key.utf8)
        return member(of: object) { object, name, end in
            guard end - name == key.count else { return false }
            for place in key.indices where object[name + place] != key[place] { return false }
            return true
        }
    }

    /// The member whose key, without its quotes, is the wanted one.
    @inline(__always)
    private static func member(
        of object: Span<UInt8>,
        isWanted: (_ object: Span<UInt8>, _ name: Int, _ end: Int) -> Bool
    ) -> Range<Int>? {
        var at = 1
        while at < object.count, object[at] == UInt8(ascii: "\"") {
            let name = at + 1
            let end = pastString(object, at)
            let value = end + 1
            at = pastValue(object, value)
            if isWanted(object, name, end - 1) { return value..<at }
            guard at < object.count, object[at] == UInt8(ascii: ",") else { return nil }
            at += 1
        }
        return nil
    }

    private static func isKey(
        _ key: StaticString,
        _ text: Span<UInt8>,
        _ start: Int,
        _ end: Int
    ) -> Bool {
        guard end - start == key.utf8CodeUnitCount else { return false }
        for offset in 0..<(end - start) where text[start + offset] != key.utf8Start[offset] {
            return false
        }
        return true
    }

    /// The place behind the string that begins at `start`.
    private static func pastString(_ text: Span<UInt8>, _ start: Int) -> Int {
        var at = start + 1
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "\""): return at + 1
            case UInt8(ascii: "\\"): at += 2
            default: at += 1
            }
        }
        return text.count
    }

    /// The place behind the value that begins at `start`.
    private static func pastValue(_ text: Span<UInt8>, _ start: Int) -> Int {
        var at = start
        var depth = 0
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "\""):
                at = pastString(text, at)
                if depth == 0 { return at }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return at }
                depth -= 1
                if depth == 0 { return at + 1 }
            case UInt8(ascii: ","):
                if depth == 0 { return at }
            default: break
            }
            at += 1
        }
        return at
    }
}

/// Writes JSON text piece by piece, values and texts mixed; commas come by themselves.
public struct JSONTextWriter: Sendable {
    private var writer = JSONWriter(style: .compact)
    private var needsComma = false

    /// A writer with room for `capacity` bytes.
    public init(capacity: Int = 1_024) {
        writer.out.reserveCapacity(capacity)
    }

    /// What was written.
    public consuming func finish() -> JSONText { JSONText(trusted: writer.out) }

    /// Begins an object.
    public mutating func beginObject() { open(UInt8(ascii: "{")) }

    /// Ends an object.
    public mutating func endObject() { close(UInt8(ascii: "}")) }

    /// Begins an array.
    public mutating func beginArray() { open(UInt8(ascii: "[")) }

    /// Ends an array.
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    /// Names the next value; `key` must have nothing to escape.
    public mutating func key(_ key: StaticString) {
        separate()
        writer.out.append(UInt8(ascii: "\""))
        writer.out.append(
            contentsOf: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
        )
        writer.out.append(UInt8(ascii: "\""))
        writer.out.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// A value.
    public mutating func value(_ value: JSON) {
        separate()
        writer.write(value, indent: 0)
    }

    /// A string.
    public mutating func string(_ text: String) {
        separate()
        writer.write(string: text)
    }

    /// A string that `text` holds in UTF-8.
    public mutating func string(_ text: Span<UInt8>) {
        separate()
        writer.write(string: text)
    }

    /// A value that is JSON text already.
    public mutating func text(_ text: Span<UInt8>) {
        separate()
        text.withUnsafeBufferPointer { writer.out.append(contentsOf: $0) }
    }

    /// The value of a member of an object that is JSON text already, null when it has none.
    public mutating func text(member key: StaticString, of object: Span<UInt8>) {
        if let range = JSONText.member(key, of: object) {
            text(object.extracting(range))
        } else {
            value(.null)
        }
    }

    /// The members of an object that is JSON text already, into the object that is being written.
    public mutating func members(of object: Span<UInt8>) {
        guard object.count > 2 else { return }
        text(object.extracting(1..<object.count - 1))
    }

    private mutating func open(_ byte: UInt8) {
        separate()
        writer.out.append(byte)
        needsComma = false
    }

    private mutating func close(_ byte: UInt8) {
        writer.out.append(byte)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { writer.out.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}
