public import Core
public import Privacy
public import Store
public import Vault

/// Messages that are to be sent, written in the transaction that decides so.
///
/// What is enqueued is sent if and only if that transaction is committed, whatever crashes after.
/// ``OutboxDelivery`` sends it.
public struct Outbox: Sendable {
    /// The subject of outbox ids.
    public enum Entry: Sendable {}

    /// Wakes the lane of the inbox.
    let inboxSignal = Signal()
    /// Wakes the lane of e-mail.
    let emailSignal = Signal()
    /// Wakes the lanes of channels over the web.
    let webSignal = Signal()
    private let ids: IDGenerator
    let clock: any WallClock
    private let textsPerDay: Int
    /// Seals messages about persons; nil leaves them in clear.
    let privacy: Privacy?
    /// Seals links that are secrets; nil leaves them in clear.
    private let vault: Vault?

    /// An outbox; one instance is shared by all who enqueue and the delivery.
    ///
    /// - Parameters:
    ///   - ids: names the entries.
    ///   - clock: dates them.
    ///   - textsPerDay: how many text messages an organisation may send in a day of UTC, because each costs
    ///     money; default 500, 0 for any number.
    ///   - privacy: seals messages about persons; nil leaves them in clear.
    ///   - vault: seals links that are secrets; nil leaves them in clear.
    public init(
        ids: IDGenerator,
        clock: any WallClock,
        textsPerDay: Int = 500,
        privacy: Privacy? = nil,
        vault: Vault? = nil
    ) {
        self.vault = vault
        self.privacy = privacy
        self.ids = ids
        self.clock = clock
        self.textsPerDay = textsPerDay
    }

    /// An id that sorts among the entries'.
    func newID() -> ID<Entry> { ids.next() }

