import Core

/// How a request's body ends (RFC 9112 section 6).
enum BodyFraming: Equatable, Sendable {
    case none
    case length(Int)
    case chunked
}

/// What a request's line and fields say about the message, checked.
struct RequestHead: Sendable {
    var method: Method
    /// Where the target lies in the head's bytes: in origin form, or `*`.
    var target = 0..<0
    /// 0 or 1: the version is HTTP/1.0 or HTTP/1.1.
    var minorVersion: Int
    var framing = BodyFraming.none
    /// Whether the client wants the connection kept.
    var keepsAlive: Bool
    /// Whether the client waits for `100 Continue` before it sends the body.
    var expectsContinue = false

    /// Checks what the grammar alone cannot: the method, the target's form, and the fields that frame
    /// the message.
    ///
    /// - Parameters:
    ///   - method: where the method lies in the bytes of `headers`.
    ///   - target: where the target lies there.
    ///   - minorVersion: the version.
    ///   - headers: the head; a target that came in absolute form is added in origin form to its bytes.
    /// - Throws: what is wrong.
    init(
        method: Range<Int>,
        target: Range<Int>,
        minorVersion: Int,
        headers: inout Headers
    ) throws(HTTPFault) {
        guard let known = Method(headers.bytes[method]) else {
            throw HTTPFault(.notImplemented, code: "unknown-method", "the method is not known here")
        }
        self.method = known
        self.minorVersion = minorVersion
        keepsAlive = minorVersion == 1
        let host = try readFields(headers)
        if headers.bytes[target.lowerBound] == UInt8(ascii: "/") {
            self.target = target
        } else {
            try readTarget(target, host: host, &headers)
        }
    }

    // MARK: Fields

    /// Reads the fields that frame the message, and gives the value of Host.
    ///
    /// - Throws: what is wrong with them.
    private mutating func readFields(_ headers: Headers) throws(HTTPFault) -> Range<Int>? {
        var host: Range<Int>?
        var length: Int?
        var isChunked = false
        var closes = false
        var keeps = false
        for field in headers.fields {
            // The length tells nearly all other names apart without looking at them.
            switch field.nameCount {
            case 4 where headers.matches(field, lowercase: "host"):
                guard host == nil else { throw Self.bad("there must be one Host") }
                host = field.value
            case 6 where headers.matches(field, lowercase: "expect"):
                guard Headers.equal(headers.valueBytes(field), "100-continue") else {
                    throw HTTPFault(
                        .expectationFailed,
                        code: "unknown-expectation",
                        "only 100-continue can be expected"
                    )
                }
                expectsContinue = minorVersion == 1
            case 10 where headers.matches(field, lowercase: "connection"):
                for token in headers.valueBytes(field).split(separator: UInt8(ascii: ",")) {
                    let token = Headers.trimmed(token)
                    if Headers.equal(token, "close") { closes = true }
                    if Headers.equal(token, "keep-alive") { keeps = true }
                }
            case 14 where headers.matches(field, lowercase: "content-length"):
                guard length == nil else { throw Self.bad("there must be one Content-Length") }
                length = try Self.length(headers.valueBytes(field))
                try Self.checkNoTab(behind: field, headers)
            case 17 where headers.matches(field, lowercase: "transfer-encoding"):
                guard !isChunked, Headers.equal(headers.valueBytes(field), "chunked") else {
                    throw Self.bad("the only transfer coding is chunked, once")
                }
                isChunked = true
                try Self.checkNoTab(behind: field, headers)
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
            guard Self.isHost(headers.bytes[host]) else { throw Self.bad("Host is no host") }
        } else if minorVersion == 1 {
            throw Self.bad("Host is missing")
        }
        return host
    }

    /// RFC 9112 section 5.1 lets a tab follow any value, but llhttp does not take one behind a value that
    /// frames the body: two readers would differ where it matters most, and nobody sends it.
    private static func checkNoTab(
        behind field: Headers.Field,
        _ headers: Headers
    ) throws(HTTPFault) {
        let space = headers.bytes[field.value.upperBound...].prefix { $0 != Byte.carriageReturn }
        guard !space.contains(Byte.tab) else {
            throw bad("a tab must not follow what frames the body")
        }
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
        bytes.withUnsafeBufferPointer { bytes in
            guard let first = bytes.first else { return false }
            var at = 0
            if first == UInt8(ascii: "[") {
                guard let end = bytes.firstIndex(of: UInt8(ascii: "]")), end > 1,
                    bytes[1..<end].allSatisfy({
                        Byte.hexadecimal($0) != nil || $0 == UInt8(ascii: ":")
                            || $0 == UInt8(ascii: ".")
                    })
                else { return false }
                at = end + 1
            } else {
                while at < bytes.count, Byte.isHost(bytes[at]) { at += 1 }
                if at == 0 { return false }
            }
            if at == bytes.count { return true }
            return bytes[at] == UInt8(ascii: ":") && bytes.count - at <= 6
                && bytes[(at + 1)...].allSatisfy(Byte.isDigit)
        }
    }

    // MARK: Target

    private mutating func readTarget(
        _ range: Range<Int>,
        host: Range<Int>?,
        _ headers: inout Headers
    ) throws(HTTPFault) {
        let bytes = headers.bytes[range]
        if method == .options, bytes.elementsEqual("*".utf8) {
            target = range
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
                let host = String(decoding: headers.bytes[host], as: UTF8.self)
                guard Headers.equal(authority, host) else {
                    throw Self.bad("the target's authority differs from Host")
                }
            }
            guard Self.isHost(authority) else { throw Self.bad("the target has no valid host") }
            if end < range.upperBound, bytes[end] == UInt8(ascii: "/") {
                target = end..<range.upperBound
            } else {
                let start = headers.bytes.count
                headers.bytes.append(UInt8(ascii: "/"))
                headers.bytes.append(contentsOf: rest[end...])
                target = start..<headers.bytes.count
            }
            return
        }
        throw Self.bad("the target must be a path")
    }

    static func bad(_ message: String) -> HTTPFault {
        HTTPFault(.badRequest, code: "bad-request", message)
    }
}
