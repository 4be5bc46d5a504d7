public import Core
import Synchronization

/// The named checks that say whether the program can do its work.
///
/// A check that hangs cannot hang the report, nor pile up: it is answered as failed once its time is
/// over, and not started again before it has ended.
public final class Health: Sendable {
    /// One check: returns when all is well, throws what is wrong.
    public typealias Check = @Sendable () async throws -> Void

    private struct Entry {
        let name: String
        let timeout: Duration
        let check: Check
    }

    private let clock: any WallClock
    private let entries = Mutex<[Entry]>([])
    private let hanging = Mutex<Set<String>>([])

    /// No checks yet, so ready; `clock` measures them and their time-outs.
    public init(clock: any WallClock) {
        self.clock = clock
    }

    /// Adds a check; one of the same name is replaced.
    ///
    /// - Parameters:
    ///   - name: what is checked, for instance `store`.
    ///   - timeout: how long it may take. Default 2 s.
    ///   - check: throws what is wrong.
    public func register(
        _ name: String,
        timeout: Duration = .seconds(2),
        _ check: @escaping Check
    ) {
        entries.withLock { entries in
            entries.removeAll { $0.name == name }
            entries.append(Entry(name: name, timeout: timeout, check: check))
        }
    }

    /// Runs all checks at once and says how each went, in the order of registration.
    public func report() async -> HealthReport {
        let entries = self.entries.withLock { $0 }
        return await withTaskGroup { group in
            for (index, entry) in entries.enumerated() {
                group.addTask { (index, await self.run(entry)) }
            }
            var results: [Int: HealthReport.Result] = [:]
            for await (index, result) in group {
                results[index] = result
            }
            return HealthReport(results: entries.indices.compactMap { results[$0] })
        }
    }

    private func run(_ entry: Entry) async -> HealthReport.Result {
        let start = clock.now()
        let free = hanging.withLock { $0.insert(entry.name).inserted }
        let failure = free ? await race(entry) : "the previous run has not ended"
        return HealthReport.Result(
            name: entry.name,
            failure: failure,
            duration: max(.zero, clock.now() - start)
        )
    }

    /// What went wrong, nil for nothing.
    ///
    /// A task group would wait for a check that ignores cancellation, so this is the one place where a
    /// task is left behind; `hanging` sees to it that there is at most one for each check.
    private func race(_ entry: Entry) async -> String? {
        let (outcomes, outcome) = AsyncStream.makeStream(of: String?.self)
        let check = Task {
            var failure: String?
            do {
                try await entry.check()
            } catch {
                failure = (error as? any Fault)?.message ?? "\(error)"
            }
            _ = hanging.withLock { $0.remove(entry.name) }
            outcome.yield(failure)
        }
        let timer = Task {
            do {
                try await clock.sleep(for: entry.timeout)
                outcome.yield("no answer within \(entry.timeout)")
            } catch {
                // Cancelled: the check was quicker.
            }
        }
        defer {
            check.cancel()
            timer.cancel()
        }
        for await failure in outcomes {
            return failure
        }
        return "the report was cancelled"
    }
}

/// How the checks went.
public struct HealthReport: Sendable {
    /// How one check went.
    public struct Result: Sendable {
        /// What was checked.
        public var name: String
        /// What is wrong, nil when all is well.
        public var failure: String?
        /// How long the check took.
        public var duration: Duration
    }

    /// One for each check, in the order of registration.
    public var results: [Result]

    /// Whether all is well.
    public var isReady: Bool { results.allSatisfy { $0.failure == nil } }

    /// `{"status":"ready","checks":[{"name","status":"ok","durationMicros"}]}`.
    ///
    /// - Parameter reasons: whether to say why a check failed. Reasons may name hosts and paths, which
    ///   are nobody's business before signing in. Default false.
    /// - Returns: an object; `status` is `ready` or `unavailable`.
    public func json(reasons: Bool = false) -> JSON {
        let checks = results.map { result -> JSON in
            var check: JSON = [
                "name": .string(result.name),
                "status": result.failure == nil ? "ok" : "failed",
                "durationMicros": .int(result.duration.microseconds),
            ]
            if reasons, let failure = result.failure { check["reason"] = .string(failure) }
            return check
        }
        return ["status": isReady ? "ready" : "unavailable", "checks": .array(checks)]
    }
}
