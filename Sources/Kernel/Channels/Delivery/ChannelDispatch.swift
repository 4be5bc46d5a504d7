public import Core
public import Observability
public import Store

/// Sends what is in the outbox for Slack, Teams, PagerDuty, text messages and browsers: at least once.
public struct ChannelDispatch: Service {
    static let lease: Duration = .seconds(60)
    static let timeout: Duration = .seconds(10)

    /// `channels`.
    public let name = "channels"

    private let outbox: Outbox
    private let client: any WebClient
    private let senders: ChannelSenders
    private let lane: OutboxLane

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
        self.client = client
        self.senders = senders
        lane = OutboxLane(
            database: database,
            outbox: outbox,
            policy: policy,
            clock: clock,
            random: random,
            metrics: metrics,
            log: log,
            tracer: tracer
        )
    }

    /// Delivers until the task is cancelled.
    ///
    /// - Throws: `StoreError` when the store is closed or broken.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        ready()
        try await lane.run(
            concurrency: 64,
            perTarget: 2,
            signal: outbox.webSignal,
            targets: { try await targets() },
            claim: { target, room in
                try await lane.claim(
                    where: "channel IN \(Self.channels) AND \(Self.target) = ? AND \(Self.isNext)",
                    [.text(target)],
                    atMost: room,
                    for: Self.lease
                )
            },
            deliver: { job in
                try await lane.attempt(job) { try await send(job, within: $0) }
            }
        )
    }

    private static let channels = "('slack', 'teams', 'pagerduty', 'sms', 'push')"

    /// Text messages of an organisation go through one gateway; all else has an address of its own.
    private static let target =
        "channel || ' ' || CASE channel WHEN 'sms' THEN organisation ELSE address END"

    /// PagerDuty forgets what was resolved, and a trigger that comes after that opens the incident anew:
    /// what is said of one incident is said in its order, each when the one before is done or given up.
    private static let isNext = """
        (channel <> 'pagerduty' OR NOT EXISTS (
            SELECT 1 FROM channels_outbox earlier
            WHERE earlier.organisation = channels_outbox.organisation
                AND earlier.incident = channels_outbox.incident
                AND (earlier.created_at < channels_outbox.created_at
                    OR earlier.created_at = channels_outbox.created_at
                        AND earlier.action = 'trigger' AND channels_outbox.action <> 'trigger')
                AND earlier.channel = 'pagerduty'
                AND earlier.address = channels_outbox.address AND earlier.status = 'pending'))
        """

    private func targets() async throws -> [String] {
        try await lane.database.query(
            """
            SELECT \(Self.target) AS target FROM channels_outbox
            WHERE status = 'pending' AND channel IN \(Self.channels) AND due_at <= ?
            GROUP BY target ORDER BY MAX(priority) DESC, MIN(due_at) LIMIT 1000
            """,
            [.time(lane.clock.now())]
        ) { try $0.text(0) }
    }

    private func send(
        _ job: OutboxLane.Job,
        within trace: TraceContext?
    ) async throws -> DeliveryOutcome {
        let made: WebRequest?
        do {
            made = try await lane.database.read {
                try senders.request(for: job, now: lane.clock.now(), in: $0)
            }
        } catch let error as StoreError {
            throw error
        } catch {
            let reason = (error as? any Fault)?.message ?? String(describing: error)
            return .permanent("it cannot be sent: \(reason)")
        }
        guard var request = made else {
            return .skipped("there is no such target, or it is disabled")
        }
        request.timeout = Self.timeout
        request.answerLimit = 64 << 10
        request.carry(trace)
        let result: Result<WebAnswer, WebFault>
        do {
            result = .success(try await client.send(request))
        } catch {
            result = .failure(error)
        }
        let outcome = DeliveryOutcome(result, now: lane.clock.now())
        if case .gone = outcome, job.channel == "push", let id = ID<PushSubscription>(job.address) {
            try await lane.database.transaction { try senders.push.forget(id, in: $0) }
        }
        return outcome
    }
}
