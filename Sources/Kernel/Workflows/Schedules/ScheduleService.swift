public import Core
public import Store

/// Fires schedules at their times.
public struct ScheduleService: Service {
    private let schedules: Schedules
    private let database: any Database
    private let clock: any WallClock
    private let random: any RandomSource
    private let report: @Sendable (any Error) -> Void
    private let poll: Duration

    /// A service over the schedules.
    ///
    /// - Parameters:
    ///   - schedules: what is fired.
    ///   - database: where they are.
    ///   - clock: time.
    ///   - random: for traces.
    ///   - poll: how often schedules that other processes made are looked for; default 5 s.
    ///   - report: hears of failures of the store.
    public init(
        _ schedules: Schedules,
        database: any Database,
        clock: any WallClock,
        random: any RandomSource,
        poll: Duration = .seconds(5),
        report: @escaping @Sendable (any Error) -> Void
    ) {
        self.schedules = schedules
        self.database = database
        self.clock = clock
        self.random = random
        self.poll = poll
        self.report = report
    }

    /// `schedules`.
    public var name: String { "schedules" }

    /// Fires until cancelled.
    ///
    /// - Throws: nothing but cancellation.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        ready()
        await withDiscardingTaskGroup { group in
            var armed: Timestamp?
            do {
                // When the next one sleeps shorter than a poll takes, it is woken for.
                try await schedules.changed.forEach(orEvery: poll, clock: clock) {
                    let next: Timestamp?
                    do {
                        next = try await fireAll()
                    } catch is CancellationError {
                        throw CancellationError()
                    } catch {
                        report(error)
                        return
                    }
                    let now = clock.now()
                    if let moment = armed, moment <= now { armed = nil }
                    guard let next, next < now + poll, armed.map({ next < $0 }) ?? true else {
                        return
                    }
                    armed = next
                    group.addTask {
                        do {
                            try await clock.sleep(until: next)
                            schedules.changed.notify()
                        } catch {
                            // Cancelled: the store knows what is due.
                        }
                    }
                }
            } catch {
                // Cancelled.
            }
            group.cancelAll()
        }
    }

    /// Fires what is due.
    ///
    /// - Returns: when the next one is.
    /// - Throws: `StoreError`.
    @discardableResult
    public func fireAll() async throws -> Timestamp? {
        while true {
            let now = clock.now()
            let due = try await database.read { try schedules.due(at: now, limit: 256, in: $0) }
            for id in due {
                do {
                    try await database.transaction { [schedules, random] transaction in
                        try schedules.fire(
                            id,
                            at: now,
                            trace: TraceContext(random: TurnRandom(random)),
                            in: transaction
                        )
                    }
                } catch let error as StoreError where error.reason == .busy {
                    // Another process was faster.
                    continue
                }
            }
            if due.count < 256 { break }
        }
        return try await database.read { try schedules.nextMoment(in: $0) }
    }
}
