import Core
import Vault

/// What Amazon Bedrock is asked with.
enum BedrockCredentials: Sendable {
    /// An access key, with the token of temporary credentials.
    case key(id: String, secret: String, token: String?)
    /// A Bedrock API key.
    case bearer(String)

    /// The call with these credentials.
    func applied(to call: WireCall, region: String) -> WireCall {
        var call = call
        switch self {
        case .bearer(let key): call.headers.append(("authorization", "Bearer \(key)"))
        case .key(let id, let secret, let token):
            let signature = AWSSignature(
                accessKey: id,
                secretKey: secret,
                sessionToken: token,
                region: region,
                service: "bedrock"
            )
            call.sign = { try signature.sign(&$0, at: $1) }
        }
        return call
    }
}
