import Core

/// What a server that refuses asks for: the `Bearer` challenge of its `WWW-Authenticate` fields.
public struct BearerChallenge: Sendable, Hashable {
    /// Where the resource describes itself (RFC 9728 section 5.1).
    public var resourceMetadata: String?
    /// The scopes that the request needs, nil when it does not say.
    public var scopes: [String]?
    /// For instance `invalid_token` or `insufficient_scope` (RFC 6750 section 3.1).
    public var error: String?

    /// A challenge.
    public init(
        resourceMetadata: String? = nil,
        scopes: [String]? = nil,
        error: String? = nil
    ) {
        self.resourceMetadata = resourceMetadata
        self.scopes = scopes
        self.error = error
    }

    /// The first Bearer challenge among the values of `WWW-Authenticate` fields; nil when there is none.
    ///
    /// A field may hold several challenges, each with parameters, all separated by commas (RFC 9110
    /// section 11.6.1): a token followed by a space and no `=` begins the next.
    public init?(fields: [String]) {
        for field in fields {
            var scanner = Scanner(field)
            if let found = scanner.bearer() {
                self = found
                return
            }
        }
        return nil
    }

    private struct Scanner {
        private var rest: ArraySlice<UInt8>

        init(_ text: String) { rest = Array(text.utf8.prefix(16_384))[...] }

        mutating func bearer() -> BearerChallenge? {
            var isBearer = false
            var found = BearerChallenge()
            while true {
                skip { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ",") }
                guard let word = token() else { return isBearer ? found : nil }
                let afterWord = rest
                skip { $0 == 0x20 || $0 == 0x09 }
                if rest.first == UInt8(ascii: "="), !isPadding() {
                    rest.removeFirst()
                    skip { $0 == 0x20 || $0 == 0x09 }
                    guard let value = value() else { return isBearer ? found : nil }
                    if isBearer { found.take(word.lowercased(), value) }
                } else {
                    if isBearer { return found }
                    rest = afterWord
                    skip { $0 == UInt8(ascii: "=") }
                    isBearer = word.lowercased() == "bearer"
                }
            }
        }

        /// Whether what follows is the `==` of a token68 rather than a parameter's value.
        private func isPadding() -> Bool {
            let next = rest.dropFirst().first
            return next == nil || next == UInt8(ascii: "=") || next == UInt8(ascii: ",")
        }

        private mutating func skip(_ test: (UInt8) -> Bool) { rest = rest.drop(while: test) }

        private mutating func token() -> String? {
            let word = rest.prefix(while: Self.isTokenCharacter)
            guard !word.isEmpty else { return nil }
            rest = rest[word.endIndex...]
            return String(decoding: word, as: UTF8.self)
        }

        private mutating func value() -> String? {
            guard rest.first == UInt8(ascii: "\"") else { return token() }
            rest.removeFirst()
            var out: [UInt8] = []
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: "\"") { return String(validating: out, as: UTF8.self) }
                if byte == UInt8(ascii: "\\") {
                    guard let next = rest.popFirst() else { return nil }
                    out.append(next)
                } else {
                    out.append(byte)
                }
            }
            return nil
        }

        /// RFC 9110 section 5.6.2, and what servers write without quotes although they should not.
        private static func isTokenCharacter(_ byte: UInt8) -> Bool {
            FieldName.isToken(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ":")
        }
    }

    private mutating func take(_ name: String, _ value: String) {
        switch name {
        case "resource_metadata": resourceMetadata = resourceMetadata ?? value
        case "scope": scopes = scopes ?? ScopeList.read(value)
        case "error": error = error ?? value
        default: break
        }
    }
}

/// Lists of scopes as OAuth writes them: words separated by spaces (RFC 6749 section 3.3).
enum ScopeList {
    /// The words, each once, at most 100 of them.
    static func read(_ text: String) -> [String] {
        unique(text.split(separator: " ").map(String.init))
    }

    /// The words of both lists in order, each once.
    static func union(_ first: [String], _ second: [String]) -> [String] { unique(first + second) }

    private static func unique(_ words: [String]) -> [String] {
        var seen: Set<String> = []
        return Array(words.filter { isScope($0) && seen.insert($0).inserted }.prefix(100))
    }

    private static func isScope(_ word: String) -> Bool {
        (1...500).contains(word.utf8.count)
            && word.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
    }
}
