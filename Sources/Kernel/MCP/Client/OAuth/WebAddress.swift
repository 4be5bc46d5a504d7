/// An absolute `http` or `https` address in its parts (RFC 3986), as OAuth takes them apart.
public struct WebAddress: Sendable, Hashable, CustomStringConvertible {
    /// `http` or `https`.
    public let scheme: String
    /// The host in lower case; an IPv6 address with its brackets.
    public let host: String
    /// The port when it is not the scheme's own.
    public let port: Int?
    /// The path with its leading slash; empty when there is none.
    public let path: String
    /// What follows the question mark; nil without one.
    public let query: String?

    /// Reads an address; nil when it is not a whole one, has a user, a fragment or unusual characters.
    public init?(_ text: String) {
        guard text.utf8.count <= 2_000,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x5C }),
            !text.utf8.contains(UInt8(ascii: "#")),
            let colon = text.firstRange(of: "://")
        else { return nil }
        scheme = text[..<colon.lowerBound].lowercased()
        guard scheme == "https" || scheme == "http" else { return nil }
        let rest = text[colon.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        let hostEnd =
            authority.hasPrefix("[")
            ? authority.firstIndex(of: "]").map { authority.index(after: $0) }
            : authority.firstIndex(of: ":") ?? authority.endIndex
        guard let hostEnd, hostEnd > authority.startIndex else { return nil }
        host = authority[..<hostEnd].lowercased()
        let tail = authority[hostEnd...]
        if tail.isEmpty {
            port = nil
        } else {
            let digits = tail.dropFirst()
            guard tail.first == ":", digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(digits), (1...65_535).contains(number)
            else { return nil }
            port = number == (scheme == "https" ? 443 : 80) ? nil : number
        }
        let local = rest[authority.endIndex...]
        let mark = local.firstIndex(of: "?")
        path = String(local[..<(mark ?? local.endIndex)])
        query = mark.map { String(local[local.index(after: $0)...]) }
    }

    /// Scheme, host and port.
    public var origin: String { "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "") }

    /// The address, with a default port left out.
    public var description: String { origin + path + (query.map { "?\($0)" } ?? "") }

    /// The path without a slash at its end.
    var trimmedPath: String { path.hasSuffix("/") ? String(path.dropLast()) : path }

    /// The address as an identifier of a resource (RFC 8707): without a lone slash at its end.
    public var resource: String {
        origin + (path == "/" ? "" : path) + (query.map { "?\($0)" } ?? "")
    }

    /// Whether it names this machine itself, as far as the text tells.
    public var isLoopback: Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" { return true }
        let parts = host.split(separator: ".")
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Whether this, as a protected resource, covers `other`: the same origin, and a path at or above its.
    func covers(_ other: WebAddress) -> Bool {
        guard origin == other.origin, query == nil || query == other.query else { return false }
        let own = trimmedPath
        return own.isEmpty || other.path == path || other.trimmedPath == own
            || other.path.hasPrefix(own + "/")
    }

    /// The address with parameters added to its query.
    func adding(_ parameters: [(String, String)]) -> String {
        let joint = query == nil ? "?" : query == "" ? "" : "&"
        return description + joint + Self.form(parameters)
    }

    /// Parameters as `application/x-www-form-urlencoded`.
    public static func form(_ parameters: [(String, String)]) -> String {
        parameters.map { "\(escaped($0))=\(escaped($1))" }.joined(separator: "&")
    }

    /// The text with everything but RFC 3986's unreserved characters percent-encoded.
    static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.append(byte)
            default: out += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The parameters of a query; a name's first value counts.
    public static func parameters(of query: some StringProtocol) -> [String: String] {
        var found: [String: String] = [:]
        for pair in query.split(separator: "&").prefix(100) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = unescaped(parts[0]),
                let value = unescaped(parts.count > 1 ? parts[1] : ""), found[name] == nil
            else { continue }
            found[name] = value
        }
        return found
    }

    private static func unescaped(_ text: some StringProtocol) -> String? {
        var out: [UInt8] = []
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): out.append(0x20)
            case UInt8(ascii: "%"):
                let pair = bytes.prefix(2)
                guard pair.count == 2,
                    let value = UInt8(String(decoding: pair, as: UTF8.self), radix: 16)
                else { return nil }
                out.append(value)
                bytes = bytes.dropFirst(2)
            default: out.append(byte)
            }
        }
        return String(validating: out, as: UTF8.self)
    }
}
