import Core
import Testing

@testable import Logistics

@Suite struct OrderReadingTests {
    /// A wrong value, the place it is reported at, and part of what is said.
    static let wrong: [(path: String, value: JSON?, pointer: String, says: String)] = [
        ("customerId", nil, "/customerId", "required"),
        ("customerId", "42", "/customerId", "UUID"),
        ("requestedDate", "2026-11-19", "/requestedDate", "in the past; today is 2026-11-20"),
        ("requestedDate", "2028-11-21", "/requestedDate", "the last day is 2028-11-20"),
        ("requestedDate", "2026-02-30", "/requestedDate", "a date like"),
        ("pickup/depotId", nil, "/pickup/depotId", "required"),
        ("pickup/depot", "x", "/pickup/depot", "did you mean \"depotId\""),
        ("item", [], "/item", "did you mean \"items\""),
        ("items", [], "/items", "1 to 500"),
        ("items", .array(Array(repeating: Sample.item, count: 501)), "/items", "1 to 500"),
        ("items/0/lengthMM", 5, "/items/0/lengthMM", "did you mean \"lengthMm\""),
        ("items/0/lengthMm", 0, "/items/0/lengthMm", "between 1 and 20000"),
        ("items/0/widthMm", 20_001, "/items/0/widthMm", "between 1 and 20000"),
        ("items/0/heightMm", 1.5, "/items/0/heightMm", "whole number"),
        ("items/0/weightGrams", 30_000_001, "/items/0/weightGrams", "between 1 and 30000000"),
        ("items/0/quantity", 10_001, "/items/0/quantity", "between 1 and 10000"),
        ("items/0/quantity", "4", "/items/0/quantity", "whole number"),
        ("items/0/name", "  ", "/items/0/name", "blank"),
        ("items/0/name", "a\u{7}", "/items/0/name", "control"),
        ("items/0/upright", [], "/items/0/upright", "1 to 3"),
        ("items/0/upright", ["height", "height"], "/items/0/upright/1", "twice"),
        ("items/0/upright", ["depth"], "/items/0/upright/0", "\"width\""),
        ("items/0/stop", 2, "/items/0/stop", "only stop 1"),
        ("items/0/id", "item-2", "/items/0/id", "item-1"),
        ("reference", .string(String(repeating: "x", count: 61)), "/reference", "1 to 60"),
        ("deliveries", [], "/deliveries", "1 to 50"),
    ]

