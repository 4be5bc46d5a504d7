import CPCRE2

/// A compiled regular expression.
///
/// Invariant: the code is written once, in `init`, and only read afterwards; PCRE2 allows that from any
/// number of threads. What a match writes is made for it alone.
final class Pattern: @unchecked Sendable {
    /// Why a text is not a regular expression.
    struct Problem: Error {
        let message: String

        init(_ message: String) { self.message = message }
    }

    /// How much one match may take: a pattern that goes back again and again ends with an error.
    private static let matchLimit: UInt32 = 2_000_000
    private static let depthLimit: UInt32 = 200_000
    private static let heapKibibytes: UInt32 = 32_768
    private static let longest = 65_536

    /// The expression as it was written.
    let source: String
    fileprivate let code: OpaquePointer
    fileprivate let context: OpaquePointer
    /// How many groups it has.
    let groups: Int

    init(_ source: String, ignoresCase: Bool, isMultiline: Bool) throws(Problem) {
        self.source = source
        guard source.utf8.count <= Self.longest else { throw Problem("it is too long") }
        var translator = PatternTranslator(source, isMultiline: isMultiline)
        let text = try translator.translated()
        var options =
            PCRE2_UTF | PCRE2_ALT_BSUX | PCRE2_MATCH_UNSET_BACKREF | PCRE2_DOLLAR_ENDONLY
            | PCRE2_ALLOW_EMPTY_CLASS | PCRE2_NEVER_BACKSLASH_C
        if ignoresCase { options |= PCRE2_CASELESS }
        var number: Int32 = 0
        var offset = 0
        let bytes = Array(text.utf8)
        let compiled = bytes.withUnsafeBufferPointer { buffer in
            pcre2_compile_8(buffer.baseAddress, buffer.count, options, &number, &offset, nil)
        }
        guard let compiled else { throw Problem(Self.message(number)) }
        guard let context = pcre2_match_context_create_8(nil) else {
            pcre2_code_free_8(compiled)
            throw Problem("no memory")
        }
        pcre2_set_match_limit_8(context, Self.matchLimit)
        pcre2_set_depth_limit_8(context, Self.depthLimit)
        pcre2_set_heap_limit_8(context, Self.heapKibibytes)
        var count: UInt32 = 0
        pcre2_pattern_info_8(compiled, UInt32(PCRE2_INFO_CAPTURECOUNT), &count)
        code = compiled
        self.context = context
        groups = Int(count)
    }

    deinit {
        pcre2_match_context_free_8(context)
        pcre2_code_free_8(code)
    }

    private static func message(_ number: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(number, &buffer, buffer.count)
        return length > 0 ? String(decoding: buffer.prefix(Int(length)), as: UTF8.self) : ""
    }
}

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
            return lower <= upper && upper <= bytes.count ? lower..<upper : nil
        }
        guard let all = range(0) else { return nil }
        let groups = (0..<pattern.groups).map { $0 + 1 < result ? range($0 + 1) : nil }
        return Found(range: all, groups: groups)
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// The UTF-16 offset of a byte.
    func offset(ofByte at: Int) -> Int {
        isASCII ? at : String(decoding: bytes[..<at], as: UTF8.self).utf16.count
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
