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
    let code: OpaquePointer
    let context: OpaquePointer
    /// How many groups it has.
    let groups: Int

    init(_ source: String, ignoresCase: Bool, isMultiline: Bool) throws(Problem) {
        self.source = source
        guard source.utf8.count <= Self.longest else { throw Problem("it is too long") }
        var translator = PatternTranslator(source, isMultiline: isMultiline)
        let text = try translator.translated()
        var options =
            PCRE2_UTF | PCRE2_MATCH_UNSET_BACKREF | PCRE2_DOLLAR_ENDONLY
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
