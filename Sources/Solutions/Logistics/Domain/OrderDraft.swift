public import Core

/// What a client sends to place an order.
public struct OrderDraft: Sendable, Hashable {
    /// How many lines an order may have.
    public static let itemLimit = 500
    /// How many pieces an order may have.
    public static let pieceLimit = 20_000

    /// Who orders.
    public var customer: ID<Customer>
    /// The client's own reference; nil when one is to be given.
    public var reference: String?
    /// The day on which transport is wanted.
    public var requestedDate: CalendarDate
    /// Where the goods are fetched.
    public var depot: ID<Depot>
    /// The stops in order; nil for the customer's own address.
    public var deliveries: [Delivery]?
    /// Anything people should know; nil when nothing was said.
    public var notes: String?
    /// The lines.
    public var items: [OrderItem]

    /// A draft.
    public init(
        customer: ID<Customer>,
        reference: String? = nil,
        requestedDate: CalendarDate,
        depot: ID<Depot>,
        deliveries: [Delivery]? = nil,
        notes: String? = nil,
        items: [OrderItem]
    ) {
        self.customer = customer
        self.reference = reference
        self.requestedDate = requestedDate
        self.depot = depot
        self.deliveries = deliveries
        self.notes = notes
        self.items = items
    }

    /// Reads the body of `POST /api/orders`; the requested date may not lie before `today`.
    ///
    /// Unknown fields are refused with the nearest name; stops must be numbered 1, 2, 3 … and every
    /// stop must have goods. A delivery whose stop is not given stands alone as stop 1.
    public init(reading reader: JSONReader, today: CalendarDate) throws(GeneralFault) {
        try reader.onlyKeys([
            "customerId", "reference", "requestedDate", "pickup", "deliveries", "notes", "items",
        ])
        customer = try reader.member("customerId").id()
        reference = try reader.optional("reference")?.text(1...60)
        requestedDate = try reader.member("requestedDate").date(onOrAfter: today)
        let pickup = try reader.member("pickup")
        try pickup.onlyKeys(["depotId"])
        depot = try pickup.member("depotId").id()
        notes = try reader.optional("notes")?.text(0...2_000, lines: true)
        let lines = try reader.member("items")
        items = try Self.items(in: lines)
        deliveries = try reader.optional("deliveries").map {
            list throws(GeneralFault) in try Self.deliveries(in: list)
        }
        try Self.checkStops(items: items, deliveries: deliveries, in: reader)
    }

    /// Reads the lines and bounds the number of pieces.
    static func items(in reader: JSONReader) throws(GeneralFault) -> [OrderItem] {
        var items: [OrderItem] = []
        var pieces = 0
        for (index, element) in try reader.array(count: 1...itemLimit).enumerated() {
            let item = try OrderItem(reading: element, number: index + 1)
            pieces += item.quantity
            items.append(item)
        }
        guard pieces <= pieceLimit else {
            throw reader.fault(
                "an order has at most \(pieceLimit) pieces, this one has \(pieces)",
                code: "too-many-pieces"
            )
        }
        return items
    }

    /// Reads the stops, which may come in any sequence but are numbered 1, 2, 3 … without a gap.
    static func deliveries(in reader: JSONReader) throws(GeneralFault) -> [Delivery] {
        let elements = try reader.array(count: 1...Delivery.limit)
        var deliveries: [Delivery] = []
        for element in elements {
            let delivery = try Delivery(reading: element)
            let place = try element.member("stop")
            guard delivery.stop <= elements.count else {
                throw place.fault("stops are numbered from 1 to \(elements.count), without a gap")
            }
            guard !deliveries.contains(where: { $0.stop == delivery.stop }) else {
                throw place.fault("stop \(delivery.stop) is there twice")
            }
            deliveries.append(delivery)
        }
        return deliveries.sorted { $0.stop < $1.stop }
    }

    private static func checkStops(
        items: [OrderItem],
        deliveries: [Delivery]?,
        in reader: JSONReader
    ) throws(GeneralFault) {
        let count = deliveries?.count ?? 1
        for (index, item) in items.enumerated() where item.stop > count {
            throw GeneralFault(
                .invalid,
                code: "unknown-stop",
                deliveries == nil
                    ? "stop \(item.stop) needs \"deliveries\"; without them there is only stop 1"
                    : "there is no delivery for stop \(item.stop), only 1 to \(count)",
                pointer: "\(reader.pointer)/items/\(index)/stop"
            )
        }
        let used = Set(items.map(\.stop))
        if let idle = (1...count).first(where: { !used.contains($0) }) {
            throw GeneralFault(
                .invalid,
                code: "empty-stop",
                "nothing is delivered at stop \(idle); give an item that stop or leave it out",
                pointer: reader.pointer + (deliveries == nil ? "/items" : "/deliveries")
            )
        }
    }

    /// The draft as a client would send it.
    public var json: JSON {
        var json: JSON = [
            "customerId": customer.json,
            "requestedDate": .string(requestedDate.description),
            "pickup": ["depotId": depot.json],
            "items": .array(items.map(\.json)),
        ]
        if let reference { json["reference"] = .string(reference) }
        if let deliveries { json["deliveries"] = .array(deliveries.map(\.json)) }
        if let notes { json["notes"] = .string(notes) }
        return json
    }
}
