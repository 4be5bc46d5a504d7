import Glibc

/// How text that PostgreSQL cannot hold is kept all the same.
///
/// Its `text` has no U+0000. So U+0000 is kept as U+10FFFF `0`, and U+10FFFF, which Unicode assigns to
/// no character, as U+10FFFF twice. This is done in one place, here, for every parameter and column.
enum PostgresText {
    /// U+10FFFF in UTF-8.
    private static let mark: [UInt8] = [0xF4, 0x8F, 0xBF, 0xBF]

    /// Appends the text as it is kept.
    static func append(_ bytes: UnsafeBufferPointer<UInt8>, to kept: inout [UInt8]) {
        guard let base = bytes.baseAddress else { return }
        guard memchr(base, 0, bytes.count) != nil || memchr(base, 0xF4, bytes.count) != nil else {
            kept.append(contentsOf: bytes)
            return
        }
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0 {
                kept += mark
                kept.append(UInt8(ascii: "0"))
                index += 1
            } else if isMark(bytes, at: index) {
                kept += mark
                kept += mark
                index += 4
            } else {
                kept.append(bytes[index])
                index += 1
            }
        }
    }

    /// The text that was kept; nil when it is the same.
    static func restored(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard let base = bytes.baseAddress, memchr(base, 0xF4, bytes.count) != nil else {
            return nil
        }
        var text: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if isMark(bytes, at: index) {
                if index + 4 < bytes.count, bytes[index + 4] == UInt8(ascii: "0") {
                    text.append(0)
                    index += 5
                } else {
                    text += mark
                    // What others wrote may have it once.
                    index += isMark(bytes, at: index + 4) ? 8 : 4
                }
            } else {
                text.append(bytes[index])
                index += 1
            }
        }
        return text
    }

    private static func isMark(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        index + 4 <= bytes.count && bytes[index] == 0xF4 && bytes[index + 1] == 0x8F
            && bytes[index + 2] == 0xBF && bytes[index + 3] == 0xBF
    }
}
