/// Which types of event a subscription wants: `order.placed`, `order.*` or `*`.
public struct EventFilter: Sendable, Hashable {
    /// The filter as it was written.
    public let text: String

    /// Reads a filter; nil when it is none: words of a-z, 0-9 and hyphens with dots between, where the last
    /// may be `*`.
    public init?(_ text: String) {
        let words = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 100, let last = words.last else { return nil }
        let plain = last == "*" ? words.dropLast() : words
        guard plain.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isWord) }) else {
            return nil
        }
        self.text = text
    }

    /// Whether events of the type are wanted.
    public func matches(_ type: String) -> Bool {
        if text == "*" { return true }
        guard text.hasSuffix(".*") else { return text == type }
        return type.hasPrefix(text.dropLast())
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
    }
}
