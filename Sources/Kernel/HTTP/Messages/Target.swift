/// A request target, split and decoded: segments first split at `/`, then percent-decoded, so that an
/// encoded slash can never become a separator.
struct Target: Sendable {
    /// The path as it came, without the query.
    var path: String
    /// The path's segments, decoded; none for `/`, a last empty one after a trailing slash.
    var segments: [String]
    /// The query's members.
    var query: Query

    /// Reads an origin-form target, `/path?query`.
    ///
    /// - Throws: 400 for bad percent encoding, encoded slashes and controls, and dot segments.
    init(_ text: String) throws(HTTPFault) {
        let bytes = Array(text.utf8)
        guard bytes.first == UInt8(ascii: "/"),
            bytes.allSatisfy({ Byte.isVisible($0) && $0 != UInt8(ascii: "#") })
        else { throw Self.fault("the target must start with / and hold visible ASCII only") }
        let mark = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count
        path = mark == bytes.count ? text : String(decoding: bytes[..<mark], as: UTF8.self)
        segments = []
        if mark > 1 {
            for part in bytes[1..<mark].split(
                separator: UInt8(ascii: "/"),
                omittingEmptySubsequences: false
            ) {
                segments.append(try Self.segment(part))
            }
        }
        query = mark == bytes.count ? Query() : try Query(bytes[(mark + 1)...])
    }

    private static func segment(_ part: ArraySlice<UInt8>) throws(HTTPFault) -> String {
        let decoded: String
        if part.contains(UInt8(ascii: "%")) {
            let bytes = try decode(part, plusIsSpace: false)
            if bytes.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }) {
                throw fault("a path segment must not hold an encoded slash or backslash")
            }
            if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
                throw fault("a path segment must not hold an encoded control character")
            }
            decoded = try text(bytes[...])
        } else {
            if part.contains(UInt8(ascii: "\\")) { throw fault("a path must not hold a backslash") }
            decoded = String(decoding: part, as: UTF8.self)
        }
        if decoded == "." || decoded == ".." { throw fault("a path must not hold dot segments") }
        return decoded
    }

    static func decode(_ part: ArraySlice<UInt8>, plusIsSpace: Bool) throws(HTTPFault) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(part.count)
        var at = part.startIndex
        while at < part.endIndex {
            let byte = part[at]
            if byte == UInt8(ascii: "%") {
                guard at + 2 < part.endIndex, let high = Byte.hexadecimal(part[at + 1]),
                    let low = Byte.hexadecimal(part[at + 2])
                else { throw fault("% must be followed by two hexadecimal digits") }
                out.append(high << 4 | low)
                at += 3
            } else {
                out.append(plusIsSpace && byte == UInt8(ascii: "+") ? Byte.space : byte)
                at += 1
            }
        }
        return out
    }

    static func text(_ bytes: ArraySlice<UInt8>) throws(HTTPFault) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw fault("percent encoding must give valid UTF-8")
        }
        return text
    }

    static func fault(_ message: String) -> HTTPFault {
        HTTPFault(.badRequest, code: "bad-target", message)
    }
}
