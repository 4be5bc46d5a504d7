import Core
import Events
import Foundation
import Search
import Store
import StoreTesting
import Testing

@testable import Logistics

/// A shared vehicle in the store: nobody else gets it while an order is on it.
@Suite struct TripStoreTests {
    private static let scope = Scope(
        organisation: ID(high: 0x0190_0000_0000_7000, low: 1 << 63 | 1),
        actor: Sample.actor,
        roles: [],
        trace: TraceContext(traceHigh: 1, traceLow: 1, span: 1)
    )
    private static let trip = ID<TripRecord>(high: 9, low: 1 << 63 | 1)

    private static func database(_ folder: String) async throws -> any Database {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let database = try TestDatabase(path: folder + "/weft.db")
        try await database.migrate(
            EventLog.migrations + SearchTables.migrations + LogisticsSolution().migrations
        )
        let demo = try DemoData.load(today: Sample.today)
        let customer = try Sample.customer()
        let depot = try #require(demo.depots.first)
        try await database.transaction { transaction in
            let fleet = Fleet(scope: scope)
            try fleet.add(customer, in: transaction)
            for depot in demo.depots { try fleet.add(depot, in: transaction) }
            for vehicle in demo.vehicles { try fleet.add(vehicle, in: transaction) }
            for number in 1...4 {
                _ = try Orders(scope: scope).add(
                    Order(
                        id: order(number),
                        reference: "LO-\(number)",
                        draft: try Sample.draft(),
                        customer: customer,
                        at: Sample.moment,
                        by: Sample.actor
                    ),
                    customer: customer,
                    depot: depot,
                    in: transaction
                )
            }
        }
        return database
    }

    private static func order(_ number: Int) -> ID<Order> {
        ID(high: 7, low: 1 << 63 | UInt64(number))
    }

    private static func booking(_ number: Int, of trip: ID<TripRecord>?) throws -> Booking {
        var booking = Booking(
            id: ID(high: 8, low: 1 << 63 | UInt64(number)),
            order: order(number),
            vehicle: try #require(ID("01930000-0000-7000-8000-fa0000000001")),
            date: CalendarDate(daysSinceEpoch: 20_788),
            price: Sample.euros(10_000),
            breakdown: [],
            distanceMeters: 1_000,
            co2Grams: 1,
            etaAt: nil
        )
        booking.trip = trip
        return booking
    }

    @Test("Orders of one trip have the vehicle together, and no other order gets it")
    func seats() async throws {
        let folder = NSTemporaryDirectory() + "weft-trips-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let database = try await Self.database(folder)
        let store = Bookings(scope: Self.scope)
        try await database.transaction { transaction in
            for number in 1...3 {
                try store.add(
                    Self.booking(number, of: Self.trip),
                    load: SavedLayout.onlyLoad,
                    seat: number - 1,
                    at: Sample.moment,
                    in: transaction
                )
            }
        }
        func refused() async -> Bool {
            do {
                try await database.transaction { transaction in
                    try store.add(
                        Self.booking(4, of: nil),
                        load: nil,
                        at: Sample.moment,
                        in: transaction
                    )
                }
                return false
            } catch let fault as GeneralFault {
                return fault.code == "vehicle-taken"
            } catch { return false }
        }
        #expect(await refused())
        // Whoever has the first seat leaves: the next one moves up, and the vehicle stays taken.
        for number in 1...2 {
            try await database.transaction { transaction in
                var booking = try store.booking(
                    Self.booking(number, of: nil).id,
                    in: transaction
                )
                #expect(booking.trip == Self.trip)
                try booking.move(to: .released)
                try store.save(booking, in: transaction)
            }
            #expect(await refused(), "after \(number) left")
        }
        let left = try await database.read { try store.bookings(of: Self.trip, in: $0) }
        #expect(left.map(\.order) == [Self.order(3)])
        try await database.transaction { transaction in
            var booking = try store.booking(Self.booking(3, of: nil).id, in: transaction)
            try booking.move(to: .released)
            try store.save(booking, in: transaction)
        }
        #expect(await !refused(), "nobody is on the trip any more")
    }

    @Test("A delay counts for the day that it was said of")
    func delays() async throws {
        let folder = NSTemporaryDirectory() + "weft-trips-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let database = try await Self.database(folder)
        let delays = Delays(scope: Self.scope)
        let day = CalendarDate(daysSinceEpoch: 20_788)
        try await database.transaction { transaction in
            try delays.keep(
                5_400,
                of: Self.order(1),
                on: day,
                at: Sample.moment,
                in: transaction
            )
        }
        let found = try await database.read { reader in
            [
                try delays.readySeconds(of: Self.order(1), on: day, in: reader),
                try delays.readySeconds(of: Self.order(1), on: day.advanced(by: 1), in: reader),
                try delays.readySeconds(of: Self.order(2), on: day, in: reader),
            ]
        }
        #expect(found == [5_400, 0, 0])
    }
}
