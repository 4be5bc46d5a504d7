public import Core

/// One message of JSON-RPC 2.0 as the Model Context Protocol uses it.
public enum RPCMessage: Sendable, Hashable {
    /// A request, which wants a response.
    case request(RPCRequest)
    /// A notification, which wants none.
    case notification(RPCNotification)
    /// The result of a request.
    case result(id: RPCID, JSON)
    /// The failure of a request; the id is nil when the request's could not be read.
    case failure(id: RPCID?, RPCError)

    /// The message as it is sent.
    public var json: JSON {
        var object: JSONObject = ["jsonrpc": "2.0"]
        switch self {
        case .request(let request):
            object["id"] = request.id.json
            object["method"] = .string(request.method)
            if let params = request.params { object["params"] = .object(params) }
        case .notification(let notification):
            object["method"] = .string(notification.method)
            if let params = notification.params { object["params"] = .object(params) }
        case .result(let id, let result):
            object["id"] = id.json
            object["result"] = result
        case .failure(let id, let error):
            if let id { object["id"] = id.json }
            object["error"] = error.json
        }
        return .object(object)
    }
}
