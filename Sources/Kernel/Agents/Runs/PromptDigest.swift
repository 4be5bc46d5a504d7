import Core
import Models
import Vault

/// A hash of all that a model was told in a conversation, message upon message, so that a turn costs no
/// more than what was said since the last.
struct PromptDigest: Sendable {
    private var digest: [UInt8] = []
    private var count = 0

    /// What of a request is kept: the rest is in the case, the steps before, and the program.
    ///
    /// - Throws: `VaultError`.
    mutating func summary(of request: ModelRequest) throws -> JSON {
        if digest.isEmpty {
            var head = request
            head.messages = []
            digest = try Authentication.sha256(head.json.bytes(.canonical))
        }
        for message in request.messages.dropFirst(count) {
            digest = try Authentication.sha256(digest + message.json.bytes(.canonical))
        }
        count = request.messages.count
        return ["sha256": .string(hexadecimal(digest)), "messages": .int(count)]
    }
}
