/// Reads messages of `application/vnd.amazon.eventstream` out of bytes, wherever they were cut.
///
/// A message is its length, the length of its header fields, a checksum of both, the fields, the payload and
/// a checksum of all (https://smithy.io/2.0/aws/amazon-eventstream.html).
struct EventStreamParser: Sendable {
    /// One message.
    struct Message: Sendable, Equatable {
        /// The header fields that are texts.
        var headers: [String: String]
        /// The payload.
        var payload: [UInt8]
    }

    /// The longest message that is read; Amazon's own limit is 24 MiB.
    static let limit = 4 << 20
    private static let headerLimit = 128 << 10

    private var kept: [UInt8] = []

    /// Whether a message has begun and not ended.
    var isWithin: Bool { !kept.isEmpty }

    /// Takes the next bytes.
    ///
    /// - Returns: the messages that are complete with them.
    /// - Throws: `malformed` for wrong lengths and checksums.
    mutating func take(_ bytes: [UInt8]) throws(ModelFault) -> [Message] {
        kept += bytes
        var messages: [Message] = []
        var start = 0
        while kept.count - start >= 12 {
            let total = Self.number(kept, start)
            let fields = Self.number(kept, start + 4)
            guard Self.number(kept, start + 8) == Int(CRC32.of(kept[start..<(start + 8)])) else {
                throw .malformed("the checksum of a message's beginning is wrong")
            }
            guard (16...Self.limit).contains(total), fields <= min(Self.headerLimit, total - 16)
            else { throw .malformed("a message is \(total) bytes long, its fields \(fields)") }
            guard kept.count - start >= total else { break }
            let end = start + total - 4
            guard Self.number(kept, end) == Int(CRC32.of(kept[start..<end])) else {
                throw .malformed("the checksum of a message is wrong")
            }
            let split = start + 12 + fields
            messages.append(
                Message(
                    headers: try Self.headers(kept[(start + 12)..<split]),
                    payload: Array(kept[split..<end])
                )
            )
            start += total
        }
        kept.removeFirst(start)
        return messages
    }

    private static func headers(
        _ bytes: ArraySlice<UInt8>
    ) throws(ModelFault) -> [String: String] {
        var headers: [String: String] = [:]
        var rest = bytes
        func next(_ count: Int) throws(ModelFault) -> ArraySlice<UInt8> {
            guard rest.count >= count else { throw .malformed("a message's fields are cut off") }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        func length(_ count: Int) throws(ModelFault) -> Int {
            try next(count).reduce(0) { $0 << 8 | Int($1) }
        }
        while !rest.isEmpty {
            let name = String(decoding: try next(length(1)), as: UTF8.self)
            switch try length(1) {
            case 0, 1: break  // true, false
            case 2: _ = try next(1)
            case 3: _ = try next(2)
            case 4: _ = try next(4)
            case 5, 8: _ = try next(8)  // a number, a time
            case 6: _ = try next(length(2))  // bytes
            case 7: headers[name] = String(decoding: try next(length(2)), as: UTF8.self)
            case 9: _ = try next(16)  // a UUID
            case let type: throw .malformed("a message's field is of the unknown type \(type)")
            }
        }
        return headers
    }

    private static func number(_ bytes: [UInt8], _ at: Int) -> Int {
        Int(bytes[at]) << 24 | Int(bytes[at + 1]) << 16 | Int(bytes[at + 2]) << 8
            | Int(bytes[at + 3])
    }
}
