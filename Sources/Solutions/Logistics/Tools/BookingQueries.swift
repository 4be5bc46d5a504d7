import Agents
import Core
import Platform
import Store

extension LogisticsTools {
    func listBookings() throws -> Tool {
        try Tool(
            name: "logistics.list-bookings",
            purpose: "Lists bookings, newest first, by status, day, vehicle and order.",
            input: Self.object(
                [
                    ("status", Self.text), ("vehicleId", Self.id), ("orderId", Self.id),
                    ("from", Self.date), ("to", Self.date),
                ] + ListQuery.properties(sort: Bookings.columns.map(\.name))
            ),
            output: Shape.page(of: LogisticsShapes.booking),
            roles: Self.readers,
            body: .read { input, invocation, reader in
                let query = try ListQuery(
                    reading: input,
                    columns: Bookings.columns,
                    standard: "-createdAt",
                    key: .init("id", "id")
                )
                let page = try Bookings(scope: invocation.scope).list(
                    try BookingFilter(reading: input),
                    query,
                    in: reader
                )
                let fleet = Fleet(scope: invocation.scope)
                return [
                    "items": .array(
                        try page.items.map {
                            $0.json(vehicle: try fleet.vehicle($0.vehicle, in: reader))
                        }
                    ), "nextCursor": page.next,
                ]
            }
        )
    }
}
