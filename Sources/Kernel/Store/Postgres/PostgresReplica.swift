import Core
import Synchronization

/// A replica that answers reads of bounded staleness while it is known to be no further behind.
///
/// From time to time the primary is asked how far its log goes, and then the replica how far it has
/// come. When it has come to where the primary was at a time, it shows everything that was committed
/// before that time; no clocks are compared, and a replica that is cut off is noticed.
final class PostgresReplica: Sendable {
    private struct State {
        /// The replica shows everything that was committed before this moment.
        var showsAllBefore: ContinuousClock.Instant?
        var nextQuestion = ContinuousClock.now
        var isAsking = false
        var isClosed = false
    }

    private let reactor: PostgresReactor
    private let pool: PostgresReaders
    private let primary: PostgresReactor
    private let state = Mutex(State())

    /// How often they are asked.
    private static let interval: Duration = .milliseconds(200)

    init(
        _ address: PostgresAddress,
        _ configuration: PostgresConfiguration,
        primary: PostgresReactor
    ) throws(StoreError) {
        let pool = PostgresReaders(address, for: .replica, configuration)
        self.pool = pool
        self.primary = primary
        reactor = try PostgresReactor(
            address,
            for: .replica,
            configuration,
            channel: "",
            own: ""
        ) {
            pool.refuseTheLate()
            return pool.isWaitedFor
        }
    }

    func start() throws(StoreError) { try reactor.start() }

    func close() {
        state.withLock { $0.isClosed = true }
        pool.close()
        reactor.close()
    }

    /// The reactor of the replica when it will do, else nil.
    func reactor(for consistency: ReadConsistency) -> PostgresReactor? {
        isGood(for: consistency) ? reactor : nil
    }

    /// The pool of the replica when it will do, else nil.
    func readers(for consistency: ReadConsistency) -> PostgresReaders? {
        isGood(for: consistency) ? pool : nil
    }

    private func isGood(for consistency: ReadConsistency) -> Bool {
        guard case .bounded(let bound) = consistency else { return false }
        ask()
        let now = ContinuousClock.now
        return state.withLock { state in
            guard let moment = state.showsAllBefore else { return false }
            return now - moment <= bound
        }
    }

    /// Asks both when it is time; the answers come later.
    private func ask() {
        let now = ContinuousClock.now
        let asks = state.withLock { state in
            guard !state.isAsking, !state.isClosed, now >= state.nextQuestion else { return false }
            state.isAsking = true
            state.nextQuestion = now + Self.interval
            return true
        }
        guard asks else { return }
        primary.submit(
            request("SELECT CAST(pg_current_wal_lsn() - '0/0' AS BIGINT)") { [self] position in
                guard let position else { return asked(nil, now) }
                reactor.submit(
                    request(
                        """
                        SELECT CAST(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                            ELSE pg_current_wal_lsn() END - '0/0' AS BIGINT)
                        """
                    ) { [self] reached in
                        asked(reached.map { $0 >= position }, now)
                    }
                )
            }
        )
    }

    private func request(
        _ sql: String,
        _ then: @escaping @Sendable (Int64?) -> Void
    ) -> PostgresRequest {
        PostgresRequest(sql, [], deadline: .now + .seconds(2)) { answer in
            switch answer {
            case .success(let result) where result.count == 1:
                then(try? PostgresRow(result: result, index: 0).int(0))
            default: then(nil)
            }
        }
    }

    private func asked(_ hasReached: Bool?, _ moment: ContinuousClock.Instant) {
        state.withLock { state in
            state.isAsking = false
            if hasReached == true { state.showsAllBefore = moment }
        }
    }
}
