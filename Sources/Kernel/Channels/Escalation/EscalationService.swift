public import Core
public import Observability
public import Store

/// Takes the steps of escalations when they are due; what is due is in the store, so a restart loses none.
public struct EscalationService: Service {
    /// `escalations`.
    public let name = "escalations"

    private let escalations: Escalations
    private let database: any Database
    private let clock: any WallClock
    private let log: Logger

    /// A service.
    public init(
        _ escalations: Escalations,
        database: any Database,
        clock: any WallClock,
        log: Logger
    ) {
        self.escalations = escalations
        self.database = database
        self.clock = clock
        self.log = log
    }

    /// Works until the task is cancelled.
    ///
    /// - Throws: `StoreError` when the store is closed or broken.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        ready()
        try await escalations.signal.forEach(orEvery: .seconds(1), clock: clock) {
            do {
                while !Task.isCancelled, try await takeDue() {}
            } catch let error as StoreError where error.isPassing {
                log.warning("escalations wait for the store", ["reason": .string(error.message)])
            }
        }
    }

    private func takeDue() async throws -> Bool {
        // A look costs less than a transaction, and mostly there is nothing.
        let due = try await database.query(
            "SELECT 1 FROM channels_incident WHERE state = 'open' AND due_at <= ? LIMIT 1",
            [.time(clock.now())]
        ) { _ in true }
        guard !due.isEmpty else { return false }
        return try await database.transaction { [escalations] transaction in
            try escalations.takeDueSteps(in: transaction) > 0
        }
    }
}
