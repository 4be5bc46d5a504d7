import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// What time it is, and a way to wait for a moment.
public protocol WallClock: Sendable {
    /// The current moment.
    func now() -> Timestamp
    /// Returns at `moment`, or at once when it has passed; throws `CancellationError` when cancelled.
    func sleep(until moment: Timestamp) async throws
}

extension WallClock {
    /// Returns after `duration`.
    public func sleep(for duration: Duration) async throws {
        try await sleep(until: now() + duration)
    }
}

/// The machine's clock.
public struct SystemClock: WallClock {
    /// The machine's clock.
    public init() {}

    /// `CLOCK_REALTIME`.
    public func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    /// Sleeps on the runtime's timers.
    public func sleep(until moment: Timestamp) async throws {
        let wait = moment - now()
        if wait > .zero { try await Task.sleep(for: wait) }
    }
}

/// A clock that moves only when told to, for tests and virtual time.
public final class ManualClock: WallClock {
    private struct Sleeper {
        let id: Int
        let moment: Timestamp
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Timestamp
        var nextID = 0
        var sleepers: [Sleeper] = []
    }

    private let state: Mutex<State>

    /// A clock that stands at `now`.
    public init(now: Timestamp) {
        state = Mutex(State(now: now))
    }

    /// The moment the clock stands at.
    public func now() -> Timestamp { state.withLock { $0.now } }

    /// The earliest moment that somebody sleeps for.
    public var nextWakeUp: Timestamp? { state.withLock { $0.sleepers.map(\.moment).min() } }

    /// Moves the clock forward and wakes everybody whose moment has come.
    public func advance(to moment: Timestamp) {
        let due = state.withLock { state in
            state.now = max(state.now, moment)
            let due = state.sleepers.filter { $0.moment <= state.now }
            state.sleepers.removeAll { $0.moment <= state.now }
            return due
        }
        for sleeper in due {
            sleeper.continuation.resume()
        }
    }

    /// Moves the clock forward by `duration`.
    public func advance(by duration: Duration) {
        advance(to: now() + duration)
    }

    /// Returns once the clock was moved to `moment`.
    public func sleep(until moment: Timestamp) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let settled: Result<Void, any Error>? = state.withLock { state in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if moment <= state.now { return .success(()) }
                    state.sleepers.append(
                        Sleeper(id: id, moment: moment, continuation: continuation)
                    )
                    return nil
                }
                if let settled { continuation.resume(with: settled) }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                guard let at = state.sleepers.firstIndex(where: { $0.id == id }) else { return nil }
                return state.sleepers.remove(at: at)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}

/// A source of random bits.
public protocol RandomSource: Sendable {
    /// The next 64 random bits.
    func next() -> UInt64
}

extension RandomSource {
    /// A double in 0 ..< 1 with 53 random bits.
    public func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}

/// The operating system's cryptographic generator.
public struct SystemRandom: RandomSource {
    /// The operating system's generator.
    public init() {}

    /// 64 bits of `getrandom`.
    public func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): reproducible from its seed; not for secrets.
public final class SeededRandom: RandomSource {
    private let state: Mutex<UInt64>

    /// A generator that gives the same numbers for the same seed.
    public init(seed: UInt64) {
        state = Mutex(seed)
    }

    /// The next 64 bits.
    public func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
