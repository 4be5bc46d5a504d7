/// The validator of an answer (RFC 9110 section 8.8.3): the record's version and a hash of the body.
///
/// `"v7-1f3c9a…"`, or `"1f3c9a…"` for what has no version. `If-None-Match` compares all of it, since
/// an answer shows more than its record; `If-Match` compares the version alone.
public enum EntityTag {
    /// The tag of a body.
    public static func text(version: Int?, body: [UInt8]) -> String {
        let hash = String(hash(body), radix: 16)
        return version.map { "\"v\($0)-\(hash)\"" } ?? "\"\(hash)\""
    }

    /// Whether the list in `If-None-Match` has the tag, weakly compared; `*` has every tag.
    public static func list(_ field: String, contains tag: String) -> Bool {
        field.split(separator: ",").contains { part in
            let one = part.drop { $0 == " " }
            let bare = (one.hasPrefix("W/") ? one.dropFirst(2) : one).prefix { $0 != " " }
            return bare == "*" || bare == tag
        }
    }

    /// The versions that `If-Match` names; nil for `*`, empty when it names none that exist.
    ///
    /// Weak tags count too: a proxy that compresses an answer makes its tag weak.
    public static func versions(in field: String) -> Set<Int>? {
        var versions: Set<Int> = []
        for part in field.split(separator: ",") {
            var one = part.drop { $0 == " " }
            if one.first == "*" { return nil }
            if one.hasPrefix("W/") { one = one.dropFirst(2) }
            guard one.hasPrefix("\"v") else { continue }
            if let version = Int(one.dropFirst(2).prefix { $0.isASCII && $0.isNumber }) {
                versions.insert(version)
            }
        }
        return versions
    }

    /// A hash over eight bytes at a time: it tells bodies apart and is no secret.
    private static func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.withUnsafeBytes { buffer in
            var hash = UInt64(buffer.count) &* 0x9E37_79B9_7F4A_7C15
            var at = 0
            // Four lanes, as one would wait for each multiplication.
            var lanes = SIMD4<UInt64>(1, 2, 3, 4)
            while at + 32 <= buffer.count {
                let words = buffer.loadUnaligned(fromByteOffset: at, as: SIMD4<UInt64>.self)
                lanes = (lanes ^ words) &* SIMD4(repeating: 0xFF51_AFD7_ED55_8CCD)
                lanes ^= lanes &>> 32
                at += 32
            }
            for lane in 0..<4 { hash = (hash ^ lanes[lane]) &* 0xC4CE_B9FE_1A85_EC53 }
            while at + 8 <= buffer.count {
                let word = UInt64(
                    littleEndian: buffer.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                )
                hash = (hash ^ word) &* 0xFF51_AFD7_ED55_8CCD
                hash ^= hash >> 32
                at += 8
            }
            while at < buffer.count {
                hash = (hash ^ UInt64(buffer[at])) &* 0xFF51_AFD7_ED55_8CCD
                hash ^= hash >> 32
                at += 1
            }
            hash &*= 0xC4CE_B9FE_1A85_EC53
            return hash ^ hash >> 29
        }
    }
}
