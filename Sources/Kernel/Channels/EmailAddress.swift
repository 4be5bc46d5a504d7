/// An address that mail can be sent to, for instance `ana@example.com`.
///
/// What is accepted is RFC 5321's `Dot-string "@" Domain`: ASCII, no quoted local part, no address
/// literal, no comment. Such text holds no space, control character or angle bracket, so it cannot
/// smuggle anything into a header or an SMTP command. Internationalised domains are given as `xn--…`.
public struct EmailAddress: Sendable, Hashable, CustomStringConvertible {
    /// The address as it was written.
    public let description: String

    /// Reads an address.
    ///
    /// - Throws: `ChannelError` of code `invalid-address` that says what is wrong.
    public init(_ text: String) throws(ChannelError) {
        if let problem = Self.problem(Array(text.utf8)) {
            let shown = text.count > 80 ? text.prefix(77) + "…" : text[...]
            let quoted = shown.unicodeScalars.map { $0.properties.generalCategory == .control }
                .contains(true)
            throw ChannelError(
                .invalidAddress,
                quoted
                    ? "the address has control characters"
                    : "\"\(shown)\" is no address: \(problem)"
            )
        }
        description = text
    }

    /// What follows the `@`.
    public var domain: String {
        String(
            description[
                description.index(
                    after: description.lastIndex(of: "@") ?? description.startIndex
                )...
            ]
        )
    }

    private static func problem(_ bytes: [UInt8]) -> String? {
        // RFC 5321 section 4.5.3.1: 64 bytes of local part, 256 of path with its angle brackets.
        guard bytes.count <= 254 else { return "it is longer than 254 bytes" }
        let parts = bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2 else { return "it must have one @" }
        guard parts[0].count <= 64 else { return "what precedes the @ is longer than 64 bytes" }
        for atom in parts[0].split(separator: dot, omittingEmptySubsequences: false)
        where atom.isEmpty || !atom.allSatisfy(isAtomText) {
            return
                "what precedes the @ must be letters, digits and !#$%&'*+-/=?^_`{|}~, with single dots between"
        }
        let labels = parts[1].split(separator: dot, omittingEmptySubsequences: false)
        for label in labels
        where label.isEmpty || label.count > 63
            || !label.allSatisfy({ isLetterOrDigit($0) || $0 == hyphen })
            || label.first == hyphen || label.last == hyphen
        {
            return "what follows the @ must be a domain name"
        }
        guard let top = labels.last, top.contains(where: { !isDigit($0) }) else {
            return "what follows the @ must be a domain name, not a number"
        }
        return nil
    }

    private static var dot: UInt8 { UInt8(ascii: ".") }
    private static var hyphen: UInt8 { UInt8(ascii: "-") }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// RFC 5322 section 3.2.3, `atext`.
    private static func isAtomText(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }
}
