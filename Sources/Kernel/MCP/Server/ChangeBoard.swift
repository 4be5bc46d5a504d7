import Core
import Synchronization

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
