import Core
import Vault

/// What a client carries from one round of a request to the next, sealed: it can neither be read nor
/// changed, and serves nobody else, no other request and not for long.
struct RequestState: Sendable {
    let vault: Vault
    let clock: any WallClock
    /// How long the client may take to answer.
    var lifetime: Duration = .seconds(900)

    /// How long a state may be, in bytes.
    static let longest = 128 << 10

    /// Seals answers for the next round of `request`.
    func seal(
        _ answers: [String: JSON],
        for request: RPCRequest,
        of scope: Scope
    ) throws -> String {
        let state: JSON = [
            "expires": .int((clock.now() + lifetime).microseconds),
            "answers": .object(JSONObject(answers.sorted { $0.key < $1.key }.map { ($0, $1) })),
        ]
        return try vault.seal(state.bytes(), for: try Self.purpose(request, scope))
    }

    /// The answers of earlier rounds.
    ///
    /// - Throws: `RPCError` of code -32602 for a state that was changed, is too old, or belongs to
    ///   another account or request.
    func open(
        _ text: String,
        for request: RPCRequest,
        of scope: Scope
    ) throws -> [String: JSON] {
        let refused = RPCError.invalidParams(
            "this requestState is not good here: it was changed, is too old, or belongs to another "
                + "request",
            pointer: "/params/requestState"
        )
        guard text.utf8.count <= Self.longest,
            let bytes = try? vault.open(text, for: try Self.purpose(request, scope)),
            let state = try? JSON(parsing: bytes),
            let expires = state["expires"]?.int,
            Timestamp(microseconds: Int64(expires)) >= clock.now(),
            let answers = state["answers"]?.object
        else { throw refused }
        return Dictionary(uniqueKeysWithValues: answers.map { ($0.key, $0.value) })
    }

    /// Binds a state to the account, the method and what the request is about.
    private static func purpose(_ request: RPCRequest, _ scope: Scope) throws -> String {
        var about = JSONObject()
        for key in ["name", "uri", "arguments"] { about[key] = request.params?[key] }
        let digest = try Authentication.sha256(JSON.object(about).bytes(.canonical))
        return "mcp-state:\(scope.organisation):\(scope.actor.id):\(request.method):"
            + Base64.encodeForURL(digest)
    }
}
