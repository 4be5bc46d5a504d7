public import Core
import Synchronization

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

/// Those who hear of changes by `subscriptions/listen`.
final class ChangeBoard: Sendable {
    /// What a listener is told.
    enum Word: Sendable {
        case change(ServerChange)
        case beat
        case goodbye
    }

    private struct Listener {
        var owner: Owner
        var filter: ChangeFilter
        var words: AsyncStream<Word>.Continuation
    }

    private struct State {
        var listeners: [Int: Listener] = [:]
        var next = 0
        var isClosed = false
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    var count: Int { state.withLock { $0.listeners.count } }

    /// Begins to listen; nil when the account listens too often already.
    func listen(_ filter: ChangeFilter, of owner: Owner) -> (Int, AsyncStream<Word>)? {
        let (words, continuation) = AsyncStream.makeStream(
            of: Word.self,
            bufferingPolicy: .bufferingNewest(256)
        )
        let number = state.withLock { state -> Int? in
            guard !state.isClosed,
                state.listeners.values.count(where: { $0.owner == owner }) < limit
            else { return nil }
            state.next += 1
            state.listeners[state.next] = Listener(
                owner: owner,
                filter: filter,
                words: continuation
            )
            return state.next
        }
        return number.map { ($0, words) }
    }

    func stop(_ number: Int) {
        state.withLock { $0.listeners.removeValue(forKey: number) }?.words.finish()
    }

    func tell(_ change: ServerChange) {
        for listener in state.withLock({ Array($0.listeners.values) })
        where change.organisation == nil || change.organisation == listener.owner.organisation {
            if listener.filter.wants(change) { listener.words.yield(.change(change)) }
        }
    }

    func beat() {
        for listener in state.withLock({ Array($0.listeners.values) }) {
            listener.words.yield(.beat)
        }
    }

    /// Ends all streams in good order.
    func close() {
        let listeners = state.withLock { state in
            state.isClosed = true
            return Array(state.listeners.values)
        }
        for listener in listeners {
            listener.words.yield(.goodbye)
            listener.words.finish()
        }
    }
}