    /// Notes that `message` is to be sent; nothing when the effect was noted before.
    ///
    /// - Parameters:
    ///   - message: what to say.
    ///   - destination: to whom; for several people enqueue several times, with different keys.
    ///   - effect: names the effect within the organisation, for instance
    ///     `order-booked:<order id>:<account id>`, 1 to 200 characters. The same effect is enqueued only
    ///     once for as long as its entry is kept, even if message or destination differ.
    ///   - account: the person it is for, when the destination does not say.
    ///   - person: whose personal data it has; subject, text and an address outside are sealed.
    ///   - incident: what it is about, when that lasts until acknowledged.
    ///   - due: when it may be sent; nil for at once.
    ///   - scope: on whose authority; the message belongs to its organisation and trace.
    ///   - transaction: the transaction that decides it.
    /// - Returns: the entry's id, and whether it is new.
    /// - Throws: `ChannelError` for a bad key, or `StoreError`.
    @discardableResult
    public func enqueue(
        _ message: Message,
        to destination: Destination,
        effect: String,
        account: ID<Account>? = nil,
        person: DataSubject? = nil,
        incident: Incident? = nil,
        due: Timestamp? = nil,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> (id: ID<Entry>, isNew: Bool) {
        guard (1...200).contains(effect.count) else {
            throw ChannelError(.invalidMessage, "the effect's key must have 1 to 200 characters")
        }
        let id = ids.next(Entry.self)
        let now = clock.now()
        let refusal = try refusal(of: destination, at: now, scope: scope, in: transaction)
        let kept = try sealed(message, to: destination, person, account, scope, in: transaction)
        let inserted = try transaction.executeCounting(
            """
            INSERT INTO channels_outbox (id, organisation, effect_key, channel, address, subject, body,
                link, severity, traceparent, attempts, due_at, created_at, account,
                incident, action, priority, status, reason, finished_at, person)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (organisation, effect_key) DO NOTHING
            """,
            [
                .id(id), .id(scope.organisation), .text(effect), .text(destination.channel),
                .text(kept.address), .text(kept.subject), .text(kept.body),
                .text(try link(of: message, to: destination, id)),
                .text(message.severity.rawValue), .text(scope.trace.description), .time(due ?? now),
                .time(now), .id(account),
                .text(incident?.key), .text(incident?.action.rawValue),
                .int(message.severity.rank), .text(refusal == nil ? "pending" : "failed"),
                .text(refusal), refusal == nil ? .null : .time(now),
                .text(person?.description),
            ]
        )
        if inserted == 0 {
            let known = try transaction.first(
                "SELECT id FROM channels_outbox WHERE organisation = ? AND effect_key = ?",
                [.id(scope.organisation), .text(effect)]
            ) { try $0.id(0, Entry.self) }
            guard let known else {
                throw StoreError(.corrupt, "an outbox entry was refused as known and is not there")
            }
            return (known, false)
        }
        let signal =
            switch destination {
            case .inbox: inboxSignal
            case .email: emailSignal
            case .sms, .push, .target: webSignal
            }
        transaction.afterCommit { signal.notify() }
        return (id, true)
    }

    /// A message's link as it is kept: sealed where it is a secret.
    ///
    /// The inbox is no place for such a link: it shows what it has.
    private func link(
        of message: Message,
        to destination: Destination,
        _ id: ID<Entry>
    ) throws -> String? {
        guard let link = message.link, message.linkIsSecret else { return message.link }
        if case .inbox = destination { return nil }
        return try vault?.seal(Array(link.utf8), for: Self.purpose(id)) ?? link
    }

    /// A link as it is sent.
    ///
    /// - Throws: `VaultError` when it was sealed under another key.
    func opened(link: String, of id: ID<Entry>) throws -> String {
        // What is in clear is a path or an address.
        guard let vault, !link.hasPrefix("/"), !link.hasPrefix("https://") else { return link }
        return String(decoding: try vault.open(link, for: Self.purpose(id)), as: UTF8.self)
    }

    private static func purpose(_ id: ID<Entry>) -> String { "message-link:\(id)" }

    /// What of a message is kept: sealed where it is about a person.
    private func sealed(
        _ message: Message,
        to destination: Destination,
        _ person: DataSubject?,
        _ account: ID<Account>?,
        _ scope: Scope,
        in transaction: any Transaction
    ) throws -> (address: String, subject: String, body: String) {
        var kept = (destination.address, message.subject, message.body)
        guard let privacy, let person else { return kept }
        func seal(_ text: String, _ field: String) throws -> String {
            guard !text.isEmpty else { return text }
            return try privacy.seal(
                text,
                as: field,
                of: person,
                scope.organisation,
                in: transaction
            )
        }
        switch destination {
        case .email, .sms:
            // A colleague's address is not the person's whom the message is about.
            if account == nil { kept.0 = try seal(kept.0, "message.address") }
        case .inbox, .push, .target: break
        }
        kept.1 = try seal(kept.1, "message.subject")
        kept.2 = try seal(kept.2, "message.body")
        return kept
    }

    /// Why a message may not be sent: the day's text messages are used up.
    private func refusal(
        of destination: Destination,
        at now: Timestamp,
        scope: Scope,
        in reader: any Reader
    ) throws -> String? {
        guard textsPerDay > 0, destination.channel == "sms" else { return nil }
        let day: Int64 = 86_400_000_000
        // Those that were refused here had no attempt.
        let count = try reader.first(
            """
            SELECT COUNT(*) FROM channels_outbox
            WHERE organisation = ? AND channel = 'sms' AND created_at >= ?
                AND (status <> 'failed' OR attempts > 0)
            """,
            [.id(scope.organisation), .int(now.microseconds / day * day)]
        ) { try $0.int(0) }
        guard let count, count >= Int64(textsPerDay) else { return nil }
        return "the organisation's \(textsPerDay) text messages of today are used up "
            + "(channels.texts-per-day)"
    }

    /// Notes that a message was not sent because there was no need, for the log.
    func suppress(
        _ message: Message,
        reason: String,
        effect: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        let now = clock.now()
        try transaction.execute(
            """
            INSERT INTO channels_outbox (id, organisation, effect_key, channel, address, subject, body,
                severity, traceparent, status, reason, attempts, due_at, created_at, finished_at)
            VALUES (?, ?, ?, 'none', '', ?, ?, ?, ?, 'skipped', ?, 0, ?, ?, ?)
            ON CONFLICT (organisation, effect_key) DO NOTHING
            """,
            [
                .id(ids.next(Entry.self)), .id(scope.organisation),
                .text("\(effect):suppressed"), .text(message.subject), .text(message.body),
                .text(message.severity.rawValue), .text(scope.trace.description), .text(reason),
                .time(now), .time(now), .time(now),
            ]
        )
    }

    /// What became of an entry of the scope's organisation.
    ///
    /// - Throws: `ChannelError` of code `not-found`, or `StoreError`.
    public func state(
        of id: ID<Entry>,
        scope: Scope,
        in reader: any Reader
    ) throws -> OutboxState {
        let state = try reader.first(
            """
            SELECT status, reason, attempts, due_at, finished_at FROM channels_outbox
            WHERE id = ? AND organisation = ?
            """,
            [.id(id), .id(scope.organisation)]
        ) { row in
            let status = try row.text(0)
            guard let known = OutboxState.Status(rawValue: status) else {
                throw StoreError(.corrupt, "\"\(status)\" is no status of an outbox entry")
            }
            return OutboxState(
                status: known,
                reason: try row.optionalText(1),
                attempts: Int(try row.int(2)),
                dueAt: try row.timestamp(3),
                finishedAt: try row.optionalTimestamp(4)
            )
        }
        guard let state else { throw ChannelError(.notFound, "there is no such message") }
        return state
    }

    /// Sends an entry that failed or was skipped once more, from the first attempt.
    ///
    /// - Throws: `ChannelError` of code `not-found` when there is no such entry in that state, or
    ///   `StoreError`.
    public func redrive(_ id: ID<Entry>, scope: Scope, in transaction: any Transaction) throws {
        let changed = try transaction.executeCounting(
            """
            UPDATE channels_outbox
            SET status = 'pending', attempts = 0, due_at = ?, finished_at = NULL
            WHERE id = ? AND organisation = ? AND status IN ('failed', 'skipped')
            """,
            [.time(clock.now()), .id(id), .id(scope.organisation)]
        )
        guard changed == 1 else {
            throw ChannelError(.notFound, "there is no such message that failed or was skipped")
        }
        let signals = [inboxSignal, emailSignal, webSignal]
        transaction.afterCommit {
            for signal in signals {
                signal.notify()
            }
        }
    }
}

/// What became of an outbox entry.
public struct OutboxState: Sendable, Hashable {
    /// The states of an entry.
    public enum Status: String, Sendable {
        /// It waits for its first or next attempt.
        case pending
        /// It was handed over: stored in the inbox, or accepted by the mail server.
        case delivered
        /// It will not be tried again; `reason` says why.
        case failed
        /// There is no way to send it here; `reason` says why.
        case skipped
    }

    /// The state.
    public var status: Status
    /// What the last attempt ran into; nil when nothing has gone wrong.
    public var reason: String?
    /// How often it was tried.
    public var attempts: Int
    /// When it is tried next, while pending.
    public var dueAt: Timestamp
    /// When it was delivered or given up.
    public var finishedAt: Timestamp?
}
