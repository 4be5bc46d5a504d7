public import Core
public import Store
public import Vault

/// The webhooks of organisations: who is told of which events, and with what secret it is signed.
public struct Webhooks: ChannelRecords {
    /// See ``ChannelRecords``.
    public static let table = RecordTable(
        name: "channels_webhook",
        noun: "webhook",
        limit: 50,
        columns: Webhook.columns,
        read: Webhook.read
    )
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

    /// Makes a subscription of `{"name","url","events","enabled"?}`; its secret is told this once.
    ///
    /// - Throws: a fault with the pointer to what is wrong, `ChannelError`, or `StoreError`.
    public func add(
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Webhook {
        try checkRoom(scope: scope, in: transaction)
        let id = ids.next(Webhook.self)
        let secret = try Vault.random(32)
        let webhook = Webhook(
            id: id,
            name: try ChannelName.checked(input.member("name").string()),
            url: try addresses.checked(input.member("url").string(), at: "/url"),
            events: try Self.filters(input.member("events")),
            enabled: try input.optional("enabled")?.bool() ?? true,
            createdAt: clock.now(),
            secret: WebhookSignature.text(of: secret)
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
                .text(try vault.seal(secret, for: Self.purpose(id))), .bool(webhook.enabled),
                .time(webhook.createdAt),
            ]
        )
        return webhook
    }

    /// Changes what the input names.
    ///
    /// Enabling one begins anew: what waited is sent, and earlier failures do not count.
    ///
    /// - Throws: a fault with the pointer to what is wrong, `ChannelError`, or `StoreError`.
    public func change(
        _ id: ID<Webhook>,
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Webhook {
        var webhook = try record(id, scope: scope, in: transaction)
        if let name = try input.optional("name") {
            webhook.name = try ChannelName.checked(name.string())
        }
        if let url = try input.optional("url") {
            webhook.url = try addresses.checked(url.string(), at: "/url")
        }
        if let events = try input.optional("events") { webhook.events = try Self.filters(events) }
        if let enabled = try input.optional("enabled")?.bool() {
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
    @discardableResult
    public func remove(
        _ id: ID<Webhook>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Webhook {
        let webhook = try record(id, scope: scope, in: transaction)
        try transaction.execute(
            "DELETE FROM channels_webhook_delivery WHERE webhook = ?",
            [.id(id)]
        )
        try Self.table.delete(id, transaction)
        return webhook
    }

    /// Makes a new secret; the one before signs beside it for a day.
    ///
    /// - Returns: the webhook with the new secret, which is told this once.
    /// - Throws: `ChannelError` of code `not-found`, or `StoreError`.
    public func rotate(
        _ id: ID<Webhook>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Webhook {
        var webhook = try record(id, scope: scope, in: transaction)
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
        webhook.secret = WebhookSignature.text(of: secret)
        return webhook
    }

    static func purpose(_ id: ID<Webhook>) -> String { "webhook:\(id)" }

    func wake(_ transaction: any Transaction) {
        transaction.afterCommit { [signal] in signal.notify() }
    }

    private static func filters(_ input: JSONReader) throws -> [EventFilter] {
        let texts = try input.array()
        guard (1...50).contains(texts.count) else {
            throw ChannelError(
                .invalidTarget,
                "a webhook has 1 to 50 types of events",
                pointer: input.pointer
            )
        }
        return try texts.map { text in
            guard let filter = EventFilter(try text.string()) else {
                throw ChannelError(
                    .invalidTarget,
                    "expected a type such as order.placed, order.* or *, in a-z, 0-9 and hyphens",
                    pointer: text.pointer
                )
            }
            return filter
        }
    }
}
