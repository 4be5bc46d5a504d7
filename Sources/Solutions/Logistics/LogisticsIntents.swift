import Agents
import Core
import Intents
import Store
import Workflows

/// What logistics holds itself to: what can be measured, the beacons it proposes, and what it can do.
enum LogisticsIntents {
    private static let statuses = OrderStatus.allCases.map(\.rawValue)

    /// What predicates may measure.
    static let records = [
        RecordSource(
            "logistics.orders",
            help:
                "Orders by when they are judged: delivered, or due at the end of the day asked for. "
                + "Cancelled ones are left out.",
            tables: """
                logistics_order_promise p JOIN logistics_order o
                    ON o.organisation = p.organisation AND o.id = p.order_id
                """,
            organisation: "p.organisation",
            time: "p.judged_at",
            base: "o.status <> 'cancelled'",
            fields: [
                .init(
                    "on_time",
                    .flag,
                    sql: """
                        CASE WHEN p.delivered_at IS NOT NULL AND p.delivered_at <= p.due_at
                            THEN 1 ELSE 0 END
                        """,
                    help: "Whether it was delivered by the end of the day asked for."
                ),
                .init("status", .text, sql: "o.status", values: statuses, help: "Its status now."),
            ]
        ),
        RecordSource(
            "logistics.orders-placed",
            help: "Orders by when they were placed. Cancelled ones are left out.",
            tables: "logistics_order",
            time: "created_at",
            base: "status <> 'cancelled'",
            fields: [
                .init("status", .text, sql: "status", values: statuses, help: "Its status now.")
            ]
        ),
        RecordSource(
            "logistics.bookings",
            help: "Booked vehicles by when they were booked. Released ones are left out.",
            tables: """
                logistics_booking_fill f JOIN logistics_booking b
                    ON b.organisation = f.organisation AND b.id = f.booking
                """,
            organisation: "f.organisation",
            time: "f.made_at",
            base: "b.status <> 'released'",
            fields: [
                .init(
                    "fill",
                    .number,
                    sql: """
                        CASE WHEN f.volume_share > f.weight_share
                            THEN f.volume_share ELSE f.weight_share END
                        """,
                    help: "The share of the vehicle that is used, of volume or payload, the larger."
                ),
                .init(
                    "volume_fill",
                    .number,
                    sql: "f.volume_share",
                    help: "The share of the vehicle's volume that is used."
                ),
                .init(
                    "weight_fill",
                    .number,
                    sql: "f.weight_share",
                    help: "The share of the vehicle's payload that is used."
                ),
                .init("status", .text, sql: "b.status", help: "The booking's status now."),
            ]
        ),
    ]

    /// The beacons that a person may open.
    static let presets = [
        IntentPreset(
            "logistics.on-time",
            domain: "logistics",
            outcome: "Orders arrive on the day asked for",
            predicate: "share(logistics.orders, on_time = true) over 7d >= 0.95",
            priority: .high,
            serves: ("reliable-delivery", "Customers can rely on us")
        ),
        IntentPreset(
            "logistics.orders-booked",
            domain: "logistics",
            outcome: "Orders that come in get a vehicle",
            predicate: "share(logistics.orders-placed, status != failed where status in "
                + "(booked, dispatched, delivered, failed)) over 7d >= 0.95",
            serves: ("reliable-delivery", "Customers can rely on us")
        ),
        IntentPreset(
            "logistics.vehicle-fill",
            domain: "logistics",
            outcome: "Vehicles are booked well filled",
            predicate: "avg(logistics.bookings, fill) over 7d >= 0.5",
            serves: ("lean-transport", "Transport costs and emits little")
        ),
    ]

