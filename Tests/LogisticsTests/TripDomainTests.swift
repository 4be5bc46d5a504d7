import Core
import Testing

@testable import Logistics

@Suite struct TripDomainTests {
    @Test("An order that is late goes back to the start for its new day, by the table of statuses")
    func postponed() throws {
        var order = try Sample.placed()
        try order.move(to: .analysed, at: Sample.moment, by: Sample.actor)
        try order.move(to: .booked, at: Sample.moment, by: Sample.actor)
        let later = order.requestedDate.advanced(by: 2)
        try order.postpone(to: later, at: Sample.moment, by: Sample.actor, reason: "no driver")
        #expect(order.requestedDate == later && order.status == .received)
        #expect(
            order.history.map(\.to) == [.received, .analysed, .booked, .failed, .received]
        )
        #expect(order.history[3].reason == "no driver")
    }

    @Test("An order cannot be late for an earlier day, nor once it has left")
    func refused() throws {
        var order = try Sample.placed()
        let same = order.requestedDate
        let early = #expect(throws: GeneralFault.self) {
            try order.postpone(to: same, at: Sample.moment, by: Sample.actor, reason: "x")
        }
        #expect(early?.code == "not-later")
        for status in [OrderStatus.analysed, .booked, .dispatched] {
            try order.move(to: status, at: Sample.moment, by: Sample.actor)
        }
        let before = order
        let gone = #expect(throws: GeneralFault.self) {
            try order.postpone(
                to: same.advanced(by: 1),
                at: Sample.moment,
                by: Sample.actor,
                reason: "x"
            )
        }
        #expect(gone?.code == "illegal-transition" && order == before)
    }

    @Test("A trip goes from proposed to accepted to dispatched, or is withdrawn before")
    func statuses() {
        #expect(TripStatus.proposed.allowed == [.accepted, .withdrawn])
        #expect(TripStatus.accepted.allowed == [.dispatched, .withdrawn])
        #expect(TripStatus.dispatched.isFinal && TripStatus.withdrawn.isFinal)
    }

    @Test("A region is told by country, beginning of postcode, and distance from the depot")
    func region() throws {
        let hamburg = try Address(reading: JSONReader(Sample.address))
        let depot = try #require(Coordinate(latitude: 53.5316, longitude: 10.0933))
        #expect(TripRegion().contains(hamburg, from: depot))
        #expect(
            TripRegion(countries: ["DE"], postcodes: ["20", "99"]).contains(hamburg, from: depot)
        )
        #expect(!TripRegion(countries: ["DK"]).contains(hamburg, from: depot))
        #expect(!TripRegion(postcodes: ["21"]).contains(hamburg, from: depot))
        // Some 7 km: a tenth of a degree of longitude there is 6.6 km.
        #expect(TripRegion(kilometres: 8).contains(hamburg, from: depot))
        #expect(!TripRegion(kilometres: 6).contains(hamburg, from: depot))
    }
}
