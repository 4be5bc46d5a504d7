import Core
import Store

/// The tables that intents measure: what was promised and kept, and how full vehicles were booked.
///
/// They repeat what orders and bookings say, as columns, since their records are texts.
enum IntentRecords {
    /// A day of the calendar as microseconds since 1970, in SQL of both drivers: the Julian day number of
    /// Fliegel and Van Flandern (Communications of the ACM 11, 1968), less that of 1970-01-01.
    private static func startOfDay(_ date: String) -> String {
        let year = "CAST(substr(\(date), 1, 4) AS BIGINT)"
        let month = "CAST(substr(\(date), 6, 2) AS BIGINT)"
        let day = "CAST(substr(\(date), 9, 2) AS BIGINT)"
        let early = "((\(month) - 14) / 12)"
        return """
            ((1461 * (\(year) + 4800 + \(early))) / 4
                + (367 * (\(month) - 2 - 12 * \(early))) / 12
                - (3 * ((\(year) + 4900 + \(early)) / 100)) / 4
                + \(day) - 32075 - 2440588) * 86400000000
            """
    }

    static let migrations: [Migration] = [
        Migration(
            "logistics-intents",
            1,
            "promises of orders, fill of bookings",
            [
                """
                CREATE TABLE logistics_order_promise (
                    organisation TEXT NOT NULL, order_id TEXT NOT NULL, due_at BIGINT NOT NULL,
                    delivered_at BIGINT, judged_at BIGINT NOT NULL,
                    PRIMARY KEY (organisation, order_id))
                """,
                """
                CREATE INDEX logistics_order_promise_by_time ON logistics_order_promise
                    (organisation, judged_at)
                """,
                """
                CREATE TABLE logistics_booking_fill (
                    organisation TEXT NOT NULL, booking TEXT NOT NULL, made_at BIGINT NOT NULL,
                    volume_share DOUBLE PRECISION NOT NULL, weight_share DOUBLE PRECISION NOT NULL,
                    PRIMARY KEY (organisation, booking))
                """,
                """
                CREATE INDEX logistics_booking_fill_by_time ON logistics_booking_fill
                    (organisation, made_at)
                """,
                // Orders of before: when they arrived stands in the log of events.
                """
                INSERT INTO logistics_order_promise
                    (organisation, order_id, due_at, delivered_at, judged_at)
                SELECT d.organisation, d.id, d.due_at, d.delivered_at,
                    CASE WHEN d.delivered_at < d.due_at THEN d.delivered_at ELSE d.due_at END
                FROM (SELECT o.organisation AS organisation, o.id AS id, o.status AS status,
                        \(startOfDay("o.requested_date")) + 86400000000 AS due_at,
                        (SELECT max(e.time) FROM event e WHERE e.organisation = o.organisation
                            AND e.subject = 'order:' || o.id AND e.type = 'order.delivered')
                            AS delivered_at
                    FROM logistics_order o) d
                WHERE d.status <> 'delivered' OR d.delivered_at IS NOT NULL
                """,
            ]
        )
    ]
}

/// What orders promise, and when it was kept.
///
/// An order is due at the end of the day that was asked for, in UTC, and judged when it is delivered, or
/// when it is due without being so; nothing that comes later changes when it is judged.
struct OrderPromises {
    let scope: Scope

    func keep(_ order: Order, in transaction: any Transaction) throws {
        let due = order.requestedDate.advanced(by: 1).start
        let delivered = order.history.last { $0.to == .delivered }?.at
        try transaction.execute(
            """
            INSERT INTO logistics_order_promise
                (organisation, order_id, due_at, delivered_at, judged_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (organisation, order_id) DO UPDATE SET due_at = excluded.due_at,
                delivered_at = excluded.delivered_at, judged_at = excluded.judged_at
            """,
            [
                .id(scope.organisation), .id(order.id), .time(due), .time(delivered),
                .time(min(delivered ?? due, due)),
            ]
        )
    }

    /// Failed orders that are not due yet, those due first first.
    func recoverable(
        at now: Timestamp,
        limit: Int,
        in reader: any Reader
    ) throws -> [(id: ID<Order>, due: Timestamp)] {
        try reader.query(
            """
            SELECT o.id, p.due_at FROM logistics_order o JOIN logistics_order_promise p
                ON p.organisation = o.organisation AND p.order_id = o.id
            WHERE o.organisation = ? AND o.status = 'failed' AND p.due_at > ?
            ORDER BY p.due_at, o.id LIMIT \(limit)
            """,
            [.id(scope.organisation), .time(now)]
        ) { (id: try $0.id(0), due: try $0.timestamp(1)) }
    }
}

/// How full a vehicle was booked.
struct BookingFill {
    var volume: Double
    var weight: Double

    func keep(
        of booking: ID<Booking>,
        at now: Timestamp,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO logistics_booking_fill
                (organisation, booking, made_at, volume_share, weight_share) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (organisation, booking) DO NOTHING
            """,
            [
                .id(scope.organisation), .id(booking), .time(now), .double(volume),
                .double(weight),
            ]
        )
    }
}
