import Core

/// Which changes a stream of `subscriptions/listen` holds.
struct ChangeFilter: Sendable {
    var tools = false
    var resources = false
    var prompts = false
    var uris: [String] = []

    func wants(_ change: ServerChange) -> Bool {
        switch change {
        case .tools: tools
        case .resources: resources
        case .prompts: prompts
        case .resource(let uri, _): uris.contains(uri)
        }
    }

    /// As it is acknowledged.
    var json: JSON {
        var object = JSONObject()
        if tools { object["toolsListChanged"] = true }
        if prompts { object["promptsListChanged"] = true }
        if resources { object["resourcesListChanged"] = true }
        if !uris.isEmpty { object["resourceSubscriptions"] = .array(uris.map { .string($0) }) }
        return .object(object)
    }
}
