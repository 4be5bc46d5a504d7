public import Core
public import Observability
public import Store

/// Sends what is in the outbox.
///
/// - Inbox messages are stored in the inbox in the transaction that marks them delivered: exactly once.
/// - E-mail is delivered at least once. A mail that the server had accepted just before the program died
///   is sent twice, with the same `Message-ID` (`<outbox id@sender's domain>`), by which many mail systems
///   drop the second.
/// - A server that cannot be reached five times in a row is left alone for half a minute and longer.
/// - A refusal for now (4xx, no connection, no answer) is tried again after growing pauses, a refusal for
///   good (5xx) is not; either ends as `failed` with the reason.
public struct OutboxDelivery: Service {
    /// How mail is written and handed over.
    public struct Email: Sendable {
        /// Takes the mail.
        public var transport: any MailTransport
        /// In `From`, and the envelope's sender.
        public var sender: EmailAddress
        /// The name in `From`; default Weft.
        public var senderName: String
        /// Precedes links that are paths, for instance `https://weft.example.com`; without it such links
        /// are left out.
        public var linkBase: String?
        /// Mails under way at once; default 2, as the transport's connections.
        public var concurrency: Int
        /// How long an entry stays claimed; must be longer than the transport may take; default 2 min.
        public var lease: Duration

        /// Settings; transport and sender have no default.
        public init(
            transport: any MailTransport,
            sender: EmailAddress,
            senderName: String = "Weft",
            linkBase: String? = nil,
            concurrency: Int = 2,
            lease: Duration = .seconds(120)
        ) {
            self.transport = transport
            self.sender = sender
            self.senderName = senderName
            self.linkBase = linkBase
            self.concurrency = max(1, concurrency)
            self.lease = lease
        }
    }

    /// `outbox`.
    public let name = "outbox"

    let email: Email?
    let lane: OutboxLane
    let arrived: @Sendable (ID<Organisation>, ID<Account>) -> Void
    private let outbox: Outbox
    private let log: Logger

    /// A delivery.
    ///
    /// - Parameters:
    ///   - outbox: the instance that others enqueue with: it wakes this.
    ///   - database: keeps outbox and inbox.
    ///   - email: nil where no mail server is configured; e-mail entries are then skipped.
    ///   - policy: when to try again.
    ///   - clock: says what is due.
    ///   - random: spreads the pauses.
    ///   - metrics: counts deliveries.
    ///   - log: hears of failures.
    ///   - tracer: traces each delivery as part of what made the message.
    ///   - arrived: hears whose inbox has got something.
    public init(
        _ outbox: Outbox,
        database: any Database,
        email: Email?,
        policy: RetryPolicy = RetryPolicy(),
        clock: any WallClock,
        random: any RandomSource,
        metrics: Metrics,
        log: Logger,
        tracer: Tracer = .off,
        arrived: @escaping @Sendable (ID<Organisation>, ID<Account>) -> Void = { _, _ in }
    ) {
        self.email = email
        self.arrived = arrived
        self.outbox = outbox
        self.log = log
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
        try await withThrowingTaskGroup { group in
            // Two lanes: a slow mail server must not hold up the inbox.
            group.addTask { try await loop(outbox.inboxSignal) { try await deliverInbox() } }
            group.addTask {
                guard let email else {
                    return try await loop(outbox.emailSignal) { try await skipEmail() }
                }
                // All mail has one target: the server.
                try await lane.run(
                    concurrency: email.concurrency,
                    perTarget: email.concurrency,
                    signal: outbox.emailSignal,
                    targets: { try await emailTargets() },
                    claim: { _, room in
                        try await lane.claim(
                            where: "channel = 'email'",
                            atMost: room,
                            for: email.lease
                        )
                    },
                    deliver: { try await deliver($0, email) }
                )
            }
            ready()
            try await group.waitForAll()
        }
    }

    /// Works until nothing is due, whenever something was enqueued and every second, for retries.
    private func loop(_ signal: Signal, work: @Sendable () async throws -> Bool) async throws {
        try await signal.forEach(orEvery: .seconds(1), clock: lane.clock) {
            do {
                while !Task.isCancelled, try await work() {}
            } catch let error as StoreError where error.isPassing {
                log.warning("outbox waits for the store", ["reason": .string(error.message)])
            }
        }
    }
}
