import Core

/// What the `_meta` of a request says to every server.
struct RequestMeta {
    let object: JSONObject?

    init(_ meta: JSON?) { object = meta?.object }

    /// The scope within the trace of the caller, if the caller tells one.
    func traced(_ scope: Scope) -> Scope {
        guard let text = object?[MetaKey.traceparent]?.string, let parent = TraceContext(text)
        else { return scope }
        var scope = scope
        scope.trace.traceHigh = parent.traceHigh
        scope.trace.traceLow = parent.traceLow
        return scope
    }

    func progressToken() throws(RPCError) -> RPCID? {
        guard let token = object?[MetaKey.progressToken] else { return nil }
        guard let id = RPCID(token) else {
            throw .invalidParams(
                "a progress token is a string of at most \(RPCID.longest) bytes or a whole number",
                pointer: "/params/_meta/progressToken"
            )
        }
        return id
    }

    /// The key by which repetitions are known: in `_meta`, or as a header field of HTTP.
    func idempotencyKey(header: String?) throws(RPCError) -> String? {
        guard let member = object?[Self.idempotencyKey] else { return header }
        guard let key = member.string, header == nil || header == key else {
            throw .invalidParams(
                "\"\(Self.idempotencyKey)\" must be a string, the same as in Idempotency-Key",
                pointer: "/params/_meta/" + JSON.pointerToken(Self.idempotencyKey)
            )
        }
        return key
    }

    /// The member of `_meta`.
    static let idempotencyKey = "weft/idempotency-key"
}
