import CPCRE2

/// Looks for the matches of a pattern in one text, from its start to its end.
final class MatchRun {
    /// One match, in bytes of UTF-8.
    struct Found {
        let range: Range<Int>
        let groups: [Range<Int>?]
    }

    let pattern: Pattern
    let bytes: [UInt8]
    /// Whether bytes and UTF-16 code units count alike.
    let isASCII: Bool
    private let data: OpaquePointer
    /// A byte whose offset was asked for, and that offset.
    private var counted = (byte: 0, offset: 0)

    /// Nil when there is no memory.
    init?(_ pattern: Pattern, _ text: String) {
        guard let data = pcre2_match_data_create_from_pattern_8(pattern.code, nil) else {
            return nil
        }
        self.pattern = pattern
        self.data = data
        bytes = Array(text.utf8)
        isASCII = bytes.allSatisfy { $0 < 0x80 }
    }

    deinit { pcre2_match_data_free_8(data) }

    /// The first match at or after a byte; nil when there is none.
    func match(from start: Int) throws(Pattern.Problem) -> Found? {
        guard start <= bytes.count else { return nil }
        let result = bytes.withUnsafeBufferPointer { buffer in
            pcre2_match_8(
                pattern.code,
                // An empty array has no address, and PCRE2 takes none for an empty text.
                buffer.baseAddress,
                buffer.count,
                start,
                PCRE2_NO_UTF_CHECK,
                data,
                pattern.context
            )
        }
        if result == PCRE2_ERROR_NOMATCH { return nil }
        guard result > 0, let vector = pcre2_get_ovector_pointer_8(data) else {
            throw Pattern.Problem("it takes too long")
        }
        func range(_ index: Int) -> Range<Int>? {
            let (lower, upper) = (vector[index * 2], vector[index * 2 + 1])
            // A group that took no part has the largest number for both, which is -1 here.
            return lower >= 0 && lower <= upper && upper <= bytes.count ? lower..<upper : nil
        }
        guard let all = range(0) else { return nil }
        let groups = (0..<pattern.groups).map { $0 + 1 < result ? range($0 + 1) : nil }
        return Found(range: all, groups: groups)
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// The UTF-16 offset of a byte.
    func offset(ofByte at: Int) -> Int {
        if isASCII { return at }
        // Matches come one after another: counting goes on from the last one.
        if at < counted.byte { counted = (0, 0) }
        for byte in bytes[counted.byte..<at] where byte & 0xC0 != 0x80 {
            counted.offset += byte < 0xF0 ? 1 : 2
        }
        counted.byte = at
        return counted.offset
    }

    /// The byte of a UTF-16 offset.
    func byte(ofOffset offset: Int) -> Int {
        if isASCII { return offset }
        var units = 0
        var at = 0
        while at < bytes.count, units < offset {
            let lead = bytes[at]
            at += lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
            units += lead < 0xF0 ? 1 : 2
        }
        return units < offset ? bytes.count + 1 : at
    }
}
