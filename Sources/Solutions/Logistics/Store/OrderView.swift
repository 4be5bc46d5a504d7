import Agents
import Core
import Store
import Workflows

/// What people see of orders: records put together with bookings, layout, decisions and runs.
struct OrderView {
    let scope: Scope

    private var fleet: Fleet { Fleet(scope: scope) }
    private var bookings: Bookings { Bookings(scope: scope) }

    static func subject(_ order: ID<Order>) -> String { "order:\(order)" }
    static func layoutKey(_ order: ID<Order>) -> String { "order-\(order).json" }

    func summary(_ order: Order, in reader: any Reader) throws -> JSON {
        let active = try bookings.bookings(of: order.id, in: reader).filter(\.status.holdsVehicle)
        return order.summary(
            customer: try fleet.customer(order.customer, in: reader),
            price: try total(of: active),
            vehicle: try names(of: active, in: reader)
        )
    }

    func detail(_ order: Order, journal: AgentJournal, in reader: any Reader) throws -> JSON {
        let all = try bookings.bookings(of: order.id, in: reader)
        let active = all.filter(\.status.holdsVehicle)
        var json = order.detail(
            customer: try fleet.customer(order.customer, in: reader),
            depot: try fleet.depot(order.depot, in: reader),
            price: try total(of: active),
            vehicle: try names(of: active, in: reader)
        )
        json["bookings"] = .array(
            try all.map { $0.json(vehicle: try fleet.vehicle($0.vehicle, in: reader)) }
        )
        let subject = Self.subject(order.id)
        json["execution"] =
            try ExecutionTables().list(subject: subject, limit: 1, scope: scope, in: reader).first
            ?? .null
        json["decisions"] = .array(
            try journal.decisions(about: subject, scope: scope, in: reader).map { decision in
                [
                    "id": decision.id.json, "agent": .string(decision.agent),
                    "at": decision.at.json, "choice": decision.body["choice"] ?? .null,
                    "confidence": decision.body["confidence"] ?? .null,
                ]
            }
        )
        json["layout"] =
            try SavedLayout.summary(key: Self.layoutKey(order.id), scope: scope, in: reader)
            ?? .null
        return json
    }

    private func total(of bookings: [Booking]) throws -> Money? {
        guard let first = bookings.first else { return nil }
        return try Money.sum(bookings.map(\.price), currency: first.price.currency)
    }

    private func names(of bookings: [Booking], in reader: any Reader) throws -> String? {
        guard !bookings.isEmpty else { return nil }
        return try bookings.map { try fleet.vehicle($0.vehicle, in: reader).name }
            .joined(separator: ", ")
    }
}
