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
        var rows = RowFilter("organisation = ?", [.id(scope.organisation)])
        rows.add("status", in: filter.statuses.map { .text($0.rawValue) })
        for (column, value) in filter.equal {
            rows.add("\(column) = ?", value)
        }
        rows.add("date >= ?", ifAny: filter.from.map { .date($0) } ?? .null)
        rows.add("date <= ?", ifAny: filter.to.map { .date($0) } ?? .null)
        return try query.page("body", count: 1, of: "logistics_booking", where: rows, in: reader) {
            try Booking(record: try $0.json(0))
        }
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
