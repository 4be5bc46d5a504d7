/// Shows so much of an address or secret that its owner knows which it is.
enum Masking {
    /// `https://hooks.slack.com/…9XyZ`, or `…9XyZ` of what is no web address.
    static func secret(_ text: String) -> String {
        let tail = text.utf8.count >= 16 ? String(text.suffix(4)) : ""
        guard let scheme = text.firstRange(of: "://") else { return "…" + tail }
        let host = text[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
        return text[..<scheme.upperBound] + host + "/…" + tail
    }

    /// `a…@example.com`.
    static func email(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@") else { return "…" }
        return "\(text.prefix(1))…\(text[at...])"
    }

    /// `+43…67`.
    static func phone(_ text: String) -> String { "\(text.prefix(3))…\(text.suffix(2))" }
}
