import Agents
import Core
import Platform
import Store

extension LogisticsTools {
    func fleetQueries() throws -> [Tool] {
        [
            try listVehicles(), try listAvailable(), try listCustomers(), try getCustomer(),
            try listDepots(),
        ]
    }

    private func listVehicles() throws -> Tool {
        try Tool(
            name: "logistics.list-vehicles",
            purpose: "Lists all vehicles and whether each is free today, or on a date.",
            input: Self.object([("date", Self.date)] + ListQuery.properties(sort: ["name"])),
            output: Self.vehiclePage,
            roles: Self.readers,
            body: .read { [self] input, invocation, reader in
                let date = try input.optional("date")?.date() ?? today(invocation)
                return try vehicles(input, on: date, onlyFree: false, invocation.scope, in: reader)
            }
        )
    }

    private func listAvailable() throws -> Tool {
        try Tool(
            name: "logistics.list-available-vehicles",
            purpose: "Lists the vehicles that nobody has booked on a date.",
            input: Self.object(
                [("date", Self.date)] + ListQuery.properties(sort: ["name"]),
                required: ["date"]
            ),
            output: Self.vehiclePage,
            roles: Self.readers,
            body: .read { [self] input, invocation, reader in
                let date = try input.member("date").date()
                return try vehicles(input, on: date, onlyFree: true, invocation.scope, in: reader)
            }
        )
    }

    private static let vehiclePage = Shape.page(
        of: LogisticsShapes.vehicle,
        and: [("date", Shape.date)]
    )

    private func vehicles(
        _ input: JSONReader,
        on date: CalendarDate,
        onlyFree: Bool,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> JSON {
        let fleet = Fleet(scope: scope)
        let depots = Dictionary(
            uniqueKeysWithValues: try fleet.depots(in: reader).map { ($0.id, $0) }
        )
        let free = Set(try fleet.available(on: date, in: reader).map(\.id))
        let page = try ListQuery.page(
            fleet.vehicles(in: reader).filter { !onlyFree || free.contains($0.id) },
            reading: input
        ) { "\($0.name) \($0.id)" }
        let items = page.items.compactMap { vehicle -> JSON? in
            depots[vehicle.depot].map {
                vehicle.json(depot: $0, available: free.contains(vehicle.id))
            }
        }
        return [
            "date": .string(date.description), "items": .array(items), "nextCursor": page.next,
        ]
    }

    private func listCustomers() throws -> Tool {
        try Tool(
            name: "logistics.list-customers",
            purpose: "Lists customers by name, e-mail or city.",
            input: Self.object([("q", Self.text)] + ListQuery.properties(sort: ["name"])),
            output: Shape.page(of: LogisticsShapes.customer),
            roles: Self.readers,
            body: .read { input, invocation, reader in
                let query = try ListQuery(
                    reading: input,
                    columns: [.init("name", "name")],
                    standard: "name",
                    key: .init("id", "id"),
                    limit: ListQuery.largest
                )
                let page = try Fleet(scope: invocation.scope).customers(
                    matching: input.optional("q")?.string(),
                    query,
                    in: reader
                )
                return ["items": .array(page.items.map(\.json)), "nextCursor": page.next]
            }
        )
    }

    private func getCustomer() throws -> Tool {
        try Tool(
            name: "logistics.get-customer",
            purpose: "Shows a customer.",
            input: Self.object([("id", Self.text)], required: ["id"]),
            output: LogisticsShapes.customer,
            roles: Self.readers,
            body: .read { input, invocation, reader in
                guard let id = ID<Customer>(try input.member("id").string()) else {
                    throw GeneralFault(
                        .notFound,
                        code: "customer-not-found",
                        "there is no customer \(input.value["id"] ?? .null)"
                    )
                }
                return try Fleet(scope: invocation.scope).customer(id, in: reader).json
            }
        )
    }

    private func listDepots() throws -> Tool {
        try Tool(
            name: "logistics.list-depots",
            purpose: "Lists the depots.",
            input: Self.object(ListQuery.properties(sort: ["name"])),
            output: Shape.page(of: LogisticsShapes.depot),
            roles: Self.readers,
            body: .read { input, invocation, reader in
                let page = try ListQuery.page(
                    Fleet(scope: invocation.scope).depots(in: reader),
                    reading: input
                ) { "\($0.name) \($0.id)" }
                return ["items": .array(page.items.map(\.json)), "nextCursor": page.next]
            }
        )
    }

    func metricsTool() throws -> Tool {
        try Tool(
            name: "logistics.metrics",
            purpose: "Sums up orders by status, use of booked vehicles and cost per order.",
            input: Self.object([]),
            output: LogisticsShapes.metrics,
            roles: Self.readers,
            body: .read { [kernel] _, invocation, reader in
                let scope = invocation.scope
                let counts = try Orders(scope: scope).counts(in: reader)
                let bookings = try reader.query(
                    "SELECT body FROM logistics_booking WHERE organisation = ? AND status <> 'released'",
                    [.id(scope.organisation)]
                ) { try Booking(record: try $0.json(0)) }
                let layouts = try reader.query(
                    "SELECT body FROM logistics_layout WHERE organisation = ?",
                    [.id(scope.organisation)]
                ) { try $0.json(0) }
                func mean(_ key: String) -> JSON {
                    let values = layouts.compactMap { $0[key]?.double }
                    return values.isEmpty
                        ? .null : .double(values.reduce(0, +) / Double(values.count))
                }
                let orders = Set(bookings.map(\.order)).count
                var cost: JSON = .null
                if let first = bookings.first, orders > 0 {
                    let sum = try Money.sum(
                        bookings.map(\.price),
                        currency: first.price.currency
                    )
                    cost = try sum.scaled(by: 1, over: Int64(orders)).json
                }
                return [
                    "orders": .object(
                        JSONObject(
                            OrderStatus.allCases.map { ($0.rawValue, .int(counts[$0] ?? 0)) }
                        )
                    ),
                    "bookedVolumeUtilisation": mean("volumeUtilisation"),
                    "bookedWeightUtilisation": mean("weightUtilisation"), "costPerOrder": cost,
                    "agents": .array(
                        try LogisticsAgents.names.map { name in
                            let seen = try kernel.journal.activity(
                                of: name,
                                scope: scope,
                                in: reader
                            )
                            return [
                                "name": .string(name), "invocations": .int(seen.invocations),
                                "p50Micros": .int(seen.p50Micros),
                                "p99Micros": .int(seen.p99Micros),
                            ]
                        }
                    ),
                ]
            }
        )
    }
}
