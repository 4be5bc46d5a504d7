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

    /// A rule.
    public init(name: String, pattern: Pattern, target: any EventTarget) {
        self.name = name
        self.pattern = pattern
        self.target = target
    }
}

/// Tails the log by cursor and gives each event to the rules that match it.
///
/// The deliveries of a batch and the cursor commit together, so each event reaches each matching
/// rule exactly once, across crashes too. A target that throws leaves a dead letter behind and does
/// not hold up the others.
public struct Dispatcher: Service {
    private static let cursor = "dispatcher"
    private static let batch = 256

    private let database: any Database
    private let log: EventLog
    private let rules: [EventRule]
    private let machine: PatternMachine
    private let clock: any WallClock
    private let ids: IDGenerator
    private let report: @Sendable (any Error) -> Void
    private let tracer: Tracer
    private let observe: @Sendable ([Event]) -> Void

    /// A dispatcher.
    ///
    /// - Parameters:
    ///   - database: the store that holds the log.
    ///   - log: the log to tail.
    ///   - rules: what to match.
    ///   - clock: for dead letters and for pausing.
    ///   - ids: for dead letters.
    ///   - report: hears of failures of the store, after which the dispatcher tries again.
    ///   - tracer: traces each event's way from its commit to here.
    ///   - observe: hears of every event once it was dispatched, for metrics.
    public init(
        database: any Database,
        log: EventLog,
        rules: [EventRule],
        clock: any WallClock,
        ids: IDGenerator,
        report: @escaping @Sendable (any Error) -> Void = { _ in },
        tracer: Tracer = .off,
        observe: @escaping @Sendable ([Event]) -> Void = { _ in }
    ) {
        self.database = database
        self.log = log
        self.rules = rules
        machine = PatternMachine(rules.map(\.pattern))
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
                while try await dispatchBatch() > 0, !Task.isCancelled {}
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
        let position = try await database.read { try log.cursor(Self.cursor, in: $0) }
        let events = try await log.events(after: position, limit: Self.batch)
        guard let last = events.last else { return 0 }
        var matched: [(event: Event, rule: EventRule)] = []
        var spans: [OpenSpan] = []
        let matcher = PatternMatcher(machine)
        for event in events {
            try event.json.bytes().withUnsafeBytes { try matcher.match($0) }
            var event = event
            if let span = tracer.begin(event) {
                // What the event sets in motion is part of its span.
                event.trace = span.context
                spans.append(span)
            }
            for rule in matcher.rules { matched.append((event, rules[rule])) }
        }
        let deliveries = matched
        let count = try await database.transaction { transaction in
            guard try log.cursor(Self.cursor, in: transaction) == position else {
                return events.count
            }
            for (event, rule) in deliveries {
                try deliver(event, to: rule, in: transaction)
            }
            try log.advance(Self.cursor, to: last.seq, in: transaction)
            return events.count
        }
        for span in spans { tracer.end(span) }
        observe(events)
        return count
    }

    private func deliver(_ event: Event, to rule: EventRule, in transaction: any Transaction) throws
    {
        do {
            try transaction.attempt {
                try rule.target.take(event, rule: rule.name, in: transaction)
            }
        } catch let error as StoreError where error.kind == .unavailable {
            throw error
        } catch {
            try bury(event, rule: rule.name, reason: error, in: transaction)
        }
    }

    private func bury(
        _ event: Event,
        rule: String,
        reason: any Error,
        in transaction: any Transaction
    ) throws {
        let message = (reason as? any Fault)?.message ?? String(describing: reason)
        try transaction.execute(
            """
            INSERT INTO dead_letter (id, organisation, rule, event_seq, reason, attempts, at)
            VALUES (?, ?, ?, ?, ?, 1, ?)
            ON CONFLICT (rule, event_seq) DO UPDATE SET
                reason = excluded.reason, attempts = dead_letter.attempts + 1, at = excluded.at,
                redriven_at = NULL
            """,
            [
                .id(ids.next(DeadLetter.self)), .id(event.organisation), .text(rule),
                .int(event.seq),
                .text(message), .time(clock.now()),
            ]
        )
    }

