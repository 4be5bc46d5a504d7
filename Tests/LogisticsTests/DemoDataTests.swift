import Core
import Foundation
import Testing

@testable import Logistics

@Suite struct DemoDataTests {
    let demo: DemoData

    init() throws {
        demo = try DemoData.load(today: Sample.today)
    }

    @Test("there are three depots, twelve vehicles, forty customers and forty orders")
    func counts() {
        #expect(demo.depots.count == 3)
        #expect(demo.vehicles.count == 12)
        #expect(demo.customers.count == 40)
        #expect(demo.orders.count == 40)
    }

    @Test("ids, e-mails and names are unique, and what is named exists")
    func references() {
        #expect(Set(demo.depots.map(\.id)).count == 3)
        #expect(Set(demo.vehicles.map(\.id)).count == 12)
        #expect(Set(demo.vehicles.map(\.name)).count == 12)
        #expect(Set(demo.customers.map(\.id)).count == 40)
        #expect(Set(demo.customers.map(\.name)).count == 40)
        #expect(Set(demo.customers.map(\.email)).count == 40)
        #expect(Set(demo.orders.map(\.id)).count == 40)
        let depots = Set(demo.depots.map(\.id))
        let customers = Set(demo.customers.map(\.id))
        #expect(demo.vehicles.allSatisfy { depots.contains($0.depot) })
        #expect(demo.orders.allSatisfy { depots.contains($0.draft.depot) })
        #expect(demo.orders.allSatisfy { customers.contains($0.draft.customer) })
    }

    @Test("e-mail addresses lead nowhere (RFC 2606)")
    func reserved() {
        #expect(demo.customers.allSatisfy { $0.email.hasSuffix(".example") })
    }

    /// Whether every piece fits the load space in an allowed position, and all by volume and weight.
    private func couldCarry(_ vehicle: Vehicle, _ items: [OrderItem]) -> Bool {
        let volume = items.reduce(0) { $0 + $1.totalVolumeMm3 }
        let weight = items.reduce(0) { $0 + $1.totalWeightGrams }
        guard volume <= vehicle.volumeMm3, weight <= vehicle.payloadGrams else { return false }
        return items.allSatisfy { item in
            item.upright.contains { side in
                let (up, floor) =
                    switch side {
                    case .length: (item.lengthMm, [item.widthMm, item.heightMm])
                    case .width: (item.widthMm, [item.lengthMm, item.heightMm])
                    case .height: (item.heightMm, [item.lengthMm, item.widthMm])
                    }
                return up <= vehicle.heightMm && floor.max() ?? 0 <= vehicle.lengthMm
                    && floor.min() ?? 0 <= vehicle.widthMm
            }
        }
    }

    @Test("all orders but two could be carried by one vehicle of their depot")
    func fits() {
        let left = demo.orders.enumerated().filter { _, order in
            !demo.vehicles.contains {
                $0.depot == order.draft.depot && couldCarry($0, order.draft.items)
            }
        }
        // Order 15 needs two vehicles, order 29 has a piece longer than any.
        #expect(left.map { $0.offset + 1 } == [15, 29])
        let blade = demo.orders[28].draft.items
        #expect(
            blade.allSatisfy { item in demo.vehicles.allSatisfy { $0.lengthMm < item.lengthMm } }
        )
    }

    @Test("a load spread evenly over the floor breaks no axle limit")
    func axles() {
        for vehicle in demo.vehicles {
            let (front, rear) = (vehicle.axles[0], vehicle.axles[1])
            // Moments about the front support.
            let share =
                Double(vehicle.lengthMm / 2 - front.positionMm)
                / Double(rear.positionMm - front.positionMm)
            let onRear = Double(rear.emptyGrams) + share * Double(vehicle.payloadGrams)
            let onFront = Double(front.emptyGrams) + (1 - share) * Double(vehicle.payloadGrams)
            #expect(onRear <= Double(rear.limitGrams), "\(vehicle.name)")
            #expect(onFront <= Double(front.limitGrams), "\(vehicle.name)")
        }
    }

    @Test("some orders have several stops, some fragile goods, some goods that may be turned")
    func variety() {
        let drafts = demo.orders.map(\.draft)
        #expect(drafts.count { ($0.deliveries?.count ?? 1) > 1 } >= 4)
        #expect(drafts.count { $0.items.contains(where: \.fragile) } >= 5)
        #expect(drafts.count { $0.items.contains { $0.upright.count == 3 } } >= 5)
        #expect(drafts.allSatisfy { $0.requestedDate > Sample.today })
    }

    @Test("vehicles come back from their record unchanged")
    func record() throws {
        for vehicle in demo.vehicles {
            #expect(
                try Vehicle(reading: JSONReader(JSON(parsing: vehicle.record.bytes()))) == vehicle
            )
        }
    }

    private func example(_ name: String) throws -> Data {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try Data(contentsOf: root.appending(path: "examples/\(name)"))
    }

    @Test("the example order is one that the API takes")
    func exampleOrder() throws {
        let body = try JSON(parsing: example("order.json"))
        let draft = try OrderDraft(reading: JSONReader(body), today: Sample.today)
        #expect(demo.customers.contains { $0.id == draft.customer })
        #expect(demo.depots.contains { $0.id == draft.depot })
        #expect(draft.items.reduce(0) { $0 + $1.quantity } == 29)
    }

    @Test("the example sheet is imported without problems")
    func exampleSheet() throws {
        let result = try OrderImport(
            csv: example("orders.csv"),
            directory: ImportDirectory(customers: demo.customers, depots: demo.depots),
            today: Sample.today
        )
        #expect(result.problems == [])
        #expect(result.orders.map(\.draft.reference) == ["PO-1001", "PO-1002", "PO-1003"])
        #expect(
            result.orders[2].draft.deliveries?.map(\.address.city) == ["Göteborg", "Stockholm"]
        )
    }
}
