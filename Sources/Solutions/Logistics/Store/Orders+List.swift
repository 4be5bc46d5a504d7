import Core
import Store

extension Orders {
    /// What a list can be sorted by.
    static let columns: [ListQuery.Column] = [
        .init("createdAt", "created_at", isNumber: true),
        .init("requestedDate", "requested_date"), .init("reference", "reference"),
        .init("status", "status"),
    ]

    /// One page of a list, and the cursor of the next.
    func list(
        _ filter: OrderFilter,
        _ query: ListQuery,
        in reader: any Reader
    ) throws -> (items: [Order], next: JSON) {
        var sql = "SELECT body\(query.columns) FROM logistics_order WHERE organisation = ?"
        var parameters: [SQLValue] = [.id(scope.organisation)]
        if !filter.statuses.isEmpty {
            sql += " AND status IN (\(filter.statuses.map { _ in "?" }.joined(separator: ", ")))"
            parameters += filter.statuses.map { .text($0.rawValue) }
        }
        if let customer = filter.customer {
            sql += " AND customer = ?"
            parameters.append(.id(customer))
        }
        if let text = filter.text, !text.isEmpty {
            sql += " AND search LIKE ?"
            parameters.append(.text("%" + SearchText.escaped(text) + "%"))
        }
        if let from = filter.from {
            sql += " AND requested_date >= ?"
            parameters.append(.date(from))
        }
        if let to = filter.to {
            sql += " AND requested_date <= ?"
            parameters.append(.date(to))
        }
        let rows = try reader.query(
            sql + query.condition + query.ending,
            parameters + query.parameters
        ) { row in
            (value: try Order(record: try row.json(0)), place: try query.place(in: row, from: 1))
        }
        return query.page(rows)
    }
}

/// Which orders a list shows.
struct OrderFilter {
    var statuses: [OrderStatus] = []
    var customer: ID<Customer>?
    var text: String?
    var from: CalendarDate?
    var to: CalendarDate?

    init(reading reader: JSONReader) throws(GeneralFault) {
        statuses = try reader.optional("status").map(OrderStatus.list) ?? []
        customer = try reader.optional("customerId")?.id()
        text = try reader.optional("q")?.string(length: 0...200)
        from = try reader.optional("from")?.date()
        to = try reader.optional("to")?.date()
    }
}

extension Lifecycle {
    /// Reads statuses that are separated by commas.
    static func list(_ reader: JSONReader) throws(GeneralFault) -> [Self] {
        var statuses: [Self] = []
        for word in try reader.string().split(separator: ",") {
            guard let status = Self(rawValue: String(word)) else {
                let known = allCases.map(\.rawValue).joined(separator: ", ")
                throw reader.fault("\"\(word.prefix(60))\" is no status; known are \(known)")
            }
            statuses.append(status)
        }
        return statuses
    }
}