    /// The organisation's events that a rule's target would not take, newest first.
    ///
    /// - Parameters:
    ///   - limit: at most this many.
    ///   - scope: decides the organisation.
    ///   - reader: what to read.
    /// - Returns: those that were not redriven.
    /// - Throws: `StoreError`.
    public func deadLetters(
        limit: Int = 100,
        scope: Scope,
        in reader: any Reader
    ) throws -> [DeadLetter] {
        try reader.query(
            """
            SELECT id, rule, event_seq, reason, attempts, at FROM dead_letter
            WHERE organisation = ? AND redriven_at IS NULL ORDER BY at DESC LIMIT ?
            """,
            [.id(scope.organisation), .int(limit)],
            Self.deadLetter
        )
    }

    /// What dead letters can be sorted by.
    public static let deadLetterColumns: [ListQuery.Column] = [
        .init("at", "at", isNumber: true), .init("rule", "rule"),
    ]

    /// One page of dead letters, and the cursor of the next.
    ///
    /// - Throws: `StoreError`.
    public func deadLetters(
        _ query: ListQuery,
        scope: Scope,
        in reader: any Reader
    ) throws -> (items: [DeadLetter], next: JSON) {
        try query.page(
            "id, rule, event_seq, reason, attempts, at",
            count: 6,
            of: "dead_letter",
            where: RowFilter(
                "organisation = ? AND redriven_at IS NULL",
                [.id(scope.organisation)]
            ),
            in: reader,
            Self.deadLetter
        )
    }

    private static func deadLetter(_ row: any Row) throws -> DeadLetter {
        DeadLetter(
            id: try row.id(0),
            rule: try row.text(1),
            eventSeq: try row.int(2),
            reason: try row.text(3),
            attempts: Int(try row.int(4)),
            at: try row.timestamp(5)
        )
    }

    /// Gives a dead letter to its rule again; when that fails again it stays, with the new reason.
    ///
    /// - Parameters:
    ///   - id: which one.
    ///   - scope: decides the organisation.
    ///   - transaction: the caller's; the delivery is part of it.
    /// - Returns: whether the target took it.
    /// - Throws: a fault of code `dead-letter-not-found`, or `rule-not-found`; or `StoreError`.
    public func redrive(
        _ id: ID<DeadLetter>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Bool {
        let found = try transaction.first(
            """
            SELECT rule, event_seq FROM dead_letter
            WHERE id = ? AND organisation = ? AND redriven_at IS NULL
            """,
            [.id(id), .id(scope.organisation)]
        ) { (rule: try $0.text(0), seq: try $0.int(1)) }
        guard let found, let event = try log.event(at: found.seq, in: transaction) else {
            throw GeneralFault(
                .notFound,
                code: "dead-letter-not-found",
                "there is no open dead letter \(id)"
            )
        }
        guard let rule = rules.first(where: { $0.name == found.rule }) else {
            throw GeneralFault(
                .conflict,
                code: "rule-not-found",
                "the rule \"\(found.rule)\" no longer exists"
            )
        }
        try transaction.execute(
            "UPDATE dead_letter SET redriven_at = ? WHERE id = ?",
            [.time(clock.now()), .id(id)]
        )
        try deliver(event, to: rule, in: transaction)
        return try transaction.exists(
            "SELECT 1 FROM dead_letter WHERE id = ? AND redriven_at IS NOT NULL",
            [.id(id)]
        )
    }
}

/// An event that a rule's target would not take.
public struct DeadLetter: Sendable {
    /// Its id.
    public var id: ID<DeadLetter>
    /// The rule that matched.
    public var rule: String
    /// The event's place in the log.
    public var eventSeq: Int64
    /// Why the target would not take it.
    public var reason: String
    /// How often it was tried.
    public var attempts: Int
    /// When it was tried last.
    public var at: Timestamp

    /// `{"id","rule","eventSeq","reason","attempts","at"}`.
    public var json: JSON {
        [
            "id": id.json, "rule": .string(rule), "eventSeq": .int(eventSeq),
            "reason": .string(reason), "attempts": .int(attempts), "at": at.json,
        ]
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
