import Core

@testable import Logistics

/// Values that the tests of orders, prices and imports share.
enum Sample {
    static let today = CalendarDate(daysSinceEpoch: 20_777)  // 2026-11-20
    static let moment = Timestamp(microseconds: 1_795_168_800_000_000)
    static let actor = Actor(id: ID(high: 1, low: 2), kind: .person, name: "A. Planner")

    static func euros(_ minorUnits: Int64) -> Money {
        Money(minorUnits: minorUnits, currency: .euro)
    }

    static let item: JSON = [
        "name": "Crate", "lengthMm": 1_200, "widthMm": 800, "heightMm": 1_000,
        "weightGrams": 250_000, "quantity": 4,
    ]

    static let address: JSON = [
        "name": "Gate 3", "street": "Kai 1", "postcode": "20457", "city": "Hamburg",
        "country": "DE", "latitude": 53.54, "longitude": 9.99,
    ]

    static let order: JSON = [
        "customerId": "01930000-0000-7000-8000-c00000000001",
        "requestedDate": "2026-12-01",
        "pickup": ["depotId": "01930000-0000-7000-8000-de0000000001"],
        "items": [item],
    ]

    static func customer() throws -> Customer {
        try Customer(
            reading: JSONReader([
                "id": "01930000-0000-7000-8000-c00000000001", "name": "Nordwind",
                "email": "dispatch@nordwind.example", "address": address,
            ])
        )
    }

    static func draft(_ json: JSON = order) throws -> OrderDraft {
        try OrderDraft(reading: JSONReader(json), today: today)
    }

    static func placed(_ json: JSON = order) throws -> Order {
        Order(
            id: ID(high: 7, low: 8),
            reference: "LO-000001",
            draft: try draft(json),
            customer: try customer(),
            at: moment,
            by: actor
        )
    }
}

extension JSON {
    /// A copy with one member set, reached through members and array indices; nil removes it.
    func with(_ path: String, _ value: JSON?) -> JSON {
        set(path.split(separator: "/").map(String.init)[...], value)
    }

    private func set(_ path: ArraySlice<String>, _ value: JSON?) -> JSON {
        guard let key = path.first else { return value ?? .null }
        var copy = self
        if case .array(var elements) = self, let index = Int(key) {
            elements[index] = elements[index].set(path.dropFirst(), value)
            return .array(elements)
        }
        copy[key] = path.count == 1 ? value : (self[key] ?? [:]).set(path.dropFirst(), value)
        return copy
    }
}