    /// What it can do: try failed orders again while there is time.
    ///
    /// Vehicles that were taken, or away, when an order failed may be free by now. A vehicle's fill is
    /// bettered by nothing that exists yet, so for that a person is called.
    static let remediations = [
        Remediation(
            "logistics.recover-orders",
            purpose: "Tries failed orders again that are not due yet.",
            helps: ["logistics.orders-placed"],
            workflow: workflow,
            judgeAfter: .seconds(300),
            cooldown: .seconds(300)
        ) { predicate, measured, scope, now, reader in
            let measure = predicate.measure
            guard measure.conditions.contains(where: { $0.field == "status" }) else { return nil }
            return try forecast(scope, now, reader) { count in
                switch measure.function {
                case .share: Double(count) / max(1, measured.total ?? 1)
                case .count: Double(count)
                default: 0
                }
            }
        },
        Remediation(
            "logistics.rescue-due-orders",
            purpose:
                "Tries failed orders again that would be late otherwise; judged after a day, when "
                + "they can have arrived.",
            helps: ["logistics.orders"],
            workflow: workflow,
            judgeAfter: .seconds(86_400),
            cooldown: .seconds(3_600)
        ) { predicate, measured, scope, now, reader in
            guard predicate.measure.conditions.contains(where: { $0.field == "on_time" }) else {
                return nil
            }
            return try forecast(scope, now, reader) { count in
                Double(count) / ((measured.total ?? 0) + Double(count))
            }
        },
    ]

    private static let workflow = "logistics.recover-orders"

    private static func forecast(
        _ scope: Scope,
        _ now: Timestamp,
        _ reader: any Reader,
        effect: (Int) -> Double
    ) throws -> Remediation.Forecast? {
        let found = try RecoverableOrder.all(scope: scope, at: now, in: reader)
            .filter(\.isWorthTrying)
        guard !found.isEmpty else { return nil }
        return Remediation.Forecast(
            effect: effect(found.count),
            rationale:
                "\(found.count) failed orders are not due yet and can be tried again, the first "
                + "of them due at \(found[0].due)",
            subjects: found.map { OrderView.subject($0.order.id) }
        )
    }

    /// The workflow that a remediation starts.
    static func recovery() throws -> Workflow {
        try Workflow(
            name: workflow,
            agent: agent.name,
            source: JSON(parsing: PackageResources.recover_orders_asl_json)
        )
    }

    /// Who decides which orders are tried again.
    static let agent = Agent(
        name: "logistics.recovery",
        purpose: "Tries failed orders again while they can still arrive in time.",
        tools: ["logistics.list-recoverable-orders", "logistics.retry-failed-order"],
        policy: RecoveryPolicy()
    )
}

/// A failed order that is not due yet.
struct RecoverableOrder {
    /// An order is tried again by itself so often.
    static let mostTries = 2
    /// How many are tried at once, those due first.
    static let most = 20
    /// How many failed orders are looked through for them: an order that was tried often enough stands in
    /// no other's way.
    static let mostLookedAt = 1_000

    var order: Order
    var due: Timestamp
    /// How often it was tried again by the recovery agent.
    var tries: Int

    var isWorthTrying: Bool { tries < Self.mostTries }

    /// The orders due first: ``most`` that are worth trying, and as many that are not.
    static func all(
        scope: Scope,
        at now: Timestamp,
        in reader: any Reader
    ) throws -> [RecoverableOrder] {
        var all: [RecoverableOrder] = []
        var (worth, hopeless, seen, limit) = (0, 0, 0, most)
        while true {
            let found = try OrderPromises(scope: scope).recoverable(
                at: now,
                limit: limit,
                in: reader
            )
            for entry in found.dropFirst(seen) {
                let order = try RecoverableOrder(entry.id, due: entry.due, scope, in: reader)
                if order.isWorthTrying { worth += 1 } else { hopeless += 1 }
                if order.isWorthTrying || hopeless <= most { all.append(order) }
                if worth == most { return all }
            }
            guard found.count == limit, limit < mostLookedAt else { return all }
            seen = found.count
            limit = min(mostLookedAt, limit * 4)
        }
    }

    private init(
        _ id: ID<Order>,
        due: Timestamp,
        _ scope: Scope,
        in reader: any Reader
    ) throws {
        order = try Orders(scope: scope).order(id, in: reader)
        self.due = due
        tries = order.history.count {
            $0.from == .failed && $0.to == .received
                && $0.actor.name == LogisticsIntents.agent.name
        }
    }
}
