import Core
import Vault

/// AWS Signature Version 4 for requests without a query, as SNS takes them.
struct AWSSignature: Sendable {
    var accessKey: String
    var secretKey: String
    var region: String
    var service: String

    /// Adds `X-Amz-Date` and `Authorization`.
    ///
    /// - Throws: `VaultError`.
    func sign(_ request: inout WebRequest, at now: Timestamp) throws(VaultError) {
        let stamp = String(now.description.prefix(19)).filter { $0 != "-" && $0 != ":" } + "Z"
        let date = String(stamp.prefix(8))
        request.headers.append(("X-Amz-Date", stamp))
        let rest = request.url.drop { $0 != ":" }.dropFirst(3)
        let host = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(host.count)
        let fields = (request.headers + [(name: "host", value: String(host))])
            .map { (name: $0.name.lowercased(), value: $0.value) }
            .sorted { $0.name < $1.name }
        let names = fields.map(\.name).joined(separator: ";")
        let canonical = [
            request.method, path.isEmpty ? "/" : String(path), "",
            fields.map { "\($0.name):\($0.value)\n" }.joined(), names,
            try Self.hexadecimal(Authentication.sha256(request.body ?? [])),
        ].joined(separator: "\n")
        let scope = "\(date)/\(region)/\(service)/aws4_request"
        let text = [
            "AWS4-HMAC-SHA256", stamp, scope,
            try Self.hexadecimal(Authentication.sha256(Array(canonical.utf8))),
        ].joined(separator: "\n")
        var key = Array("AWS4\(secretKey)".utf8)
        for part in [date, region, service, "aws4_request"] {
            key = try Authentication.hmac256(key: key, Array(part.utf8))
        }
        let signature = try Self.hexadecimal(Authentication.hmac256(key: key, Array(text.utf8)))
        request.headers.append(
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=\(accessKey)/\(scope), SignedHeaders=\(names), "
                    + "Signature=\(signature)"
            )
        )
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
