public import Core
public import Observability
public import Store

/// Sends what is in the outbox for Slack, Teams, PagerDuty, text messages and browsers: at least once.
///
/// An entry is claimed before it is sent by moving its due time beyond the longest time that sending takes;
/// should the program die in between, it is due again then.
public struct ChannelDispatch: Service {
    static let lease: Duration = .seconds(60)
    static let timeout: Duration = .seconds(10)

    /// `channels`.
    public let name = "channels"

    private let outbox: Outbox
    private let database: any Database
    private let client: any WebClient
    private let senders: ChannelSenders
    private let policy: RetryPolicy
    private let clock: any WallClock
    private let random: any RandomSource
    private let log: Logger
    private let tracer: Tracer
    private let outcomes: Family<Counter>
    private let latency: Family<Histogram>

    /// A dispatch.
    ///
    /// - Parameters:
    ///   - outbox: the instance that others enqueue with: it wakes this.
    ///   - database: keeps the outbox.
    ///   - client: makes the requests.
    ///   - senders: make them of messages.
    ///   - policy: when to try again.
    ///   - clock: says what is due.
    ///   - random: spreads the pauses.
    ///   - metrics: counts deliveries.
    ///   - log: hears of failures.
    ///   - tracer: traces each delivery as part of what made the message.
    public init(
        _ outbox: Outbox,
        database: any Database,
        client: any WebClient,
        senders: ChannelSenders,
        policy: RetryPolicy = RetryPolicy(),
        clock: any WallClock,
        random: any RandomSource,
        metrics: Metrics,
        log: Logger,
        tracer: Tracer = .off
    ) {
        self.outbox = outbox
        self.database = database
        self.client = client
        self.senders = senders
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

    /// Delivers until the task is cancelled.
    ///
    /// - Throws: `StoreError` when the store is closed or broken.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        let pump = DeliveryPump(
            concurrency: 64,
            perTarget: 2,
            signal: outbox.webSignal,
            clock: clock,
            log: log,
            targets: { try await targets() },
            claim: { try await claim($0, $1) },
            deliver: { try await deliver($0) }
        )
        ready()
        try await pump.run()
    }

    /// One entry that is being sent.
    struct Job: Sendable {
        var id: ID<Outbox.Entry>
        var organisation: ID<Organisation>
        var channel: String
        var address: String
        var message: Message
        var incident: Incident?
        var trace: TraceContext?
        var attempt: Int
        var createdAt: Timestamp
    }

    private static let channels = "('slack', 'teams', 'pagerduty', 'sms', 'push')"

    /// Text messages of an organisation go through one gateway; all else has an address of its own.
    private static let target =
        "channel || ' ' || CASE channel WHEN 'sms' THEN organisation ELSE address END"

    private func targets() async throws -> [String] {
        try await database.query(
            """
            SELECT \(Self.target) AS target FROM channels_outbox
            WHERE status = 'pending' AND channel IN \(Self.channels) AND due_at <= ?
            GROUP BY target ORDER BY MAX(priority) DESC, MIN(due_at) LIMIT 1000
            """,
            [.time(clock.now())]
        ) { try $0.text(0) }
    }

    private func claim(_ target: String, _ room: Int) async throws -> [Job] {
        let now = clock.now()
        return try await database.transaction { transaction in
            let jobs = try transaction.query(
                """
                SELECT id, organisation, channel, address, subject, body, link, severity, incident,
                    action, traceparent, attempts, created_at
                FROM channels_outbox
                WHERE status = 'pending' AND channel IN \(Self.channels) AND due_at <= ?
                    AND \(Self.target) = ?
                ORDER BY priority DESC, due_at LIMIT ?
                """,
                [.time(now), .text(target), .int(room)]
            ) { row in
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
            for job in jobs {
                try transaction.execute(
                    "UPDATE channels_outbox SET attempts = ?, due_at = ? WHERE id = ?",
                    [.int(job.attempt), .time(now + Self.lease), .id(job.id)]
                )
            }
            return jobs
        }
    }

    private func deliver(_ job: Job) async throws -> Attempt {
        let request: WebRequest
        do {
            guard
                var made = try await database.read({
                    try senders.request(for: job, now: clock.now(), in: $0)
                })
            else {
                try await finish(job, .skipped, "there is no such target, or it is disabled")
                return .answered
            }
            made.timeout = Self.timeout
            made.answerLimit = 64 << 10
            request = made
        } catch let error as StoreError {
            throw error
        } catch {
            let reason = (error as? any Fault)?.message ?? String(describing: error)
            try await finish(job, .failed, "it cannot be sent: \(reason)")
            return .answered
        }
        let began = clock.now()
        let result: Result<WebAnswer, WebFault>
        do {
            result = .success(try await client.send(request))
        } catch {
            result = .failure(error)
        }
        tracer.delivered(
            job.channel,
            job.trace,
            of: job.organisation,
            from: began,
            failure: result.failureToHandOver,
            attributes: ["weft.message": job.id.json, "weft.attempt": .int(job.attempt)]
        )
        return try await settle(job, WebOutcome(result, now: clock.now()))
    }

    private func settle(_ job: Job, _ outcome: WebOutcome) async throws -> Attempt {
        switch outcome {
        case .delivered:
            try await finish(job, .delivered, nil)
            return .answered
        case .permanent(let reason):
            try await finish(job, .failed, reason)
            return .answered
        case .gone(let reason):
            try await finish(job, .failed, reason)
            if job.channel == "push", let id = ID<PushSubscription>(job.address) {
                try await database.transaction { try senders.push.forget(id, in: $0) }
            }
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
            outcomes.with(job.channel, "retried").add()
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
        outcomes.with(job.channel, status.rawValue).add()
        if status == .delivered {
            latency.with(job.channel).record(now - job.createdAt)
        } else {
            logger(job).error(
                "message was given up",
                ["channel": .string(job.channel), "reason": .optional(reason)]
            )
        }
    }

    private func logger(_ job: Job) -> Logger {
        // Addresses are personal data: the entry's id leads to it for whoever may see it.
        let log = self.log.with(["outboxId": job.id.json])
        return job.trace.map { log.with(trace: $0) } ?? log
    }
}
