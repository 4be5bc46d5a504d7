import Core

/// The way of one question through an ordered choice of models: what to try next, after what pause, until
/// when.
///
/// A pure state machine: moments and randomness come from outside.
struct ModelCourse: Sendable {
    /// How often and how long is tried.
    struct Settings: Sendable {
        /// Attempts at one model; default 3.
        var attempts = 3
        /// The longest first pause, default 1 s; after each further failure it is twice as long.
        var first: Duration = .seconds(1)
        /// The longest pause, default 20 s; when a provider asks for more, the next model is asked.
        var longest: Duration = .seconds(20)
        /// How long all of it may take; default 5 min.
        var total: Duration = .seconds(300)
    }

    /// What to do next.
    enum Step: Equatable {
        /// Ask the model of that number, for so long at most.
        case ask(Int, timeout: Duration)
        /// Wait until then, and ask for the next step again.
        case wait(until: Timestamp)
        /// Give up.
        case fail(ModelFault)
    }

    private let names: [String]
    private let timeout: Duration
    private let deadline: Timestamp
    private let settings: Settings
    private var current = 0
    private var failures = 0
    private var pause: Timestamp?
    private var faults: [(model: String, fault: ModelFault)] = []
    /// How many attempts there were.
    private(set) var attempts = 0

    /// The way through the models of those names.
    init(_ names: [String], timeout: Duration, begun: Timestamp, settings: Settings = Settings()) {
        self.names = names
        self.timeout = timeout
        deadline = begun + max(settings.total, timeout)
        self.settings = settings
    }

    /// What to do at that moment.
    mutating func next(at now: Timestamp) -> Step {
        guard current < names.count else { return .fail(summary) }
        guard now < deadline else {
            return .fail(faults.isEmpty ? ModelFault(.timedOut, "there was no time left") : summary)
        }
        if let until = pause, until > now { return .wait(until: until) }
        pause = nil
        attempts += 1
        return .ask(current, timeout: min(timeout, deadline - now))
    }

    /// The attempt failed at that moment; `unit` is randomness in 0 ..< 1.
    ///
    /// - Returns: the fault to give up with at once; nil to go on.
    mutating func failed(_ fault: ModelFault, at now: Timestamp, unit: Double) -> ModelFault? {
        if fault.code == .cancelled { return fault }
        failures += 1
        guard fault.isTransient, failures < settings.attempts else {
            leave(fault)
            return nil
        }
        // Full jitter: anything up to the doubled pause, so that those who failed together come apart.
        let ceiling = min(settings.first * (1 << min(failures - 1, 20)), settings.longest)
        let wait = max(ceiling * unit, fault.retryAfter ?? .zero)
        guard wait <= settings.longest, now + wait < deadline else {
            leave(fault)
            return nil
        }
        pause = now + wait
        return nil
    }

    /// The model of that number is not to be asked at all.
    mutating func passed(_ fault: ModelFault) {
        attempts -= 1
        leave(fault)
    }

    private mutating func leave(_ fault: ModelFault) {
        faults.append((names[current], fault))
        current += 1
        failures = 0
        pause = nil
    }

    /// Why none answered: the first model's reason, as it is the one that was meant, and what the others said.
    private var summary: ModelFault {
        guard let first = faults.first else {
            return ModelFault(.notConfigured, "no model is configured for this")
        }
        guard faults.count > 1 else { return first.fault }
        let told = faults.map { "\($0.model): \($0.fault.message)" }.joined(separator: "; ")
        return ModelFault(
            first.fault.code,
            told,
            retryAfter: faults.compactMap(\.fault.retryAfter).min()
        )
    }
}
