public import Core

/// A small invented company to try Weft with: depots, vehicles, customers and orders.
///
/// All ids are fixed, so that examples and tests can name them; everything is read by the same
/// readers that check what clients send.
public struct DemoData: Sendable {
    /// An order to place, under a fixed id.
    public struct PlacedOrder: Sendable, Hashable {
        /// The id it shall have.
        public var id: ID<Order>
        /// What is ordered.
        public var draft: OrderDraft
    }

    /// Three depots.
    public let depots: [Depot]
    /// Twelve vehicles, from a van to a mega trailer.
    public let vehicles: [Vehicle]
    /// Forty customers across Europe.
    public let customers: [Customer]
    /// Forty orders for the days after the start.
    public let orders: [PlacedOrder]

    /// Reads the embedded data; the orders are for the days after `today`.
    public static func load(today: CalendarDate) throws -> DemoData {
        try DemoData(reading: JSONReader(JSON(parsing: PackageResources.demo_json)), today: today)
    }

    init(reading reader: JSONReader, today: CalendarDate) throws(GeneralFault) {
        try reader.onlyKeys(["comment", "depots", "vehicles", "customers", "orders"])
        depots = try Self.list("depots", in: reader) { element throws(GeneralFault) in
            try Depot(reading: element)
        }
        vehicles = try Self.list("vehicles", in: reader) { element throws(GeneralFault) in
            try Vehicle(reading: element)
        }
        customers = try Self.list("customers", in: reader) { element throws(GeneralFault) in
            try Customer(reading: element)
        }
        orders = try Self.list("orders", in: reader) { element throws(GeneralFault) in
            let id = try element.member("id").id(Order.self)
            let days = try element.member("daysAhead").int(in: 0...365)
            var body = element.value
            body["id"] = nil
            body["daysAhead"] = nil
            body["requestedDate"] = .string(today.advanced(by: days).description)
            let draft = JSONReader(body, pointer: element.pointer)
            return PlacedOrder(id: id, draft: try OrderDraft(reading: draft, today: today))
        }
    }

    private static func list<Element>(
        _ key: String,
        in reader: JSONReader,
        _ read: (JSONReader) throws(GeneralFault) -> Element
    ) throws(GeneralFault) -> [Element] {
        var elements: [Element] = []
        for element in try reader.member(key).array() {
            elements.append(try read(element))
        }
        return elements
    }
}
