public import Core
public import Observability
public import Privacy
public import Store
import Vault

/// Posts to webhooks what is due: at least once, in no promised order.
///
/// An entry is claimed before it is sent by moving its due time beyond the longest time that sending
/// takes; should the program die in between, it is due again then, with the same `webhook-id`.
public struct WebhookDispatch: Service {
    /// How long a receiver may take.
    static let timeout: Duration = .seconds(15)
    static let lease: Duration = .seconds(60)
    /// After so long without a success a webhook is disabled, when a delivery is given up.
    static let patience: Duration = .seconds(3 * 86_400)

    /// `webhooks`.
    public let name = "webhooks"

    private let webhooks: Webhooks
    private let database: any Database
    private let client: any WebClient
    private let random: any RandomSource
    private let log: Logger
    private let tracer: Tracer
    private let privacy: Privacy?
    private let outcomes: Family<Counter>
    private let tellDisabled: @Sendable (Webhook, ID<Organisation>, any Transaction) throws -> Void

    private var clock: any WallClock { webhooks.clock }

    /// A dispatch.
    ///
    /// - Parameters:
    ///   - webhooks: the instance that others change: it wakes this.
    ///   - database: keeps them.
    ///   - client: makes the requests.
    ///   - random: spreads the pauses.
    ///   - metrics: counts attempts.
    ///   - log: hears of failures.
    ///   - tracer: traces each delivery as part of what the event tells of.
    ///   - privacy: opens what is sealed in events; nil where nothing is.
    ///   - tellDisabled: tells people that a webhook was disabled, within the transaction that does it.
    public init(
        _ webhooks: Webhooks,
        database: any Database,
        client: any WebClient,
        random: any RandomSource,
        metrics: Metrics,
        log: Logger,
        tracer: Tracer = .off,
        privacy: Privacy? = nil,
        tellDisabled:
            @escaping @Sendable (Webhook, ID<Organisation>, any Transaction) throws -> Void
    ) {
        self.webhooks = webhooks
        self.database = database
        self.client = client
        self.random = random
        self.log = log
        self.tracer = tracer
        self.privacy = privacy
        self.tellDisabled = tellDisabled
        outcomes = metrics.counter(
            "weft_webhook_attempts_total",
            help: "Attempts to deliver an event to a webhook, by outcome.",
            labels: ["outcome"]
        )
    }