    @Test("a wrong value is refused, with its place and what was expected", arguments: wrong)
    func refused(path: String, value: JSON?, pointer: String, says: String) throws {
        let fault = #expect(throws: GeneralFault.self) {
            try Sample.draft(Sample.order.with(path, value))
        }
        #expect(fault?.kind == .invalid)
        #expect(fault?.pointer == pointer)
        #expect(fault?.message.contains(says) == true, "\(fault?.message ?? "")")
    }

    static let addresses: [(String, JSON?)] = [
        ("latitude", 90.01), ("longitude", -180.5), ("country", "Germany"), ("country", "ZZ"),
        ("country", "de"), ("street", nil), ("zip", "1"),
    ]

    @Test("a wrong address is refused", arguments: addresses)
    func address(field: String, value: JSON?) {
        let fault = #expect(throws: GeneralFault.self) {
            try Address(reading: JSONReader(Sample.address.with(field, value)))
        }
        #expect(fault?.pointer == "/" + field)
    }

    @Test("no more than 20,000 pieces are taken")
    func pieces() throws {
        let half = Sample.item.with("quantity", 10_000)
        #expect(try Sample.draft(Sample.order.with("items", [half, half])).items.count == 2)
        let fault = #expect(throws: GeneralFault.self) {
            try Sample.draft(
                Sample.order.with("items", [half, half, Sample.item.with("quantity", 1)])
            )
        }
        #expect(fault?.code == "too-many-pieces")
        #expect(fault?.message.contains("20001") == true)
    }

    @Test("the first day is today and the last two years later")
    func dates() throws {
        for date in ["2026-11-20", "2028-11-20"] {
            let draft = try Sample.draft(Sample.order.with("requestedDate", .string(date)))
            #expect(draft.requestedDate.description == date)
        }
    }

    private func twoStops(_ stops: [Int], items: [Int]) -> JSON {
        Sample.order
            .with(
                "deliveries",
                .array(stops.map { ["stop": .int($0), "address": Sample.address] })
            )
            .with("items", .array(items.map { Sample.item.with("stop", .int($0)) }))
    }

    @Test("stops are sorted, and each has goods")
    func stops() throws {
        let draft = try Sample.draft(twoStops([2, 1], items: [1, 2, 1]))
        #expect(draft.deliveries?.map(\.stop) == [1, 2])
    }

    @Test(
        "stops that do not match the deliveries are refused",
        arguments: [
            ([1, 3], [1, 1], "/deliveries/1/stop", "from 1 to 2"),
            ([1, 1], [1, 1], "/deliveries/1/stop", "there twice"),
            ([1, 2], [1, 3], "/items/1/stop", "no delivery for stop 3"),
            ([1, 2], [1, 1], "/deliveries", "nothing is delivered at stop 2"),
        ]
    )
    func mismatch(stops: [Int], items: [Int], pointer: String, says: String) {
        let fault = #expect(throws: GeneralFault.self) {
            try Sample.draft(twoStops(stops, items: items))
        }
        #expect(fault?.pointer == pointer)
        #expect(fault?.message.contains(says) == true, "\(fault?.message ?? "")")
    }

    @Test("what is left out has its default")
    func defaults() throws {
        let item = try #require(try Sample.draft().items.first)
        #expect(item.id == "item-1")
        #expect(item.upright == [.height])
        #expect(item.maxLoadGrams == nil)
        #expect(!item.fragile)
        #expect(item.stop == 1)
        #expect(item.goodsClass == nil)
        #expect(item.priority == 0)
        #expect(try Sample.placed().deliveries.map(\.address) == [Sample.customer().address])
    }

    @Test("a class of goods and a priority are read, written, and handed to packing")
    func goods() throws {
        let json = Sample.order.with("items/0/goodsClass", "dangerous-6").with(
            "items/0/priority",
            9
        )
        let item = try #require(try Sample.draft(json).items.first)
        #expect(item.goodsClass == "dangerous-6")
        #expect(item.priority == 9)
        #expect(try OrderItem(reading: JSONReader(item.json), number: 1) == item)
        let cargo = CargoItem(item)
        #expect(cargo.goodsClass == "dangerous-6")
        #expect(cargo.priority == 9)
    }

    @Test(
        "classes of goods are words in kebab case",
        arguments: ["", "Food", "6-1", "food-", "-food", "a--b", "animal feed", "käse"]
    )
    func badClass(text: String) {
        let fault = #expect(throws: GeneralFault.self) {
            try Sample.draft(Sample.order.with("items/0/goodsClass", .string(text)))
        }
        #expect(fault?.pointer == "/items/0/goodsClass")
    }

    @Test("the totals count pieces, grams and cubic millimetres")
    func totals() throws {
        // Four crates of 250 kg and 1.2 m × 0.8 m × 1 m = 0.96 m³.
        let order = try Sample.placed()
        #expect(order.pieces == 4)
        #expect(order.totalWeightGrams == 1_000_000)
        #expect(order.totalVolumeMm3 == 3_840_000_000)
    }

    @Test("an order has the members that the API promises")
    func wire() throws {
        let order = try Sample.placed()
        let depot = Depot(id: order.depot, name: "HH", address: try Sample.customer().address)
        let json = order.detail(customer: try Sample.customer(), depot: depot)
        #expect(
            Set(json.object?.keys ?? []) == [
                "id", "reference", "status", "statusReason", "customer", "destination",
                "requestedDate", "itemCount", "totalWeightGrams", "totalVolumeMm3", "createdAt",
                "customerId", "depotId", "updatedAt", "version", "price", "vehicle", "pickup",
                "deliveries", "items", "notes", "history", "bookings", "layout",
            ]
        )
        #expect(json["destination"] == ["city": "Hamburg", "country": "DE"])
        #expect(json["pickup"]?["city"] == "Hamburg")
        #expect(json["customer"]?["email"] == "dispatch@nordwind.example")
        #expect(json["history"]?[0]?["to"] == "received")
        #expect(json["price"]?.isNull == true)
        #expect(json["itemCount"] == 4)
    }

    @Test("an order comes back from its record unchanged")
    func record() throws {
        var order = try Sample.placed(twoStops([1, 2], items: [2, 1]).with("notes", "ring"))
        try order.move(to: .failed, at: Sample.moment, by: Sample.actor, reason: "no vehicle")
        let stored = try JSON(parsing: order.record.bytes())
        #expect(try Order(record: stored) == order)
    }

    @Test("a booking comes back from its record unchanged")
    func bookingRecord() throws {
        var booking = Booking(
            id: ID(high: 1, low: 1),
            order: ID(high: 1, low: 2),
            vehicle: ID(high: 1, low: 3),
            date: Sample.today,
            price: Sample.euros(1_230),
            breakdown: [PriceLine(label: "Base", amount: Sample.euros(1_230), explanation: "x")],
            distanceMeters: 1_000,
            co2Grams: 95,
            etaAt: Sample.moment
        )
        try booking.move(to: .dispatched)
        #expect(try Booking(record: JSON(parsing: booking.record.bytes())) == booking)
    }

    static let changes: [(JSON, String)] = [
        ([:], "nothing to change"), (["reason": "why"], "belongs to a change"),
        (["state": "cancelled"], "did you mean \"status\""), (["status": "lost"], "\"delivered\""),
        (["requestedDate": "2020-01-01"], "in the past"),
    ]

    @Test("a change must change something, and a reason belongs to a status", arguments: changes)
    func patch(json: JSON, says: String) {
        let fault = #expect(throws: GeneralFault.self) {
            try OrderPatch(reading: JSONReader(json), today: Sample.today)
        }
        #expect(fault?.message.contains(says) == true, "\(fault?.message ?? "")")
    }

    @Test(
        "e-mail addresses are checked for their form",
        arguments: [
            ("a@b.example", true), ("first.last+tag@sub.b.example", true), ("a@b", false),
            ("@b.example", false), ("a b@c.example", false), ("a@b@c.example", false),
            ("a@-b.example", false), ("a@b..example", false), ("a@b.example\r\nBcc: x", false),
        ]
    )
    func email(text: String, good: Bool) {
        #expect(Customer.looksLikeEmail(text) == good)
    }

    @Test("a price is asked for an order or for amounts, not for both")
    func priceRequest() throws {
        let vehicle: JSON = "01930000-0000-7000-8000-fa0000000001"
        let order = try PriceRequest(
            reading: JSONReader(["vehicleId": vehicle, "orderId": vehicle])
        )
        #expect(order.load == .order(order.vehicle.retyped()))
        let amounts = try PriceRequest(
            reading: JSONReader([
                "vehicleId": vehicle, "distanceMeters": 1, "weightGrams": 2, "volumeMm3": 3,
            ])
        )
        #expect(amounts.load == .amounts(distanceMeters: 1, weightGrams: 2, volumeMm3: 3))
        #expect(throws: GeneralFault.self) {
            try PriceRequest(
                reading: JSONReader(["vehicleId": vehicle, "orderId": vehicle, "weightGrams": 2])
            )
        }
    }

    @Test("the schemas are complete in themselves and agree with the readers' fields")
    func schemas() throws {
        let schemas = try OrderSchemas.load()
        let all = [
            schemas.createOrder, schemas.patchOrder, schemas.importOrders, schemas.createBooking,
            schemas.patchBookingStatus, schemas.calculatePrice,
        ]
        for schema in all {
            #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
            #expect(!schema.text().contains("$ref"))
        }
        let item = schemas.createOrder["properties"]?["items"]?["items"]
        #expect(Set(item?["properties"]?.object?.keys ?? []) == OrderItem.fields)
        #expect(item?["properties"]?["lengthMm"]?["maximum"] == 20_000)
        #expect(item?["additionalProperties"] == false)
    }
}
