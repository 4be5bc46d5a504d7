public import Core
public import Observability
public import Store

/// Where a rule sends the events it matches.
public protocol EventTarget: Sendable {
    /// Takes the event within the dispatcher's transaction, which also moves the cursor.
    ///
    /// Taking the same event twice for the same rule must have the effect of taking it once.
    ///
    /// - Throws: when the event cannot be taken; it then becomes a dead letter with that reason.
    func take(_ event: Event, rule: String, in transaction: any Transaction) throws
}

/// Events that match `pattern` go to `target`.
public struct EventRule: Sendable {
    /// Unique within the installation, for instance `logistics.process-new-order`.
    public var name: String
    /// What to match.
    public var pattern: Pattern
    /// Where to send it.
    public var target: any EventTarget
    /// Whether it also gets events that were taken in from outside, which say what their senders want.
    public var takesOutside: Bool

    /// A rule.
    public init(
        name: String,
        pattern: Pattern,
        target: any EventTarget,
        takesOutside: Bool = true
    ) {
        self.name = name
        self.pattern = pattern
        self.target = target
        self.takesOutside = takesOutside
    }
}

/// Stands where no target was composed: whatever comes becomes a dead letter.
public struct AbsentTarget: EventTarget {
    /// A target that takes nothing.
    public init() {}

    /// Refuses the event.
    ///
    /// - Throws: always, a fault of code `no-target`.
    public func take(_: Event, rule: String, in _: any Transaction) throws {
        throw GeneralFault(.unavailable, code: "no-target", "nothing here takes events of \(rule)")
    }
}

/// Tails the log by cursor and gives each event to the rules that match it: the program's, and those of the
/// event's organisation.
///
/// All rules of an organisation are one automaton, which is compiled anew when a rule was changed, by this
/// process or another; a batch is dispatched by the rules as they stand when it commits. The deliveries of a batch and the cursor commit together, so each event reaches each matching
/// rule exactly once, across crashes too. A target that throws leaves a dead letter behind and does
/// not hold up the others.
public struct Dispatcher: Service {
    private static let cursor = "dispatcher"
    private static let batch = 256

    let database: any Database
    let log: EventLog
    let table: RuleTable
    let clock: any WallClock
    let ids: IDGenerator
    private let report: @Sendable (any Error) -> Void
    private let tracer: Tracer
    private let observe: @Sendable ([Event]) -> Void

    /// A dispatcher.
    ///
    /// - Parameters:
    ///   - database: the store that holds the log.
    ///   - log: the log to tail.
    ///   - rules: the program's rules.
    ///   - target: what takes the events of a rule that an organisation made.
    ///   - clock: for dead letters and for pausing.
    ///   - ids: for dead letters.
    ///   - report: hears of failures of the store, after which the dispatcher tries again.
    ///   - tracer: traces each event's way from its commit to here.
    ///   - observe: hears of every event once it was dispatched, for metrics.
    public init(
        database: any Database,
        log: EventLog,
        rules: [EventRule],
        target: @escaping @Sendable (RuleTarget) -> any EventTarget = { _ in AbsentTarget() },
        clock: any WallClock,
        ids: IDGenerator,
        report: @escaping @Sendable (any Error) -> Void = { _ in },
        tracer: Tracer = .off,
        observe: @escaping @Sendable ([Event]) -> Void = { _ in }
    ) {
        self.database = database
        self.log = log
        table = RuleTable(rules, target: target)
        self.clock = clock
        self.ids = ids
        self.report = report
        self.tracer = tracer
        self.observe = observe
    }

    /// `dispatcher`.
    public var name: String { "dispatcher" }

    /// Dispatches until cancelled.
    ///
    /// - Parameter ready: called at once.
    /// - Throws: nothing but cancellation.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        ready()
        try await log.signal.forEach(orEvery: .seconds(1), clock: clock) {
            do {
                repeat {
                    while try await dispatchBatch() > 0, !Task.isCancelled {}
                } while try await replayBatch() > 0 && !Task.isCancelled
            } catch {
                // The store is busy or full: the cursor has not moved, the next turn tries again.
                report(error)
            }
        }
    }

    /// Dispatches the next events, at most 256 of them.
    ///
    /// - Returns: how many events the cursor passed.
    /// - Throws: `StoreError`.
    public func dispatchBatch() async throws -> Int {
        let (position, revision) = try await database.read {
            (try log.cursor(Self.cursor, in: $0), try RuleTable.revision(in: $0))
        }
        let events = try await log.events(after: position, limit: Self.batch)
        guard let last = events.last else { return 0 }
        let rules = try await table.snapshot(at: revision, in: database)
        var matched: [(event: Event, rule: EventRule)] = []
        var spans: [OpenSpan] = []
        var matchers: [ID<Organisation>: PatternMatcher] = [:]
        for event in events {
            let entry = rules.entry(for: event.organisation)
            let matcher = matchers[event.organisation] ?? PatternMatcher(entry.machine)
            matchers[event.organisation] = matcher
            try event.json.bytes().withUnsafeBytes { try matcher.match($0) }
            var event = event
            if let span = tracer.begin(event) {
                // What the event sets in motion is part of its span.
                event.trace = span.context
                spans.append(span)
            }
            for rule in matcher.rules {
                let rule = entry.rules[rule]
                if event.externalID == nil || rule.takesOutside { matched.append((event, rule)) }
            }
        }
        let deliveries = matched
        let count = try await database.transaction { transaction in
            guard try log.cursor(Self.cursor, in: transaction) == position,
                try RuleTable.revision(in: transaction) == rules.revision
            else { return events.count }
            for (event, rule) in deliveries {
                _ = try deliver(event, to: rule, as: rule.name, in: transaction)
            }
            try log.advance(Self.cursor, to: last.seq, in: transaction)
            return events.count
        }
        for span in spans { tracer.end(span) }
        observe(events)
        return count
    }

    /// Gives an event to a rule's target; what it would not take becomes a dead letter.
    ///
    /// - Returns: whether it was taken.
    func deliver(
        _ event: Event,
        to rule: EventRule,
        as name: String,
        in transaction: any Transaction
    ) throws -> Bool {
        do {
            try transaction.attempt {
                try rule.target.take(event, rule: name, in: transaction)
            }
            return true
        } catch let error as StoreError where error.kind == .unavailable {
            throw error
        } catch {
            try bury(event, rule: name, reason: error, in: transaction)
            return false
        }
    }
}

extension Event {
    /// When it was written, to the millisecond: an agent's events bear the time at which its run began.
    fileprivate var appended: Timestamp {
        max(time, Timestamp(microseconds: Int64(id.high >> 16) * 1_000))
    }
}

extension Tracer {
    /// The span of an event's way from its commit to its dispatch; nil where its trace leaves none.
    fileprivate func begin(_ event: Event) -> OpenSpan? {
        guard traces(command: event.trace) else { return nil }
        return begin(
            event.type,
            .event,
            parent: event.trace,
            organisation: event.organisation,
            start: event.appended,
            attributes: [
                "weft.event": event.id.json, "weft.seq": .int(event.seq),
                "weft.subject": .optional(event.subject),
            ]
        )
    }
}
