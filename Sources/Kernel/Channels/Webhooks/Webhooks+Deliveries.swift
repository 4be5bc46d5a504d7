public import Core
public import Events
public import Store

extension Webhooks: EventTarget {
    /// The rule that gives every event to the webhooks.
    public static let rule = "channels.webhooks"

    /// Notes the event for each enabled subscription of its organisation that wants it.
    ///
    /// - Throws: `StoreError`.
    public func take(_ event: Event, rule: String, in transaction: any Transaction) throws {
        let wanting = try transaction.query(
            "SELECT id, events FROM channels_webhook WHERE organisation = ? AND enabled = 1",
            [.id(event.organisation)]
        ) { row in (id: try row.id(0, Webhook.self), events: try row.json(1).array ?? []) }
        .filter { webhook in
            webhook.events.contains {
                $0.string.flatMap(EventFilter.init)?.matches(event.type) == true
            }
        }
        guard !wanting.isEmpty else { return }
        let body = Self.body(of: event)
        for webhook in wanting {
            try note(
                event.id.description,
                event.type,
                body,
                webhook: webhook.id,
                organisation: event.organisation,
                in: transaction
            )
        }
    }

    private static func body(of event: Event) -> JSON {
        [
            "type": .string(event.type), "timestamp": event.time.json, "id": event.id.json,
            "subject": .optional(event.subject), "seq": .int(event.seq), "data": event.data,
            "traceparent": .string(event.trace.description),
        ]
    }

    /// Notes an event for one subscription, whatever types it wants.
    ///
    /// - Parameters:
    ///   - event: the event.
    ///   - id: the subscription.
    ///   - key: the delivery's `webhook-id`; the same one is noted once.
    ///   - transaction: the caller's.
    /// - Throws: `ChannelError` of code `not-found` or `disabled`, or `StoreError`.
    public func send(
        _ event: Event,
        to id: ID<Webhook>,
        key: String,
        in transaction: any Transaction
    ) throws {
        let enabled = try transaction.first(
            "SELECT enabled FROM channels_webhook WHERE id = ? AND organisation = ?",
            [.id(id), .id(event.organisation)]
        ) { try $0.bool(0) }
        guard let enabled else { throw ChannelError(.notFound, "there is no webhook \(id)") }
        guard enabled else { throw ChannelError(.disabled, "the webhook \(id) is disabled") }
        try note(
            key,
            event.type,
            Self.body(of: event),
            webhook: id,
            organisation: event.organisation,
            in: transaction
        )
    }

    /// Notes an event `webhook.test` for one subscription, whatever it wants.
    ///
    /// - Returns: the delivery.
    /// - Throws: `ChannelError` of code `not-found`, or `StoreError`.
    public func test(
        _ id: ID<Webhook>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> JSON {
        let webhook = try record(id, scope: scope, in: transaction)
        guard webhook.enabled else {
            throw ChannelError(.disabled, "the webhook is disabled; enable it first")
        }
        let event = ids.next(Event.self)
        let body: JSON = [
            "type": "webhook.test", "timestamp": clock.now().json, "id": event.json,
            "subject": .string("webhook:\(id)"), "seq": 0,
            "data": ["webhook": id.json, "name": .string(webhook.name)],
        ]
        let delivery = try note(
            event.description,
            "webhook.test",
            body,
            webhook: id,
            organisation: scope.organisation,
            in: transaction
        )
        return try self.delivery(delivery, of: id, scope: scope, in: transaction)
    }

    /// What deliveries can be sorted by: ids sort by time, and have an index.
    public static let deliveryOrders: [ListQuery.Column] = [.init("at", "id")]

    /// One page of what was and is to be delivered to a subscription, and the cursor of the next.
    ///
    /// - Parameters:
    ///   - id: the subscription.
    ///   - status: only those that are `pending`, `delivered` or `dead`; nil for all.
    ///   - query: order and page.
    ///   - scope: whose.
    ///   - reader: the state to read.
    /// - Returns: the deliveries.
    /// - Throws: `ChannelError` of code `not-found`, or `StoreError`.
    public func deliveries(
        of id: ID<Webhook>,
        status: String?,
        _ query: ListQuery,
        scope: Scope,
        in reader: any Reader
    ) throws -> (items: [JSON], next: JSON) {
        _ = try record(id, scope: scope, in: reader)
        var rows = RowFilter("webhook = ?", [.id(id)])
        rows.add("status = ?", ifAny: .text(status))
        return try query.page(
            Self.deliveryColumns,
            count: 10,
            of: "channels_webhook_delivery",
            where: rows,
            in: reader,
            Self.readDelivery
        )
    }

    /// Sends something once more that was delivered or given up, with the same `webhook-id`.
    ///
    /// - Returns: the delivery.
    /// - Throws: `ChannelError` of code `not-found`, or `StoreError`.
    public func redeliver(
        _ delivery: ID<WebhookDelivery>,
        of id: ID<Webhook>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> JSON {
        _ = try self.delivery(delivery, of: id, scope: scope, in: transaction)
        try transaction.execute(
            """
            UPDATE channels_webhook_delivery
            SET status = 'pending', attempts = 0, due_at = ?, finished_at = NULL
            WHERE id = ? AND status <> 'pending'
            """,
            [.time(clock.now()), .id(delivery)]
        )
        wake(transaction)
        return try self.delivery(delivery, of: id, scope: scope, in: transaction)
    }

    private func delivery(
        _ delivery: ID<WebhookDelivery>,
        of id: ID<Webhook>,
        scope: Scope,
        in reader: any Reader
    ) throws -> JSON {
        let found = try reader.first(
            """
            SELECT \(Self.deliveryColumns) FROM channels_webhook_delivery
            WHERE id = ? AND webhook = ? AND organisation = ?
            """,
            [.id(delivery), .id(id), .id(scope.organisation)],
            Self.readDelivery
        )
        guard let found else { throw ChannelError(.notFound, "there is no such delivery") }
        return found
    }

    private static var deliveryColumns: String {
        "id, event_id, type, status, attempts, response_status, last_error, created_at, due_at, "
            + "finished_at"
    }

    private static func readDelivery(_ row: any Row) throws -> JSON {
        let status = try row.text(3)
        return [
            "id": .string(try row.text(0)), "eventId": .string(try row.text(1)),
            "type": .string(try row.text(2)), "status": .string(status),
            "attempts": .int(try row.int(4)),
            "responseStatus": try row.optionalInt(5).map { .int($0) } ?? .null,
            "lastError": .optional(try row.optionalText(6)), "at": try row.timestamp(7).json,
            "nextAttemptAt": status == "pending" ? try row.timestamp(8).json : .null,
            "finishedAt": try row.optionalTimestamp(9)?.json ?? .null,
        ]
    }

    @discardableResult
    private func note(
        _ event: String,
        _ type: String,
        _ body: JSON,
        webhook: ID<Webhook>,
        organisation: ID<Organisation>,
        in transaction: any Transaction
    ) throws -> ID<WebhookDelivery> {
        let id = ids.next(WebhookDelivery.self)
        let now = clock.now()
        try transaction.execute(
            """
            INSERT INTO channels_webhook_delivery
                (id, organisation, webhook, event_id, type, body, status, attempts, due_at, created_at)
            VALUES (?, ?, ?, ?, ?, ?, 'pending', 0, ?, ?)
            ON CONFLICT (webhook, event_id) DO NOTHING
            """,
            [
                .id(id), .id(organisation), .id(webhook), .text(event), .text(type), .json(body),
                .time(now), .time(now),
            ]
        )
        wake(transaction)
        return id
    }
}
