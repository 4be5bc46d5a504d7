/// Which web addresses an organisation may have messages and events sent to.
public struct TargetAddresses: Sendable {
    /// Whether plain http and addresses of private networks are allowed: the operator's decision.
    public let allowsPrivate: Bool

    /// The rule; by default only https to the internet.
    public init(allowsPrivate: Bool = false) {
        self.allowsPrivate = allowsPrivate
    }

    /// The address when it may be used; where it leads is checked when connecting.
    ///
    /// - Throws: `ChannelError` of code `invalid-target`.
    func checked(_ url: String, at pointer: String) throws(ChannelError) -> String {
        let scheme = url.hasPrefix("https://") || allowsPrivate && url.hasPrefix("http://")
        let rest = url.drop { $0 != ":" }.dropFirst(3)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard scheme, url.utf8.count <= 2_000,
            url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x5C }), !authority.isEmpty,
            !authority.contains("@"), !url.contains("#")
        else {
            throw ChannelError(
                .invalidTarget,
                "expected a whole \(allowsPrivate ? "http or https" : "https") address of at most "
                    + "2,000 characters, without a user name or fragment",
                pointer: pointer
            )
        }
        return url
    }
}

/// A name that people give to a target, a webhook or a policy.
enum ChannelName {
    /// The name without white space around it.
    ///
    /// - Throws: `ChannelError` of code `invalid-target`.
    static func checked(_ name: String) throws(ChannelError) -> String {
        let words = name.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let isPlain = words.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard (1...100).contains(words.unicodeScalars.count), isPlain else {
            throw ChannelError(
                .invalidTarget,
                "the name must have 1 to 100 characters",
                pointer: "/name"
            )
        }
        return words
    }
}
