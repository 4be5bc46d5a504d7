import Agents
import Core
import Store
import Workflows

/// Everything about one order as JSON text, put together from stored texts.
///
/// It is what is asked for most, so nothing is parsed that is only passed on.
struct OrderDocument {
    let scope: Scope
    let journal: AgentJournal

    private static let head = """
        SELECT o.body, c.body, l.version, l.body FROM logistics_order o
        JOIN logistics_customer c ON c.organisation = o.organisation AND c.id = o.customer
        LEFT JOIN logistics_layout l ON l.organisation = o.organisation AND l.key = ?
        WHERE o.organisation = ? AND o.id = ?
        """

    /// The text of an order.
    ///
    /// - Throws: `order-not-found`; `StoreError`.
    func text(of id: ID<Order>, in reader: any Reader) throws -> JSONText {
        var out = JSONTextWriter(capacity: 8_192)
        out.beginObject()
        let layout = OrderView.layoutKey(id)
        var depot: String?
        try reader.forEach(Self.head, [.text(layout), .id(scope.organisation), .id(id)]) { row in
            try row.withText(0) { depot = try Self.writeOrder($0, to: &out) }
            try row.withText(1) { Self.writeContact($0, to: &out) }
            try Self.writeLayout(layout, row, to: &out)
        }
        guard let depot else {
            throw GeneralFault(.notFound, code: "order-not-found", "there is no order \(id)")
        }
        try writePickup(depot, in: reader, to: &out)
        try writeBookings(of: id, in: reader, to: &out)
        let subject = OrderView.subject(id)
        out.key("execution")
        try ExecutionTables().writeLatest(about: subject, scope: scope, in: reader, to: &out)
        out.key("decisions")
        try journal.writeDecisions(about: subject, scope: scope, in: reader, to: &out)
        out.endObject()
        return out.finish()
    }

    /// Writes the order's own members and answers its depot's id.
    private static func writeOrder(
        _ record: Span<UInt8>,
        to out: inout JSONTextWriter
    ) throws -> String {
        guard JSONText.member("itemCount", of: record) != nil,
            let depot = JSONText.member("depotId", of: record)
        else {
            // Records of the first versions lack the totals.
            let old = record.withUnsafeBufferPointer(Array.init)
            let order = try Order(record: try JSONText(trusted: old).value())
            out.members(of: order.record.bytes().span)
            return order.depot.description
        }
        out.members(of: record)
        return record.extracting(depot.lowerBound + 1..<depot.upperBound - 1)
            .withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    private static func writeContact(_ customer: Span<UInt8>, to out: inout JSONTextWriter) {
        out.key("customer")
        out.beginObject()
        for key in ["id", "name", "email", "phone"] as [StaticString] {
            out.key(key)
            out.text(member: key, of: customer)
        }
        out.endObject()
    }

    private static func writeLayout(
        _ key: String,
        _ row: any Row,
        to out: inout JSONTextWriter
    ) throws {
        out.key("layout")
        guard !row.isNull(2) else { return out.value(.null) }
        out.beginObject()
        try row.withText(3) { out.members(of: $0) }
        out.key("key")
        out.string(key)
        out.key("version")
        out.value(.int(try row.int(2)))
        out.endObject()
    }

    private func writePickup(
        _ depot: String,
        in reader: any Reader,
        to out: inout JSONTextWriter
    ) throws {
        out.key("pickup")
        out.beginObject()
        out.key("depotId")
        out.string(depot)
        try reader.forEach(
            "SELECT body FROM logistics_depot WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .text(depot)]
        ) { row in
            try row.withText(0) { body in
                out.key("name")
                out.text(member: "name", of: body)
                out.key("city")
                if let address = JSONText.member("address", of: body) {
                    out.text(member: "city", of: body.extracting(address))
                } else {
                    out.value(.null)
                }
            }
        }
        out.endObject()
    }

    /// Writes the bookings, and what those that hold a vehicle cost together.
    private func writeBookings(
        of id: ID<Order>,
        in reader: any Reader,
        to out: inout JSONTextWriter
    ) throws {
        var prices: [Money] = []
        var vehicles: [String] = []
        out.key("bookings")
        out.beginArray()
        try reader.forEach(
            """
            SELECT b.status, b.body, v.id, v.name, v.body FROM logistics_booking b
            JOIN logistics_vehicle v ON v.organisation = b.organisation AND v.id = b.vehicle
            WHERE b.organisation = ? AND b.order_id = ? ORDER BY b.created_at, b.id
            """,
            [.id(scope.organisation), .id(id)]
        ) { row in
            out.beginObject()
            try row.withText(1) { body in
                out.members(of: body)
                guard BookingStatus(rawValue: try row.text(0))?.holdsVehicle == true,
                    let price = JSONText.member("price", of: body)
                else { return }
                let text = body.extracting(price).withUnsafeBufferPointer(Array.init)
                prices.append(
                    try Money(reading: JSONReader(try JSONText(trusted: text).value()))
                )
                vehicles.append(try row.text(3))
            }
            out.key("vehicle")
            out.beginObject()
            out.key("id")
            try row.withText(2) { out.string($0) }
            out.key("name")
            try row.withText(3) { out.string($0) }
            out.key("class")
            try row.withText(4) { out.text(member: "class", of: $0) }
            out.endObject()
            out.endObject()
        }
        out.endArray()
        out.key("price")
        out.value(
            try prices.first.map { try Money.sum(prices, currency: $0.currency).json } ?? .null
        )
        out.key("vehicle")
        out.value(vehicles.isEmpty ? .null : .string(vehicles.joined(separator: ", ")))
    }
}