    /// Delivers until the task is cancelled.
    ///
    /// - Throws: `StoreError` when the store is closed or broken.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        let pump = DeliveryPump(
            concurrency: 64,
            perTarget: 2,
            signal: webhooks.signal,
            clock: clock,
            log: log,
            targets: { try await targets() },
            claim: { try await claim($0, $1) },
            deliver: { try await deliver($0) }
        )
        ready()
        try await pump.run()
    }

    private struct Job: Sendable {
        var id: ID<WebhookDelivery>
        var webhook: ID<Webhook>
        var organisation: ID<Organisation>
        var event: String
        var body: String
        var attempt: Int
        var url: String
        var secrets: [String]
    }

    private func targets() async throws -> [String] {
        try await database.query(
            """
            SELECT w.id FROM channels_webhook w
            WHERE w.enabled = 1 AND EXISTS (
                SELECT 1 FROM channels_webhook_delivery d
                WHERE d.webhook = w.id AND d.status = 'pending' AND d.due_at <= ?)
            ORDER BY COALESCE(w.tried_at, 0) LIMIT 1000
            """,
            [.time(clock.now())]
        ) { try $0.text(0) }
    }

    private func claim(_ target: String, _ room: Int) async throws -> [Job] {
        let now = clock.now()
        return try await database.transaction { [privacy] transaction in
            let jobs = try transaction.query(
                """
                SELECT d.id, d.webhook, d.organisation, d.event_id, d.body, d.attempts, w.url,
                    w.secret, CASE WHEN w.old_secret_until > ? THEN w.old_secret END
                FROM channels_webhook_delivery d JOIN channels_webhook w ON w.id = d.webhook
                WHERE d.webhook = ? AND d.status = 'pending' AND d.due_at <= ? AND w.enabled = 1
                ORDER BY d.due_at LIMIT ?
                """,
                [.time(now), .text(target), .time(now), .int(room)]
            ) { row in
                Job(
                    id: try row.id(0),
                    webhook: try row.id(1),
                    organisation: try row.id(2),
                    event: try row.text(3),
                    body: try row.text(4),
                    attempt: Int(try row.int(5)) + 1,
                    url: try row.text(6),
                    secrets: [try row.text(7)] + [try row.optionalText(8)].compactMap { $0 }
                )
            }
            for job in jobs {
                try transaction.execute(
                    """
                    UPDATE channels_webhook_delivery SET attempts = ?, due_at = ? WHERE id = ?
                    """,
                    [.int(job.attempt), .time(now + Self.lease), .id(job.id)]
                )
            }
            try transaction.execute(
                "UPDATE channels_webhook SET tried_at = ? WHERE id = ?",
                [.time(now), .text(target)]
            )
            guard let privacy else { return jobs }
            return try jobs.map { job in
                guard Privacy.mayHoldSealed(job.body), let event = try? JSON(parsing: job.body)
                else { return job }
                var job = job
                job.body = try privacy.open(event, of: job.organisation, in: transaction).text()
                return job
            }
        }
    }

    private func deliver(_ job: Job) async throws -> Attempt {
        // The body is the event, which tells its place in the trace.
        let trace = (try? JSON(parsing: job.body))?["traceparent"]?.string
            .flatMap { TraceContext($0) }
        let span = tracer.beginDelivery(
            "webhook",
            trace,
            of: job.organisation,
            message: job.id.json,
            attempt: job.attempt
        )
        let result = await send(job, within: span?.context ?? trace)
        tracer.endDelivery(span, result.failureToHandOver)
        let now = clock.now()
        // Only attempts that ended without a word, in crashes, lead past the limit.
        let outcome = WebhookOutcome(
            result,
            attempt: job.attempt,
            now: now,
            unit: random.unit()
        )
        var status: Int?
        if case .success(let answer) = result { status = answer.status }
        try await settle(job, outcome, status, now)
        switch outcome {
        case .delivered:
            outcomes.with("delivered").add()
            return .answered
        case .interrupted: return .interrupted
        case .retry(let pause, let reason):
            outcomes.with("retried").add()
            log.info(
                "webhook will be tried again",
                [
                    "deliveryId": job.id.json, "reason": .string(reason),
                    "attempt": .int(job.attempt), "pauseSeconds": .double(pause.seconds),
                ]
            )
            return .failed
        case .dead(let reason):
            outcomes.with("dead").add()
            log.warning(
                "webhook delivery was given up",
                ["deliveryId": job.id.json, "reason": .string(reason)]
            )
            return .failed
        case .gone:
            outcomes.with("dead").add()
            return .failed
        }
    }

    private func send(
        _ job: Job,
        within trace: TraceContext?
    ) async -> Result<WebAnswer, WebFault> {
        let body = Array(job.body.utf8)
        do throws(WebFault) {
            let fields: [(name: String, value: String)]
            do throws(VaultError) {
                var secrets: [[UInt8]] = []
                for sealed in job.secrets {
                    secrets.append(
                        try webhooks.vault.open(sealed, for: Webhooks.purpose(job.webhook))
                    )
                }
                fields = try WebhookSignature.fields(
                    id: job.event,
                    seconds: clock.now().microseconds / 1_000_000,
                    body: body,
                    secrets: secrets
                )
            } catch {
                throw WebFault(.invalidRequest, "cannot be signed: \(error.message)")
            }
            var request = WebRequest(
                "POST",
                job.url,
                headers: [
                    ("Content-Type", "application/json"), ("User-Agent", "Weft-Webhooks"),
                ] + fields,
                body: body,
                timeout: Self.timeout,
                answerLimit: 64 << 10,
                reachesPrivateAddresses: webhooks.addresses.allowsPrivate
            )
            request.carry(trace)
            return .success(try await client.send(request))
        } catch {
            return .failure(error)
        }
    }

    /// Writes down what came of an attempt, unless its lease ran out and somebody has claimed it since.
    private func settle(
        _ job: Job,
        _ outcome: WebhookOutcome,
        _ status: Int?,
        _ now: Timestamp
    ) async throws {
        try await database.transaction { transaction in
            let state: (status: String, due: Timestamp, attempts: Int, error: String?) =
                switch outcome {
                case .delivered: ("delivered", now, job.attempt, nil)
                case .retry(let pause, let reason): ("pending", now + pause, job.attempt, reason)
                case .dead(let reason): ("dead", now, job.attempt, reason)
                case .gone: ("dead", now, job.attempt, "answered with status 410, gone")
                case .interrupted: ("pending", now, job.attempt - 1, nil)
                }
            let changed = try transaction.executeCounting(
                """
                UPDATE channels_webhook_delivery
                SET status = ?, due_at = ?, attempts = ?, response_status = COALESCE(?, response_status),
                    last_error = ?, finished_at = ?
                WHERE id = ? AND status = 'pending' AND attempts = ?
                """,
                [
                    .text(state.status), .time(state.due), .int(state.attempts), .int(status),
                    .text(state.error), state.status == "pending" ? .null : .time(now),
                    .id(job.id), .int(job.attempt),
                ]
            )
            guard changed == 1 else { return }
            try judge(job, outcome, now, in: transaction)
        }
    }

    /// Remembers since when a webhook fails, and disables it when that is too long.
    private func judge(
        _ job: Job,
        _ outcome: WebhookOutcome,
        _ now: Timestamp,
        in transaction: any Transaction
    ) throws {
        var reason: String?
        switch outcome {
        case .interrupted: return
        case .delivered:
            try transaction.execute(
                """
                UPDATE channels_webhook SET failing_since = NULL
                WHERE id = ? AND failing_since IS NOT NULL
                """,
                [.id(job.webhook)]
            )
            return
        case .gone: reason = "the receiver answered 410: it does not want to be called any more"
        case .retry, .dead:
            try transaction.execute(
                """
                UPDATE channels_webhook SET failing_since = COALESCE(failing_since, ?) WHERE id = ?
                """,
                [.time(now), .id(job.webhook)]
            )
        }
        let found = try transaction.first(
            "SELECT \(Webhook.columns) FROM channels_webhook WHERE id = ? AND enabled = 1",
            [.id(job.webhook)],
            Webhook.read
        )
        guard var webhook = found else { return }
        if case .dead(let last) = outcome, let since = webhook.failingSince,
            now - since >= Self.patience
        {
            reason = "nothing was taken since \(since); last: \(last)"
        }
        guard let reason else { return }
        try transaction.execute(
            "UPDATE channels_webhook SET enabled = 0, disabled_reason = ? WHERE id = ?",
            [.text(reason), .id(job.webhook)]
        )
        webhook.enabled = false
        webhook.disabledReason = reason
        try tellDisabled(webhook, job.organisation, transaction)
    }
}

extension Result where Success == WebAnswer, Failure == WebFault {
    /// Why the other side has not taken what was sent; nil when it has.
    fileprivate var failureToHandOver: String? {
        switch self {
        case .success(let answer) where (200..<300).contains(answer.status): nil
        case .success(let answer): "answered with status \(answer.status)"
        case .failure(let fault): fault.message
        }
    }
}
