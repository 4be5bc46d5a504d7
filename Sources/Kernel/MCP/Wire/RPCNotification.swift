public import Core

/// A notification.
public struct RPCNotification: Sendable, Hashable {
    /// What has happened.
    public var method: String
    /// The particulars; nil for none.
    public var params: JSONObject?

    /// A notification.
    public init(_ method: String, params: JSONObject? = nil) {
        self.method = method
        self.params = params
    }
}
