/// Percent encoding (RFC 3986 section 2.1), read strictly.
enum PercentCoding {
    /// A path with its segments decoded, the slashes between them as they were.
    ///
    /// - Throws: 400 for bad encoding, and for encoded slashes and controls, which would make another
    ///   path of it.
    static func path(_ path: ArraySlice<UInt8>) throws(HTTPFault) -> [UInt8] {
        if path.contains(UInt8(ascii: "\\")) { throw fault("a path must not hold a backslash") }
        var out: [UInt8] = []
        for segment in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            let bytes = try decode(segment, plusIsSpace: false)
            if bytes.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }) {
                throw fault("a path segment must not hold an encoded slash or backslash")
            }
            if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
                throw fault("a path segment must not hold an encoded control character")
            }
            _ = try text(bytes[...])
            out += bytes
            out.append(UInt8(ascii: "/"))
        }
        out.removeLast()
        return out
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
