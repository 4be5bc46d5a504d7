import Synchronization

/// Holds a read lock on the write-ahead log while nothing is written, so that readers need none from
/// the operating system.
///
/// Connections of one process count their shared locks among themselves and ask the system for the
/// first and the last only. While this one holds a snapshot, a read costs two system calls less. The
/// snapshot would keep the log from starting over; so it is let go before every group of writes, and
/// taken again when many reads came without one.
final class SQLiteAnchor: Sendable {
    /// How many reads without a write between show that holding pays.
    private static let calm = 32

    private struct State {
        var connection: SQLiteConnection?
        var isHeld = false
    }

    private let open: @Sendable () throws(StoreError) -> SQLiteConnection
    private let state = Mutex(State())
    /// How many reads there were since the last write, as far as `calm`.
    private let reads = Atomic<Int>(0)

    init(open: @escaping @Sendable () throws(StoreError) -> SQLiteConnection) {
        self.open = open
    }

    /// Whether a snapshot is held.
    var isHeld: Bool { state.withLock { $0.isHeld } }

    /// A read has ended.
    func noteRead() {
        guard reads.load(ordering: .relaxed) < Self.calm else { return }
        let count = reads.wrappingAdd(1, ordering: .relaxed).newValue
        if count == Self.calm { hold() }
    }

    /// Lets go, and holds nothing while a group of writes is made.
    func pause() {
        reads.store(Self.calm, ordering: .relaxed)
        state.withLock { Self.end(&$0) }
    }

    /// The group is committed: from now on there is a newer snapshot to hold.
    func resume() {
        // A read that ended as the pause began may have taken the older one.
        state.withLock { Self.end(&$0) }
        reads.store(0, ordering: .relaxed)
    }

    /// Lets go for good.
    func close() {
        pause()
        state.withLock { $0.connection = nil }
    }

    /// What fails here fails no read: they lock for themselves.
    private func hold() {
        state.withLock { state in
            Self.end(&state)
            if state.connection == nil { state.connection = try? open() }
            guard let connection = state.connection else { return }
            // A snapshot begins with the first thing that is read.
            try? connection.run("BEGIN")
            try? connection.run("SELECT 1 FROM sqlite_schema LIMIT 1")
            state.isHeld = true
        }
    }

    private static func end(_ state: inout State) {
        guard state.isHeld else { return }
        try? state.connection?.run("COMMIT")
        state.isHeld = false
    }
}
