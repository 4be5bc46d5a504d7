public import Core

/// A request.
public struct RPCRequest: Sendable, Hashable {
    /// What the response refers to.
    public var id: RPCID
    /// What is wanted.
    public var method: String
    /// With which parameters; nil for none.
    public var params: JSONObject?

    /// A request.
    public init(id: RPCID, method: String, params: JSONObject? = nil) {
        self.id = id
        self.method = method
        self.params = params
    }
}
