public import Core

/// Does now and then what keeps an installation tidy: forgetting old keys, sweeping old files.
public struct Housekeeping: Service {
    /// One chore; what it throws is reported, and it is tried again next time.
    public struct Chore: Sendable {
        /// The name in reports.
        public var name: String
        /// What to do.
        public var work: @Sendable () async throws -> Void

        /// A chore.
        public init(_ name: String, _ work: @escaping @Sendable () async throws -> Void) {
            self.name = name
            self.work = work
        }
    }

    private let chores: [Chore]
    private let interval: Duration
    private let clock: any WallClock
    private let report: @Sendable (String, any Error) -> Void

    /// Housekeeping of `chores`, every `interval`.
    ///
    /// - Parameters:
    ///   - chores: in the order to do them.
    ///   - interval: between one round's end and the next one's start; default 1 h.
    ///   - clock: measures the interval.
    ///   - report: hears the name of a chore that failed, and why.
    public init(
        _ chores: [Chore],
        every interval: Duration = .seconds(3_600),
        clock: any WallClock,
        report: @escaping @Sendable (String, any Error) -> Void
    ) {
        self.chores = chores
        self.interval = interval
        self.clock = clock
        self.report = report
    }

    /// `housekeeping`.
    public var name: String { "housekeeping" }

    /// Does the chores until cancelled.
    ///
    /// - Parameter ready: called at once.
    /// - Throws: nothing but cancellation.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        ready()
        while !Task.isCancelled {
            do {
                try await clock.sleep(for: interval)
            } catch {
                return
            }
            for chore in chores {
                do {
                    try await chore.work()
                } catch {
                    report(chore.name, error)
                }
            }
        }
    }
}
