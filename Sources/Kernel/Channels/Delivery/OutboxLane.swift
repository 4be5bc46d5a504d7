import Core
import Observability
import Privacy
import Store
import Vault

/// What all ways of sending what is in the outbox share: claiming, trying again, giving up, telling.
///
/// An entry is claimed before it is sent by moving its due time beyond the longest time that sending takes;
/// should the program die in between, it is due again then.
struct OutboxLane: Sendable {
    /// One entry that is being sent.
    struct Job: Sendable {
        var id: ID<Outbox.Entry>
        var organisation: ID<Organisation>
        var channel: String
        var address: String
        var message: Message
        var incident: Incident?
        /// What made the message.
        var trace: TraceContext?
        /// This attempt's number, from 1.
        var attempt: Int
        var createdAt: Timestamp
    }

    let database: any Database
    let policy: RetryPolicy
    let clock: any WallClock
    let tracer: Tracer
    private let outbox: Outbox
    private let random: any RandomSource
    private let log: Logger
    private let outcomes: Family<Counter>
    private let latency: Family<Histogram>

    init(
        database: any Database,
        outbox: Outbox,
        policy: RetryPolicy,
        clock: any WallClock,
        random: any RandomSource,
        metrics: Metrics,
        log: Logger,
        tracer: Tracer
    ) {
        self.database = database
        self.outbox = outbox
        self.policy = policy
        self.clock = clock
        self.random = random
        self.log = log
        self.tracer = tracer
        outcomes = metrics.counter(
            "weft_deliveries_total",
            help: "Attempts to deliver a message, by channel and outcome.",
            labels: ["channel", "outcome"]
        )
        latency = metrics.histogram(
            "weft_delivery_seconds",
            help: "Time from enqueueing a message to its delivery.",
            labels: ["channel"]
        )
    }

    /// Delivers until the task is cancelled; see ``DeliveryPump``.
    func run(
        concurrency: Int,
        perTarget: Int,
        signal: Signal,
        targets: @escaping @Sendable () async throws -> [String],
        claim: @escaping @Sendable (String, Int) async throws -> [Job],
        deliver: @escaping @Sendable (Job) async throws -> Attempt
    ) async throws {
        try await DeliveryPump(
            concurrency: concurrency,
            perTarget: perTarget,
            signal: signal,
            clock: clock,
            log: log,
            targets: targets,
            claim: claim,
            deliver: deliver
        ).run()
    }

    /// Claims what is due and fulfils a condition, at most `room` entries, for the time of the lease.
    func claim(
        where condition: String,
        _ parameters: [SQLValue] = [],
        atMost room: Int,
        for lease: Duration
    ) async throws -> [Job] {
        let now = clock.now()
        return try await database.transaction { [self] transaction in
            let jobs = try transaction.query(
                """
                SELECT id, organisation, channel, address, subject, body, link, severity, incident,
                    action, traceparent, attempts, created_at
                FROM channels_outbox
                WHERE status = 'pending' AND due_at <= ? AND \(condition)
                ORDER BY priority DESC, due_at LIMIT ?
                """,
                [.time(now)] + parameters + [.int(room)],
                Self.job
            )
            for job in jobs {
                try transaction.execute(
                    "UPDATE channels_outbox SET attempts = ?, due_at = ? WHERE id = ?",
                    [.int(job.attempt), .time(now + lease), .id(job.id)]
                )
            }
            return try jobs.map { try opened($0, in: transaction) }
        }
    }

    /// The job with what is sealed in it opened, to be sent.
    private func opened(_ job: Job, in reader: any Reader) throws -> Job {
        func open(_ text: String) throws -> String {
            guard let privacy = outbox.privacy else { return text }
            return try privacy.open(text: text, of: job.organisation, in: reader)
        }
        var link = job.message.link
        do {
            link = try link.map { try outbox.opened(link: $0, of: job.id) }
        } catch let error as VaultError {
            // The rest of the message is worth sending, and the other messages are.
            logger(job).error("message has no link", ["reason": .string(error.message)])
            link = nil
        }
        var opened = job
        opened.address = try open(job.address)
        opened.message = Message(
            stored: try open(job.message.subject),
            body: try open(job.message.body),
            link: link,
            severity: job.message.severity
        )
        return opened
    }

