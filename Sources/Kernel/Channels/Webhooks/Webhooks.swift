public import Core
public import Store
public import Vault

/// The webhooks of organisations: who is told of which events, and with what secret it is signed.
public struct Webhooks: Sendable {
    /// The most subscriptions that an organisation may have.
    public static let limit = 50
    /// How long the secret before a rotation still signs.
    public static let rotation: Duration = .seconds(86_400)

    /// Wakes the delivery.
    let signal = Signal()
    let vault: Vault
    let ids: IDGenerator
    let clock: any WallClock
    let addresses: TargetAddresses

    /// Webhooks; one instance is shared by all who change them and the delivery.
    public init(vault: Vault, ids: IDGenerator, clock: any WallClock, addresses: TargetAddresses) {
        self.vault = vault
        self.ids = ids
        self.clock = clock
        self.addresses = addresses
    }

    /// The organisation's subscriptions in the order they were made.
    ///
    /// - Throws: `StoreError`.
    public func list(scope: Scope, in reader: any Reader) throws -> [Webhook] {
        try reader.query(
            "SELECT \(Webhook.columns) FROM channels_webhook WHERE organisation = ? ORDER BY id",
            [.id(scope.organisation)],
            Webhook.read
        )
    }

    /// One subscription.
    ///
    /// - Throws: `ChannelError` of code `not-found`, or `StoreError`.
    public func webhook(
        _ id: ID<Webhook>,
        scope: Scope,
        in reader: any Reader
    ) throws -> Webhook {
        let found = try reader.first(
            "SELECT \(Webhook.columns) FROM channels_webhook WHERE id = ? AND organisation = ?",
            [.id(id), .id(scope.organisation)],
            Webhook.read
        )
        guard let found else { throw ChannelError(.notFound, "there is no such webhook") }
        return found
    }

    /// Makes a subscription.
    ///
    /// - Parameters:
    ///   - name: 1 to 100 characters.
    ///   - url: a whole https address.
    ///   - events: 1 to 50 filters.
    ///   - enabled: whether to send at once.
    ///   - scope: whose.
    ///   - transaction: the caller's.
    /// - Returns: the subscription, and its secret, which is told this once.
    /// - Throws: `ChannelError`, or `StoreError`.
    public func add(
        name: String,
        url: String,
        events: [String],
        enabled: Bool,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> (webhook: Webhook, secret: String) {
        let count = try transaction.first(
            "SELECT COUNT(*) FROM channels_webhook WHERE organisation = ?",
            [.id(scope.organisation)]
        ) { try $0.int(0) }
        guard Int(count ?? 0) < Self.limit else {
            throw ChannelError(.tooMany, "an organisation has at most \(Self.limit) webhooks")
        }
        let id = ids.next(Webhook.self)
        let secret = try Vault.random(32)
        let webhook = Webhook(
            id: id,
            name: try ChannelName.checked(name),
            url: try addresses.checked(url, at: "/url"),
            events: try Self.filters(events),
            enabled: enabled,
            createdAt: clock.now()
        )
        try transaction.execute(
            """
            INSERT INTO channels_webhook
                (id, organisation, name, url, events, secret, enabled, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(id), .id(scope.organisation), .text(webhook.name), .text(webhook.url),
                .json(.array(webhook.events.map { .string($0.text) })),
                .text(try vault.seal(secret, for: Self.purpose(id))), .bool(enabled),
                .time(webhook.createdAt),
            ]
        )
        return (webhook, WebhookSignature.text(of: secret))
    }

    /// Changes a subscription; nil leaves as it is.
    ///
    /// Enabling one begins anew: what waited is sent, and earlier failures do not count.
    ///
    /// - Throws: `ChannelError`, or `StoreError`.
    public func change(
        _ id: ID<Webhook>,
        name: String?,
        url: String?,
        events: [String]?,
        enabled: Bool?,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Webhook {
        var webhook = try webhook(id, scope: scope, in: transaction)
        if let name { webhook.name = try ChannelName.checked(name) }
        if let url { webhook.url = try addresses.checked(url, at: "/url") }
        if let events { webhook.events = try Self.filters(events) }
        if let enabled {
            webhook.enabled = enabled
            webhook.disabledReason = nil
            webhook.failingSince = nil
        }
        try transaction.execute(
            """
            UPDATE channels_webhook SET name = ?, url = ?, events = ?, enabled = ?,
                disabled_reason = ?, failing_since = ? WHERE id = ?
            """,
            [
                .text(webhook.name), .text(webhook.url),
                .json(.array(webhook.events.map { .string($0.text) })), .bool(webhook.enabled),
                .text(webhook.disabledReason), .time(webhook.failingSince), .id(id),
            ]
        )
        wake(transaction)
        return webhook
    }

    /// Removes a subscription and what was delivered or waits.
    ///
    /// - Throws: `ChannelError` of code `not-found`, or `StoreError`.
    public func remove(_ id: ID<Webhook>, scope: Scope, in transaction: any Transaction) throws {
        _ = try webhook(id, scope: scope, in: transaction)
        try transaction.execute(
            "DELETE FROM channels_webhook_delivery WHERE webhook = ?",
            [.id(id)]
        )
        try transaction.execute("DELETE FROM channels_webhook WHERE id = ?", [.id(id)])
    }

    /// Makes a new secret; the one before signs beside it for a day.
    ///
    /// - Returns: the new secret, which is told this once.
    /// - Throws: `ChannelError` of code `not-found`, or `StoreError`.
    public func rotate(
        _ id: ID<Webhook>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> String {
        _ = try webhook(id, scope: scope, in: transaction)
        let secret = try Vault.random(32)
        try transaction.execute(
            """
            UPDATE channels_webhook SET old_secret = secret, old_secret_until = ?, secret = ?
            WHERE id = ?
            """,
            [
                .time(clock.now() + Self.rotation),
                .text(try vault.seal(secret, for: Self.purpose(id))), .id(id),
            ]
        )
        return WebhookSignature.text(of: secret)
    }

    static func purpose(_ id: ID<Webhook>) -> String { "webhook:\(id)" }

    func wake(_ transaction: any Transaction) {
        transaction.afterCommit { [signal] in signal.notify() }
    }

    private static func filters(_ texts: [String]) throws(ChannelError) -> [EventFilter] {
        guard (1...50).contains(texts.count) else {
            throw ChannelError(
                .invalidTarget,
                "a webhook has 1 to 50 types of events",
                pointer: "/events"
            )
        }
        var filters: [EventFilter] = []
        for (index, text) in texts.enumerated() {
            guard let filter = EventFilter(text) else {
                throw ChannelError(
                    .invalidTarget,
                    "expected a type such as order.placed, order.* or *, in a-z, 0-9 and hyphens",
                    pointer: "/events/\(index)"
                )
            }
            filters.append(filter)
        }
        return filters
    }
}
