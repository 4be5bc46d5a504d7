import Core

/// The messages of one `subscriptions/listen`, which all carry its id.
struct ChangeListener: Sendable {
    private let id: RPCID
    private let filter: ChangeFilter
    private let info: ServerInfo

    init(_ call: RPCRequest, _ filter: ChangeFilter, info: ServerInfo) {
        id = call.id
        self.filter = filter
        self.info = info
    }

    private var tag: JSON { .object(JSONObject([(MetaKey.subscription, id.json)])) }

    /// What the stream will hold.
    var acknowledgement: [UInt8] {
        MessageWriter.bytes(
            .notification(
                RPCNotification(
                    NotificationName.acknowledged,
                    params: ["_meta": tag, "notifications": filter.json]
                )
            )
        )
    }

    func message(_ change: ServerChange) -> [UInt8] {
        var notification = change.notification
        var params = notification.params ?? JSONObject()
        params["_meta"] = tag
        notification.params = params
        return MessageWriter.bytes(.notification(notification))
    }

    /// The stream ends in good order.
    var farewell: [UInt8] { MessageWriter.result(id, result) }

    /// What it ends with.
    var result: JSONText {
        var meta = tag
        meta[MetaKey.serverInfo] = info.json
        return JSONText(["resultType": "complete", "_meta": meta])
    }
}