    private static func job(_ row: any Row) throws -> Job {
        let action = try row.optionalText(9).flatMap(Incident.Action.init(rawValue:))
        return Job(
            id: try row.id(0),
            organisation: try row.id(1),
            channel: try row.text(2),
            address: try row.text(3),
            message: Message(
                stored: try row.text(4),
                body: try row.text(5),
                link: try row.optionalText(6),
                severity: Message.Severity(rawValue: try row.text(7)) ?? .info
            ),
            incident: try row.optionalText(8).map { Incident($0, action ?? .trigger) },
            trace: TraceContext(try row.text(10)),
            attempt: Int(try row.int(11)) + 1,
            createdAt: try row.timestamp(12)
        )
    }

    /// Makes one attempt and writes down what came of it.
    ///
    /// - Parameters:
    ///   - job: what to send.
    ///   - send: sends it; gets the place in the trace to hand on.
    /// - Returns: what it says about the target.
    /// - Throws: `StoreError`.
    func attempt(
        _ job: Job,
        _ send: (TraceContext?) async throws -> DeliveryOutcome
    ) async throws -> Attempt {
        // Only attempts that ended without a word, in crashes, lead past the limit.
        guard job.attempt <= policy.attempts else {
            let reason = "gave up after \(policy.attempts) attempts; the last ones were cut short"
            try await finish(job, .failed, reason)
            return .interrupted
        }
        let span = tracer.beginDelivery(
            job.channel,
            job.trace,
            of: job.organisation,
            message: job.id.json,
            attempt: job.attempt
        )
        let outcome = try await send(span?.context ?? job.trace)
        tracer.endDelivery(span, outcome.failure)
        return try await settle(job, outcome)
    }

    private func settle(_ job: Job, _ outcome: DeliveryOutcome) async throws -> Attempt {
        switch outcome {
        case .delivered:
            try await finish(job, .delivered, nil)
            return .answered
        case .skipped(let reason):
            try await finish(job, .skipped, reason)
            return .answered
        case .permanent(let reason), .gone(let reason):
            try await finish(job, .failed, reason)
            return .answered
        case .transient(let reason, _) where job.attempt >= policy.attempts:
            try await finish(job, .failed, "gave up after \(job.attempt) attempts: \(reason)")
            return .failed
        case .transient(let reason, let asked):
            let pause = max(
                policy.pause(after: job.attempt, unit: random.unit()),
                asked ?? .zero
            )
            try await retry(job, at: clock.now() + pause, attempts: job.attempt, reason)
            count(job.channel, "retried")
            logger(job).warning(
                "message was not taken and will be tried again",
                [
                    "channel": .string(job.channel), "reason": .string(reason),
                    "attempt": .int(job.attempt), "pauseSeconds": .double(pause.seconds),
                ]
            )
            return .failed
        case .interrupted:
            // Due at the next start at once, and the attempt does not count.
            try await retry(job, at: clock.now(), attempts: job.attempt - 1, "stopped")
            return .interrupted
        }
    }

    private func retry(
        _ job: Job,
        at due: Timestamp,
        attempts: Int,
        _ reason: String
    ) async throws {
        try await database.transaction { transaction in
            try transaction.execute(
                """
                UPDATE channels_outbox SET due_at = ?, attempts = ?, reason = ?
                WHERE id = ? AND status = 'pending' AND attempts = ?
                """,
                [.time(due), .int(attempts), .text(reason), .id(job.id), .int(job.attempt)]
            )
        }
    }

    /// Ends an entry, unless its lease ran out and somebody else has claimed it since.
    private func finish(
        _ job: Job,
        _ status: OutboxState.Status,
        _ reason: String?
    ) async throws {
        let now = clock.now()
        try await database.transaction { transaction in
            try transaction.execute(
                """
                UPDATE channels_outbox
                SET status = ?, reason = COALESCE(?, reason), finished_at = ?
                WHERE id = ? AND status = 'pending' AND attempts = ?
                """,
                [
                    .text(status.rawValue), .text(reason), .time(now), .id(job.id),
                    .int(job.attempt),
                ]
            )
        }
        count(job.channel, status.rawValue, since: status == .delivered ? job.createdAt : nil)
        if status != .delivered {
            logger(job).error(
                "message was given up",
                [
                    "channel": .string(job.channel), "reason": .optional(reason),
                    "attempt": .int(job.attempt),
                ]
            )
        }
    }

    /// Counts an outcome, and how long the message took when it was delivered.
    func count(_ channel: String, _ outcome: String, since: Timestamp? = nil) {
        outcomes.with(channel, outcome).add()
        if let since { latency.with(channel).record(clock.now() - since) }
    }

    private func logger(_ job: Job) -> Logger {
        // Addresses are personal data: the entry's id leads to it for whoever may see it.
        let log = self.log.with(["outboxId": job.id.json])
        return job.trace.map { log.with(trace: $0) } ?? log
    }
}
