public import Core

/// Something that clients may want to hear of.
public enum ServerChange: Sendable, Hashable {
    /// The list of tools is another, for an organisation or for all.
    case tools(ID<Organisation>?)
    /// The list of resources is another.
    case resources(ID<Organisation>?)
    /// The list of prompts is another.
    case prompts(ID<Organisation>?)
    /// A resource of an organisation has changed.
    case resource(String, ID<Organisation>)

    var organisation: ID<Organisation>? {
        switch self {
        case .tools(let found), .resources(let found), .prompts(let found): found
        case .resource(_, let found): found
        }
    }

    var notification: RPCNotification {
        switch self {
        case .tools: RPCNotification(NotificationName.toolsChanged)
        case .resources: RPCNotification(NotificationName.resourcesChanged)
        case .prompts: RPCNotification(NotificationName.promptsChanged)
        case .resource(let uri, _):
            RPCNotification(NotificationName.resourceUpdated, params: ["uri": .string(uri)])
        }
    }
}
