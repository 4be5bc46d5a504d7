public import Core

/// AWS Signature Version 4: proves to an AWS service who makes a request, without sending the secret.
///
/// After https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, in the
/// form with an `Authorization` field.
public struct AWSSignature: Sendable {
    /// The key's id, which is sent.
    public var accessKey: String
    /// The key, which is not.
    public var secretKey: String
    /// What temporary credentials carry besides; nil for lasting ones.
    public var sessionToken: String?
    /// The region, for instance `eu-central-1`.
    public var region: String
    /// The service's name for signatures, for instance `bedrock`.
    public var service: String
    /// Whether `.`, `..` and empty parts of the path are resolved first: everywhere but at S3; default true.
    public var normalisesPath: Bool

    /// A signature under a key, for one region and service.
    public init(
        accessKey: String,
        secretKey: String,
        sessionToken: String? = nil,
        region: String,
        service: String,
        normalisesPath: Bool = true
    ) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
        self.region = region
        self.service = service
        self.normalisesPath = normalisesPath
    }

    /// Adds `X-Amz-Date`, `X-Amz-Security-Token` and `Authorization`; every field that is there is signed.
    ///
    /// - Throws: `VaultError`.
    public func sign(_ request: inout WebRequest, at now: Timestamp) throws(VaultError) {
        let rest = request.url.drop { $0 != ":" }.dropFirst(3)
        let host = rest.prefix { $0 != "/" && $0 != "?" }
        request.headers += try fields(
            method: request.method,
            target: String(rest.dropFirst(host.utf8.count)),
            headers: request.headers + [("host", String(host))],
            body: request.body ?? [],
            at: now
        )
    }

    /// The fields that the request needs besides its own.
    func fields(
        method: String,
        target: String,
        headers: [(name: String, value: String)],
        body: [UInt8],
        at now: Timestamp
    ) throws(VaultError) -> [(name: String, value: String)] {
        let stamp = String(now.description.prefix(19)).filter { $0 != "-" && $0 != ":" } + "Z"
        var added = [(name: "X-Amz-Date", value: stamp)]
        if let sessionToken { added.append(("X-Amz-Security-Token", sessionToken)) }
        let hash = Self.hexadecimal(try Authentication.sha256(body))
        let (canonical, names) = canonicalRequest(method, target, headers + added, hash)
        let date = String(stamp.prefix(8))
        let scope = "\(date)/\(region)/\(service)/aws4_request"
        let digest = Self.hexadecimal(try Authentication.sha256(Array(canonical.utf8)))
        var key = Array("AWS4\(secretKey)".utf8)
        for part in [date, region, service, "aws4_request"] {
            key = try Authentication.hmac256(key: key, Array(part.utf8))
        }
        let text = "AWS4-HMAC-SHA256\n\(stamp)\n\(scope)\n\(digest)"
        let signature = Self.hexadecimal(try Authentication.hmac256(key: key, Array(text.utf8)))
        added.append(
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=\(accessKey)/\(scope), SignedHeaders=\(names), "
                    + "Signature=\(signature)"
            )
        )
        return added
    }

    /// The request in the form that is hashed, and the names of the fields in it.
    func canonicalRequest(
        _ method: String,
        _ target: String,
        _ headers: [(name: String, value: String)],
        _ payloadHash: String
    ) -> (text: String, names: String) {
        let path = target.prefix { $0 != "?" }
        let query = target.dropFirst(path.count).dropFirst()
        var values: [String: [String]] = [:]
        for (name, value) in headers {
            // Runs of white space count as one space, line breaks of folded fields too.
            let words = value.split { $0 == " " || $0 == "\t" || $0.isNewline }
            values[name.lowercased(), default: []].append(words.joined(separator: " "))
        }
        let sorted = values.keys.sorted()
        let names = sorted.joined(separator: ";")
        let lines = sorted.map { "\($0):\((values[$0] ?? []).joined(separator: ","))\n" }
        let text = [
            method, Self.encoded(canonicalPath(String(path)), except: "/"),
            Self.canonicalQuery(query), lines.joined(), names, payloadHash,
        ].joined(separator: "\n")
        return (text, names)
    }

    private func canonicalPath(_ path: String) -> String {
        guard !path.isEmpty else { return "/" }
        guard normalisesPath else { return path }
        var parts: [Substring] = []
        let given = path.split(separator: "/", omittingEmptySubsequences: true)
        for part in given where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        let ends = path.hasSuffix("/") || given.last == "." || given.last == ".."
        return "/" + parts.joined(separator: "/") + (ends && !parts.isEmpty ? "/" : "")
    }

    private static func canonicalQuery(_ query: Substring) -> String {
        query.split(separator: "&").map { pair -> (name: String, value: String) in
            let name = pair.prefix { $0 != "=" }
            let value = pair.dropFirst(name.count).dropFirst()
            return (encoded(decoded(name)), encoded(decoded(value)))
        }
        .sorted { ($0.name, $0.value) < ($1.name, $1.value) }
        .map { "\($0.name)=\($0.value)" }
        .joined(separator: "&")
    }

    private static func encoded(_ text: String, except kept: Character? = nil) -> String {
        encoded(Array(text.utf8), except: kept)
    }

    /// Percent-encoding of all but RFC 3986's unreserved characters.
    private static func encoded(_ bytes: [UInt8], except kept: Character? = nil) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in bytes {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.append(byte)
            case kept?.asciiValue: out.append(byte)
            default: out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func decoded(_ text: Substring) -> [UInt8] {
        var out: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"),
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                rest = rest.dropFirst(2)
                out.append(value)
            } else {
                out.append(byte)
            }
        }
        return out
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
