/// A request target, split and decoded: segments first split at `/`, then percent-decoded, so that an
/// encoded slash can never become a separator.
///
/// It holds no text, only where things lie in the bytes of the request's head.
struct Target: Sendable {
    /// A part of the bytes in which the target lies.
    struct Part: Sendable {
        var start: UInt32
        var end: UInt32

        init(_ range: Range<Int>) {
            start = UInt32(range.lowerBound)
            end = UInt32(range.upperBound)
        }

        var range: Range<Int> { Int(start)..<Int(end) }
    }

    /// All of it, query included.
    private(set) var whole = Part(0..<0)
    /// The path as it came, without the query.
    private(set) var path = Part(0..<0)
    /// The path's segments, decoded, one after another with the slashes between them; none for `/`, a
    /// last empty one after a trailing slash.
    private(set) var segments: [Part] = []
    /// The query's members.
    private(set) var query = Query()

    /// Splits the target that lies in `range`; what had to be decoded is added to `bytes`.
    ///
    /// - Throws: 400 for what is no path, bad percent encoding, encoded slashes and controls, and dot segments; there are
    ///   no segments then.
    mutating func read(_ range: Range<Int>, in bytes: inout [UInt8]) throws(HTTPFault) {
        whole = Part(range)
        path = whole
        guard !range.isEmpty, bytes[range.lowerBound] == UInt8(ascii: "/") else {
            throw PercentCoding.fault("the target must start with /")
        }
        do throws(HTTPFault) {
            try split(range, &bytes)
        } catch {
            clear()
            throw error
        }
    }

    /// Forgets segments and query.
    mutating func clear() {
        segments.removeAll(keepingCapacity: true)
        if !query.list.isEmpty { query = Query() }
    }

    private mutating func split(_ range: Range<Int>, _ bytes: inout [UInt8]) throws(HTTPFault) {
        var mark = range.upperBound
        var isPlain = true
        bytes.withUnsafeBufferPointer { bytes in
            for at in range {
                switch bytes[at] {
                case UInt8(ascii: "?"):
                    mark = at
                    return
                case UInt8(ascii: "%"), UInt8(ascii: "\\"): isPlain = false
                default: break
                }
            }
        }
        path = Part(range.lowerBound..<mark)
        if isPlain {
            try splitSegments(range.lowerBound..<mark, bytes)
        } else {
            let decoded = try PercentCoding.path(bytes[range.lowerBound..<mark])
            let start = bytes.count
            bytes.append(contentsOf: decoded)
            try splitSegments(start..<bytes.count, bytes)
        }
        if mark < range.upperBound {
            query = try Query(bytes[(mark + 1)..<range.upperBound])
        }
    }

    private mutating func splitSegments(_ range: Range<Int>, _ bytes: [UInt8]) throws(HTTPFault) {
        // None for `/`, a last empty one after a trailing slash.
        guard range.count > 1 else { return }
        var hasDots = false
        bytes.withUnsafeBufferPointer { bytes in
            var start = range.lowerBound + 1
            for at in start...range.upperBound
            where at == range.upperBound || bytes[at] == UInt8(ascii: "/") {
                let count = at - start
                if count == 1 || count == 2, bytes[start] == UInt8(ascii: "."),
                    bytes[at - 1] == UInt8(ascii: ".")
                {
                    hasDots = true
                }
                segments.append(Part(start..<at))
                start = at + 1
            }
        }
        if hasDots { throw PercentCoding.fault("a path must not hold dot segments") }
    }
}
