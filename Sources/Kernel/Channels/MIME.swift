/// The encodings that carry any text through mail's 7-bit lines.
enum MIME {
    /// An unstructured header's value: as it is when short and plain, else as encoded words.
    ///
    /// The header's name takes `used` bytes of the first line.
    static func unstructured(_ text: String, after used: Int) -> String {
        let isPlain =
            text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
            && text.utf8.count + used <= 78 && text.first != " " && text.last != " "
        return isPlain ? text : encodedWords(text, after: used)
    }

    /// RFC 2047 section 2: `=?UTF-8?B?…?=` words of at most 75 bytes, on lines of at most 76.
    static func encodedWords(_ text: String, after used: Int) -> String {
        // 45 bytes are 60 in base64; with 12 around them, and the header's name on the first line.
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            let room = words.count == 1 ? min(45, (76 - used - 12) / 4 * 3) : 45
            // A character must not be split between two words (section 5).
            if let last = words.last, last.count + bytes.count > room { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?UTF-8?B?\(base64($0))?=" }.joined(separator: "\r\n ")
    }

    /// RFC 4648 section 4.
    static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
        )
        var out: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << (8 * (3 - group.count))
            for digit in 0..<4 {
                out.append(
                    digit <= group.count
                        ? alphabet[Int(bits >> (18 - 6 * digit) & 63)] : UInt8(ascii: "=")
                )
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// RFC 2045 section 6.7; every line end becomes CR LF, and the last line has one.
    static func quotedPrintable(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count + text.utf8.count / 8)
        for line in lines(Array(text.utf8)) {
            var column = 0
            for (index, byte) in line.enumerated() {
                let isLast = index == line.count - 1
                let isPlain =
                    (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=")
                    || (byte == 0x20 || byte == 0x09) && !isLast
                let width = isPlain ? 1 : 3
                // 76 with the `=` of a soft break, which the last piece does not need.
                if column + width > (isLast ? 76 : 75) {
                    out += [UInt8(ascii: "="), 0x0D, 0x0A]
                    column = 0
                }
                if isPlain {
                    out.append(byte)
                } else {
                    out += [UInt8(ascii: "="), hexadecimal(byte >> 4), hexadecimal(byte & 15)]
                }
                column += width
            }
            out += [0x0D, 0x0A]
        }
        return out
    }

    /// The lines of a text whose lines end with CR LF, LF or CR; what follows the last end is a line
    /// unless it is empty.
    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            guard byte == 0x0D || byte == 0x0A else {
                at += 1
                continue
            }
            lines.append(bytes[start..<at])
            at += byte == 0x0D && at + 1 < bytes.count && bytes[at + 1] == 0x0A ? 2 : 1
            start = at
        }
        if start < bytes.count { lines.append(bytes[start...]) }
        return lines
    }

    private static func hexadecimal(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
    }
}
