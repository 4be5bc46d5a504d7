import Agents
import Core
import Objects
import Platform
import Store
import Workflows

extension LogisticsTools {
    func orderQueries() throws -> [Tool] {
        [try listOrders(), try getOrder(), try getLayout(), try fetchOrder()]
    }

    private func listOrders() throws -> Tool {
        try Tool(
            name: "logistics.list-orders",
            purpose: "Lists orders, newest first, by status, text, customer and requested date.",
            input: Self.object(
                [
                    ("status", Self.text), ("q", Self.text), ("customerId", Self.id),
                    ("from", Self.date), ("to", Self.date),
                ] + ListQuery.properties(sort: Orders.columns.map(\.name))
            ),
            output: Shape.page(of: LogisticsShapes.orderSummary, and: [LogisticsShapes.counts]),
            roles: Self.readers,
            body: .read { input, invocation, reader in
                let scope = invocation.scope
                let query = try ListQuery(
                    reading: input,
                    columns: Orders.columns,
                    standard: "-createdAt",
                    key: .init("id", "id")
                )
                let page = try Orders(scope: scope).list(
                    try OrderFilter(reading: input),
                    query,
                    in: reader
                )
                let view = OrderView(scope: scope)
                let counts = try Orders(scope: scope).counts(in: reader)
                return [
                    "items": .array(try page.items.map { try view.summary($0, in: reader) }),
                    "nextCursor": page.next,
                    "counts": .object(
                        JSONObject(
                            OrderStatus.allCases.map { ($0.rawValue, .int(counts[$0] ?? 0)) }
                        )
                    ),
                ]
            }
        )
    }

    private func getOrder() throws -> Tool {
        try Tool(
            name: "logistics.get-order",
            purpose:
                "Shows an order with its history, bookings and layout; on request its run and decisions.",
            input: Self.object(
                [("id", Self.text), ("include", ["type": "string", "maxLength": 100])],
                required: ["id"]
            ),
            output: LogisticsShapes.order,
            roles: Self.readers,
            body: .document { [kernel] input, invocation, reader in
                let scope = invocation.scope
                let id = try Self.orderID(input.member("id"))
                let text = try Orders(scope: scope).text(id, in: reader)
                guard let wanted = try input.optional("include") else { return text }
                return try Self.including(wanted, in: text) { name, out in
                    let subject = OrderView.subject(id)
                    switch name {
                    case .execution:
                        try ExecutionTables().writeLatest(
                            about: subject,
                            scope: scope,
                            in: reader,
                            to: &out
                        )
                    case .decisions:
                        try kernel.journal.writeDecisions(
                            about: subject,
                            scope: scope,
                            in: reader,
                            to: &out
                        )
                    }
                }
            }
        )
    }

    /// What an order is shown with when it is asked for.
    private enum Inclusion: String, CaseIterable {
        case execution
        case decisions

        var key: StaticString {
            switch self {
            case .execution: "execution"
            case .decisions: "decisions"
            }
        }
    }

    /// Adds the members that the comma-separated list `wanted` names.
    private static func including(
        _ wanted: JSONReader,
        in text: JSONText,
        write: (Inclusion, inout JSONTextWriter) throws -> Void
    ) throws -> JSONText {
        let words = try wanted.string().split(separator: ",")
        let known = Inclusion.allCases
        if let word = words.first(where: { Inclusion(rawValue: String($0)) == nil }) {
            throw wanted.fault(
                "\"\(word)\" cannot be included; "
                    + known.map(\.rawValue).joined(separator: " and ") + " can"
            )
        }
        var out = JSONTextWriter(capacity: text.bytes.count + 4_096)
        out.beginObject()
        out.members(of: text.bytes.span)
        for one in known where words.contains(where: { $0 == one.rawValue }) {
            out.key(one.key)
            try write(one, &out)
        }
        out.endObject()
        return out.finish()
    }

    /// The id in a path; anything else is an order that does not exist.
    static func orderID(_ reader: JSONReader) throws -> ID<Order> {
        guard let id = ID<Order>(try reader.string()) else {
            throw GeneralFault(
                .notFound,
                code: "order-not-found",
                "there is no order \(reader.value)"
            )
        }
        return id
    }

    private func getLayout() throws -> Tool {
        try Tool(
            name: "logistics.get-layout",
            purpose: "Shows where every box of an order stands in the booked vehicles.",
            input: Self.object([("id", Self.text)], required: ["id"]),
            output: LayoutShapes.layout,
            roles: Self.readers.union(Self.loaders),
            body: .compute { [self] input, invocation in
                let scope = invocation.scope
                let id = try Self.orderID(input.member("id"))
                let (order, loads, lines) = try await kernel.database.read { reader in
                    let order = try Orders(scope: scope).order(id, in: reader)
                    let loads = try SavedLayout.booked(id, scope: scope, in: reader)
                    return (
                        order, loads, try TripLines.of(order, loads, scope: scope, in: reader)
                    )
                }
                let (document, version) = try await layout(of: id, scope)
                return SavedLayout.shown(
                    document,
                    of: order,
                    lines: lines,
                    version: version,
                    loads: loads
                )
            }
        )
    }

    /// The newest layout document of an order with its version; of one that shares a vehicle, the trip's.
    func layout(of order: ID<Order>, _ scope: Scope) async throws -> (document: JSON, version: Int)
    {
        let trip = try await kernel.database.read { reader in
            try Bookings(scope: scope).bookings(of: order, in: reader)
                .first(where: \.status.holdsVehicle)?.trip
        }
        if let trip { return try await tripLayout(of: trip, scope) }
        let object = try await kernel.objects.read(
            ObjectKey(OrderView.layoutKey(order)),
            version: nil,
            scope: scope
        )
        return (try JSON(parsing: object.bytes), object.version.version)
    }

    private func fetchOrder() throws -> Tool {
        try Tool(
            name: "logistics.fetch-order",
            purpose: "Gives an agent the order it is to work on.",
            input: Self.object([("orderId", Self.id)], required: ["orderId"]),
            output: LogisticsShapes.orderForAgents,
            body: .read { input, invocation, reader in
                let scope = invocation.scope
                let order = try Orders(scope: scope).order(input.member("orderId").id(), in: reader)
                let fleet = Fleet(scope: scope)
                var json = order.detail(
                    customer: try fleet.customer(order.customer, in: reader),
                    depot: try fleet.depot(order.depot, in: reader)
                )
                for key in ["bookings", "layout", "history"] {
                    json[key] = nil
                }
                return json
            }
        )
    }
}
