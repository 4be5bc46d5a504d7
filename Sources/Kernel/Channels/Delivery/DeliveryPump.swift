import Core
import Observability
import Store
import Synchronization

/// What an attempt says about its target.
enum Attempt: Sendable {
    /// The target took it, or refused this message alone.
    case answered
    /// The target did not do its work.
    case failed
    /// The attempt was cut short.
    case interrupted
}

/// Delivers what is due to many targets: few at once to each, so that one that hangs holds up no other.
struct DeliveryPump<Job: Sendable>: Sendable {
    /// The most attempts at once in all.
    let concurrency: Int
    /// The most attempts at once to one target.
    let perTarget: Int
    /// Given when something may have become due.
    let signal: Signal
    let clock: any WallClock
    let log: Logger
    /// The targets that have something due, those that waited longest first.
    let targets: @Sendable () async throws -> [String]
    /// Takes up to so many due entries of a target.
    let claim: @Sendable (String, Int) async throws -> [Job]
    /// Makes one attempt.
    let deliver: @Sendable (Job) async throws -> Attempt

    private let load = PumpLoad()

    init(
        concurrency: Int,
        perTarget: Int,
        signal: Signal,
        clock: any WallClock,
        log: Logger,
        targets: @escaping @Sendable () async throws -> [String],
        claim: @escaping @Sendable (String, Int) async throws -> [Job],
        deliver: @escaping @Sendable (Job) async throws -> Attempt
    ) {
        self.concurrency = concurrency
        self.perTarget = perTarget
        self.signal = signal
        self.clock = clock
        self.log = log
        self.targets = targets
        self.claim = claim
        self.deliver = deliver
    }

    /// Delivers until the task is cancelled.
    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            try await signal.forEach(orEvery: .seconds(1), clock: clock) {
                do {
                    try await fill(&group)
                } catch let error as StoreError where error.isPassing {
                    log.warning("delivery waits for the store", ["reason": .string(error.message)])
                }
            }
        }
    }

    private func fill(_ group: inout ThrowingDiscardingTaskGroup<any Error>) async throws {
        for target in try await targets() {
            if Task.isCancelled || load.count >= concurrency { return }
            let room = min(
                concurrency - load.count,
                load.room(for: target, perTarget: perTarget, at: clock.now())
            )
            guard room > 0 else { continue }
            for job in try await claim(target, room) {
                load.begin(target, at: clock.now())
                group.addTask { try await attempt(job, target) }
            }
        }
    }

    private func attempt(_ job: Job, _ target: String) async throws {
        var outcome = Attempt.interrupted
        defer {
            load.end(target, outcome, at: clock.now())
            // There is room again, and perhaps more that is due.
            signal.notify()
        }
        do {
            outcome = try await deliver(job)
        } catch let error as StoreError where error.isPassing {
            // The claim runs out by itself, and the entry is due again.
            log.warning("delivery waits for the store", ["reason": .string(error.message)])
        }
    }
}

extension StoreError {
    /// Whether trying again may help.
    var isPassing: Bool { reason == .busy || reason == .full }
}

/// What is under way, by target, and how the targets fared.
private final class PumpLoad: Sendable {
    private struct Target {
        var running = 0
        var breaker = CircuitBreaker()
    }

    private let state = Mutex<(count: Int, targets: [String: Target])>((0, [:]))

    var count: Int { state.withLock { $0.count } }

    func room(for name: String, perTarget: Int, at now: Timestamp) -> Int {
        state.withLock { state in
            let target = state.targets[name] ?? Target()
            return min(perTarget - target.running, target.breaker.allowance(at: now))
        }
    }

    func begin(_ name: String, at now: Timestamp) {
        state.withLock { state in
            state.count += 1
            state.targets[name, default: Target()].running += 1
            state.targets[name]?.breaker.begin(at: now)
        }
    }

    func end(_ name: String, _ outcome: Attempt, at now: Timestamp) {
        state.withLock { state in
            state.count -= 1
            guard var target = state.targets[name] else { return }
            target.running -= 1
            switch outcome {
            case .answered: target.breaker.succeed()
            case .failed: target.breaker.fail(at: now)
            case .interrupted: target.breaker.abandon()
            }
            // What has nothing to remember is forgotten.
            let isPlain = target.running == 0 && target.breaker == CircuitBreaker()
            state.targets[name] = isPlain ? nil : target
        }
    }
}
