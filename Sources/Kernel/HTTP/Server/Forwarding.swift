/// The header field in which proxies say for whom a request is made.
///
/// Only one is believed: a proxy passes on the other as the client sent it.
public enum Forwarding: String, Sendable, CaseIterable {
    /// `X-Forwarded-For: client, proxy`, to which each proxy adds the address it was asked from.
    case xForwardedFor = "x-forwarded-for"
    /// `Forwarded: for=client, for="[2001:db8::1]:4711"` (RFC 7239).
    case forwarded

    /// Who was asked for by whom, the nearest last; an entry that names no address is empty.
    func addresses(_ headers: Headers) -> [String] {
        headers.all(rawValue).flatMap { value in
            Self.split(value, at: ",").map { element in
                switch self {
                case .xForwardedFor: Self.address(element)
                case .forwarded: Self.address(Self.node(element))
                }
            }
        }
    }

    /// The value of `for` in one element of `Forwarded`.
    private static func node(_ element: String) -> String {
        for pair in split(element, at: ";") {
            guard let equals = pair.firstIndex(of: "="), pair[..<equals].lowercased() == "for"
            else {
                continue
            }
            let value = pair[pair.index(after: equals)...]
            guard value.hasPrefix("\""), value.hasSuffix("\""), value.count > 1 else {
                return String(value)
            }
            // No address needs a quoted pair.
            return String(value.dropFirst().dropLast())
        }
        return ""
    }

    /// The parts between separators that are not within quotation marks, without white space around.
    private static func split(_ text: String, at separator: Character) -> [String] {
        var parts = [""]
        var isQuoted = false
        var isEscaped = false
        for character in text {
            if character == separator, !isQuoted {
                parts.append("")
                continue
            }
            if character == "\"", !isEscaped { isQuoted.toggle() }
            isEscaped = isQuoted && character == "\\" && !isEscaped
            parts[parts.count - 1].append(character)
        }
        return parts.map { part in
            String(decoding: Headers.trimmed(Array(part.utf8)[...]), as: UTF8.self)
        }
    }

    /// The address in `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:80`; empty for
    /// anything else.
    private static func address(_ text: String) -> String {
        var address = text[...]
        var port = text[text.endIndex...]
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return "" }
            address = text[..<end].dropFirst()
            port = text[text.index(after: end)...]
            guard address.contains(":") else { return "" }
        } else if text.count(where: { $0 == ":" }) == 1, let colon = text.firstIndex(of: ":") {
            address = text[..<colon]
            port = text[colon...]
        }
        let isPort =
            port.isEmpty
            || (port.first == ":" && (2...6).contains(port.utf8.count)
                && port.dropFirst().utf8.allSatisfy(Byte.isDigit))
        let found = String(address)
        guard isPort, NetworkAddress(found) != nil else { return "" }
        return found.hasPrefix("::ffff:") && found.contains(".")
            ? String(found.dropFirst(7)) : found
    }
}

extension HTTPServer.Configuration {
    /// Whether `address` is that of a proxy that may say for whom it asks.
    func trusts(_ address: String) -> Bool { proxies.contains { $0.contains(address) } }

    /// The client for whom the trusted proxy at `peer` asks.
    ///
    /// Read from the nearest on: everything left of the first address that is not trusted could be
    /// anybody's invention.
    func client(of peer: String, _ headers: Headers) -> String {
        var client = peer
        for address in forwarding.addresses(headers).reversed() {
            if address.isEmpty { break }
            client = address
            if !trusts(address) { break }
        }
        return client
    }
}
