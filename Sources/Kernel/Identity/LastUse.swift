import Core
import Synchronization

/// Remembers when a use was last written down, so that it is written at most once a minute.
final class LastUse: Sendable {
    /// The least time between two notes of one use.
    static let interval = Duration.seconds(60)
    private static let capacity = 20_000

    private let noted = Mutex<[ID<Credential>: Timestamp]>([:])

    /// Whether the use is to be written down now.
    func isDue(_ id: ID<Credential>, now: Timestamp) -> Bool {
        noted.withLock { noted in noted[id].map { now - $0 >= Self.interval } ?? true }
    }

    /// Whether the use is to be written down now; then the caller does it, and nobody else for a minute.
    func take(_ id: ID<Credential>, now: Timestamp) -> Bool {
        noted.withLock { noted in
            if let last = noted[id], now - last < Self.interval { return false }
            if noted.count >= Self.capacity {
                noted = noted.filter { now - $0.value < Self.interval }
                if noted.count >= Self.capacity { noted = [:] }
            }
            noted[id] = now
            return true
        }
    }
}
