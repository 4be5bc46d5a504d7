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
        var rows = RowFilter("organisation = ?", [.id(scope.organisation)])
        rows.add("status", in: filter.statuses.map { .text($0.rawValue) })
        rows.add("customer = ?", ifAny: .id(filter.customer))
        if let text = filter.text, !text.isEmpty {
            rows.add("search LIKE ? ESCAPE '!'", .text("%" + SearchText.escaped(text) + "%"))
        }
        rows.add("requested_date >= ?", ifAny: filter.from.map { .date($0) } ?? .null)
        rows.add("requested_date <= ?", ifAny: filter.to.map { .date($0) } ?? .null)
        return try query.page("body", count: 1, of: "logistics_order", where: rows, in: reader) {
            try Order(record: try $0.json(0))
        }
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
