public import Core
public import Observability
public import Store

/// Lets questions expire and escalate when it is time; what is due is in the store, so a restart loses none.
public struct ApprovalDeadlines: Service {
    /// `approvals`.
    public let name = "approvals"

    private let approvals: Approvals
    private let database: any Database
    private let clock: any WallClock
    private let log: Logger

    /// A service.
    public init(
        _ approvals: Approvals,
        database: any Database,
        clock: any WallClock,
        log: Logger
    ) {
        self.approvals = approvals
        self.database = database
        self.clock = clock
        self.log = log
    }

    /// Works until the task is cancelled.
    ///
    /// - Throws: `StoreError` when the store is closed or broken.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        ready()
        try await approvals.signal.forEach(orEvery: .seconds(1), clock: clock) {
            do {
                while !Task.isCancelled, try await takeDue() {}
            } catch let error as StoreError where error.isPassing {
                log.warning("approvals wait for the store", ["reason": .string(error.message)])
            }
        }
    }

    /// Takes what is due now; answers whether there may be more.
    func takeDue() async throws -> Bool {
        let now = clock.now()
        let due = try await approvals.due(at: now, in: database)
        for id in due where !Task.isCancelled {
            do {
                try await database.transaction { [approvals] transaction in
                    try approvals.takeDue(id, at: now, in: transaction)
                }
            } catch let error as StoreError where error.kind == .unavailable {
                throw error
            } catch {
                // Of one question, whose row cannot be read or whose answer is refused: others are due, too.
                log.error(
                    "approval",
                    ["approval": id.json, "error": .string(String(describing: error))]
                )
                try await database.transaction { [approvals] transaction in
                    try approvals.postpone(id, to: now + .seconds(60), in: transaction)
                }
            }
        }
        return due.count == 64
    }
}

extension StoreError {
    /// Whether it is the store that cannot be used just now, and will be able to again.
    fileprivate var isPassing: Bool {
        switch reason {
        case .busy, .full, .timeout, .unavailable, .outcomeUnknown: true
        default: false
        }
    }
}
