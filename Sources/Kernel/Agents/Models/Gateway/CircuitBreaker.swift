public import Core

/// Leaves a model alone for a while that failed again and again: closed, open, half open.
///
/// A pure state machine: the moments come from outside.
public struct CircuitBreaker: Sendable, Equatable {
    /// When it opens, and for how long.
    public struct Settings: Sendable, Equatable {
        /// How many failures in a row open it; default 5.
        public var failures: Int
        /// How long it stays open at first; default 30 s.
        public var first: Duration
        /// How long at most, default 5 min; each time is twice the one before.
        public var longest: Duration
        /// How long a trial may take until another is let through; default 2 min.
        public var trial: Duration

        /// Settings; everything has a default.
        public init(
            failures: Int = 5,
            first: Duration = .seconds(30),
            longest: Duration = .seconds(300),
            trial: Duration = .seconds(120)
        ) {
            precondition(failures >= 1 && first > .zero && longest >= first, "it never opens")
            self.failures = failures
            self.first = first
            self.longest = longest
            self.trial = trial
        }
    }

    /// The states.
    public enum State: Sendable, Equatable {
        /// Calls go through; so many failed in a row.
        case closed(failures: Int)
        /// No call goes through until then; it opened so many times in a row.
        case open(until: Timestamp, times: Int)
        /// One call tries, since then.
        case halfOpen(since: Timestamp, times: Int)
    }

    /// The state.
    public private(set) var state: State = .closed(failures: 0)
    private let settings: Settings

    /// A closed breaker.
    public init(_ settings: Settings = Settings()) {
        self.settings = settings
    }

    /// Whether a call may go through now; if not, when to ask again.
    public mutating func admits(at now: Timestamp) -> Timestamp? {
        switch state {
        case .closed: return nil
        case .open(let until, let times):
            guard now >= until else { return until }
            state = .halfOpen(since: now, times: times)
            return nil
        case .halfOpen(let since, let times):
            // Whoever tried may be gone.
            guard now - since >= settings.trial else { return since + settings.trial }
            state = .halfOpen(since: now, times: times)
            return nil
        }
    }

    /// A call went well, or the model at least answered.
    public mutating func succeeded() { state = .closed(failures: 0) }

    /// A call failed in a way that speaks against the model.
    public mutating func failed(at now: Timestamp) {
        switch state {
        case .closed(let failures):
            state =
                failures + 1 >= settings.failures
                ? .open(until: now + settings.first, times: 1) : .closed(failures: failures + 1)
        case .halfOpen(_, let times):
            let pause = min(settings.first * (1 << min(times, 20)), settings.longest)
            state = .open(until: now + pause, times: times + 1)
        // A call that began before it opened.
        case .open: break
        }
    }

    /// A call ended without telling anything about the model: whoever asked gave up.
    public mutating func abandoned(at now: Timestamp) {
        if case .halfOpen(_, let times) = state { state = .open(until: now, times: times) }
    }
}
