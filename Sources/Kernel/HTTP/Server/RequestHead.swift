import Core

/// How a request's body ends (RFC 9112 section 6).
enum BodyFraming: Equatable, Sendable {
    case none
    case length(Int)
    case chunked
}

/// A request's line and fields, checked.
struct RequestHead: Sendable {
    var method: Method
    /// In origin form, or `*`.
    var target: String
    /// 0 or 1: the version is HTTP/1.0 or HTTP/1.1.
    var minorVersion: Int
    var headers: Headers
    var framing = BodyFraming.none
    /// Whether the client wants the connection kept.
    var keepsAlive: Bool
    /// Whether the client waits for `100 Continue` before it sends the body.
    var expectsContinue = false

    /// Checks what the grammar alone cannot: the method, the target's form, and the fields that frame
    /// the message.
    init(
        method: ArraySlice<UInt8>,
        target: ArraySlice<UInt8>,
        minorVersion: Int,
        headers: Headers
    ) throws(HTTPFault) {
        guard let known = Method.allCases.first(where: { method.elementsEqual($0.rawValue.utf8) })
        else {
            throw HTTPFault(.notImplemented, code: "unknown-method", "the method is not known here")
        }
        self.method = known
        self.target = ""
        self.minorVersion = minorVersion
        self.headers = headers
        keepsAlive = minorVersion == 1
        let host = try readFields()
        try readTarget(target, host: host)
    }

    // MARK: Fields

    private mutating func readFields() throws(HTTPFault) -> ArraySlice<UInt8>? {
        var host: ArraySlice<UInt8>?
        var length: Int?
        var isChunked = false
        var closes = false
        var keeps = false
        for field in headers.fields {
            // The length tells nearly all other names apart without looking at them.
            switch field.nameCount {
            case 4 where headers.matches(field, "host"):
                guard host == nil else { throw Self.bad("there must be one Host") }
                host = headers.valueBytes(field)
            case 6 where headers.matches(field, "expect"):
                guard Headers.equal(headers.valueBytes(field), "100-continue") else {
                    throw HTTPFault(
                        .expectationFailed,
                        code: "unknown-expectation",
                        "only 100-continue can be expected"
                    )
                }
                expectsContinue = minorVersion == 1
            case 10 where headers.matches(field, "connection"):
                for token in headers.valueBytes(field).split(separator: UInt8(ascii: ",")) {
                    let token = Headers.trimmed(token)
                    if Headers.equal(token, "close") { closes = true }
                    if Headers.equal(token, "keep-alive") { keeps = true }
                }
            case 14 where headers.matches(field, "content-length"):
                guard length == nil else { throw Self.bad("there must be one Content-Length") }
                length = try Self.length(headers.valueBytes(field))
            case 17 where headers.matches(field, "transfer-encoding"):
                guard !isChunked, Headers.equal(headers.valueBytes(field), "chunked") else {
                    throw Self.bad("the only transfer coding is chunked, once")
                }
                isChunked = true
            default: break
            }
        }
        if isChunked {
            guard minorVersion == 1 else { throw Self.bad("HTTP/1.0 has no Transfer-Encoding") }
            guard length == nil else {
                throw Self.bad("Content-Length and Transfer-Encoding exclude each other")
            }
            framing = .chunked
        } else if let length, length > 0 {
            framing = .length(length)
        }
        keepsAlive = !closes && (minorVersion == 1 || keeps)
        if let host {
            guard Self.isHost(host) else { throw Self.bad("Host is no host") }
        } else if minorVersion == 1 {
            throw Self.bad("Host is missing")
        }
        return host
    }

    private static func length(_ bytes: ArraySlice<UInt8>) throws(HTTPFault) -> Int {
        // Eighteen digits cannot overflow.
        guard (1...18).contains(bytes.count), bytes.allSatisfy(Byte.isDigit) else {
            throw bad("Content-Length must be decimal digits")
        }
        return bytes.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// `uri-host [":" port]` (RFC 3986 section 3.2.2), without commas, which betray a merged field.
    static func isHost(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first else { return false }
        var rest = bytes
        if first == UInt8(ascii: "[") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "]")), end > bytes.startIndex + 1,
                bytes[(bytes.startIndex + 1)..<end].allSatisfy({
                    Byte.hexadecimal($0) != nil || $0 == UInt8(ascii: ":")
                        || $0 == UInt8(ascii: ".")
                })
            else { return false }
            rest = bytes[(end + 1)...]
        } else {
            rest = bytes.drop {
                switch $0 {
                case UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "#"), UInt8(ascii: "^"),
                    UInt8(ascii: "`"), UInt8(ascii: "|"):
                    false
                default: Byte.isToken($0)
                }
            }
            guard rest.startIndex > bytes.startIndex else { return false }
        }
        guard let colon = rest.first else { return true }
        return colon == UInt8(ascii: ":") && rest.dropFirst().allSatisfy(Byte.isDigit)
            && rest.count <= 6
    }

    // MARK: Target

    private mutating func readTarget(_ bytes: ArraySlice<UInt8>, host: ArraySlice<UInt8>?)
        throws(HTTPFault)
    {
        if bytes.first == UInt8(ascii: "/") {
            target = String(decoding: bytes, as: UTF8.self)
            return
        }
        if method == .options, bytes.elementsEqual("*".utf8) {
            target = "*"
            return
        }
        // Absolute form (RFC 9112 section 3.2.2) must be understood; it must also agree with Host.
        for scheme in ["http://", "https://"] {
            let count = scheme.utf8.count
            guard bytes.count > count, Headers.equal(bytes.prefix(count), scheme) else { continue }
            let rest = bytes.dropFirst(count)
            let end =
                rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
                ?? rest.endIndex
            let authority = rest[..<end]
            if let host {
                guard Headers.equal(authority, String(decoding: host, as: UTF8.self)) else {
                    throw Self.bad("the target's authority differs from Host")
                }
            }
            guard Self.isHost(authority) else { throw Self.bad("the target has no valid host") }
            let path = String(decoding: rest[end...], as: UTF8.self)
            target = path.hasPrefix("/") ? path : "/" + path
            return
        }
        throw Self.bad("the target must be a path")
    }

    static func bad(_ message: String) -> HTTPFault {
        HTTPFault(.badRequest, code: "bad-request", message)
    }
}
