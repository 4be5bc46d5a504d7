import Synchronization

/// How many connections are open.
final class PostgresCounter: Sendable {
    private let open = Atomic<Int>(0)

    /// How many are.
    var count: Int { open.load(ordering: .relaxed) }

    /// One more, or one less.
    func add(_ change: Int) { open.wrappingAdd(change, ordering: .relaxed) }
}
