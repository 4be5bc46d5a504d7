import Core
import Store

extension Bookings {
    /// What a list can be sorted by.
    static let columns: [ListQuery.Column] = [
        .init("createdAt", "created_at", isNumber: true), .init("date", "date"),
        .init("status", "status"),
    ]

    /// One page of a list, and the cursor of the next.
    func list(
        _ filter: BookingFilter,
        _ query: ListQuery,
        in reader: any Reader
    ) throws -> (items: [Booking], next: JSON) {
        var sql = "SELECT body\(query.columns) FROM logistics_booking WHERE organisation = ?"
        var parameters: [SQLValue] = [.id(scope.organisation)]
        if !filter.statuses.isEmpty {
            sql += " AND status IN (\(filter.statuses.map { _ in "?" }.joined(separator: ", ")))"
            parameters += filter.statuses.map { .text($0.rawValue) }
        }
        for (column, value) in filter.equal {
            sql += " AND \(column) = ?"
            parameters.append(value)
        }
        if let from = filter.from {
            sql += " AND date >= ?"
            parameters.append(.date(from))
        }
        if let to = filter.to {
            sql += " AND date <= ?"
            parameters.append(.date(to))
        }
        let rows = try reader.query(
            sql + query.condition + query.ending,
            parameters + query.parameters
        ) { row in
            (value: try Booking(record: try row.json(0)), place: try query.place(in: row, from: 1))
        }
        return query.page(rows)
    }
}

/// Which bookings a list shows.
struct BookingFilter {
    var statuses: [BookingStatus] = []
    /// Columns and the values they must have.
    var equal: [(column: String, value: SQLValue)] = []
    var from: CalendarDate?
    var to: CalendarDate?

    init(reading reader: JSONReader) throws(GeneralFault) {
        statuses = try reader.optional("status").map(BookingStatus.list) ?? []
        if let vehicle = try reader.optional("vehicleId") {
            equal.append(("vehicle", .id(try vehicle.id(Vehicle.self))))
        }
        if let order = try reader.optional("orderId") {
            equal.append(("order_id", .id(try order.id(Order.self))))
        }
        from = try reader.optional("from")?.date()
        to = try reader.optional("to")?.date()
    }
}
