import Core
import Testing

@testable import Logistics

@Suite struct OrderStatusTests {
    // LG-1: received → analysed → booked → dispatched → delivered, plus failed and cancelled.
    static let legal: [(OrderStatus, OrderStatus)] = [
        (.received, .analysed), (.received, .failed), (.received, .cancelled),
        (.analysed, .booked), (.analysed, .failed), (.analysed, .cancelled),
        (.booked, .dispatched), (.booked, .failed), (.booked, .cancelled),
        (.dispatched, .delivered), (.dispatched, .failed),
        (.failed, .received), (.failed, .cancelled),
    ]

    @Test("exactly the thirteen legal moves are allowed, of all forty-nine")
    func moves() {
        for from in OrderStatus.allCases {
            for to in OrderStatus.allCases {
                let legal = Self.legal.contains { $0 == (from, to) }
                #expect(from.allowed.contains(to) == legal, "\(from) → \(to)")
            }
        }
    }

    @Test("an illegal move is a conflict that names the allowed ones and changes nothing")
    func illegal() throws {
        var order = try Sample.placed()
        let before = order
        let fault = #expect(throws: GeneralFault.self) {
            try order.move(to: .dispatched, at: Sample.moment, by: Sample.actor)
        }
        #expect(fault?.kind == .conflict)
        #expect(fault?.code == "illegal-transition")
        #expect(fault?.details["allowed"] == ["analysed", "failed", "cancelled"])
        #expect(fault?.message.contains("analysed, failed, cancelled") == true)
        #expect(order == before)
    }

    @Test("a final status says so and allows nothing")
    func final() throws {
        var order = try Sample.placed()
        try order.move(to: .cancelled, at: Sample.moment, by: Sample.actor, reason: "not needed")
        #expect(order.statusReason == "not needed")
        let fault = #expect(throws: GeneralFault.self) {
            try order.move(to: .received, at: Sample.moment, by: Sample.actor)
        }
        #expect(fault?.details["allowed"] == [])
        #expect(fault?.message.contains("cancelled is final") == true)
    }

    @Test("a retry brings a failed order back to received, and only a failed one")
    func retry() throws {
        var order = try Sample.placed()
        #expect(throws: GeneralFault.self) {
            try order.retry(at: Sample.moment, by: Sample.actor)
        }
        try order.move(to: .failed, at: Sample.moment, by: Sample.actor, reason: "no vehicle")
        try order.retry(at: Sample.moment, by: Sample.actor)
        #expect(order.status == .received)
        #expect(order.statusReason == nil)
        #expect(order.history.map(\.to) == [.received, .failed, .received])
        #expect(order.history.map(\.from) == [nil, .received, .failed])
    }

    @Test("a booking moves from booked to dispatched to delivered, or is released")
    func booking() throws {
        for (from, to) in [
            (BookingStatus.booked, [BookingStatus.dispatched, .released]),
            (.released, []), (.dispatched, [.delivered]), (.delivered, []),
        ] {
            #expect(from.allowed == to)
        }
        #expect(BookingStatus.allCases.filter { !$0.holdsVehicle } == [.released])
        let fault = #expect(throws: GeneralFault.self) {
            try BookingStatus.released.checkMove(to: .dispatched)
        }
        #expect(fault?.kind == .conflict)
    }

    @Test("a change of the date is refused once the order was analysed")
    func date() throws {
        var order = try Sample.placed()
        let patch = try OrderPatch(
            reading: JSONReader(["requestedDate": "2026-12-24"]),
            today: Sample.today
        )
        try order.apply(patch, at: Sample.moment, by: Sample.actor)
        #expect(order.requestedDate == CalendarDate("2026-12-24"))
        try order.move(to: .analysed, at: Sample.moment, by: Sample.actor)
        let other = OrderPatch(notes: "x", requestedDate: Sample.today)
        let fault = #expect(throws: GeneralFault.self) {
            try order.apply(other, at: Sample.moment, by: Sample.actor)
        }
        #expect(fault?.code == "already-booked")
        #expect(order.notes == nil)
    }

    @Test("a change with an illegal move changes nothing else either")
    func allOrNothing() throws {
        var order = try Sample.placed()
        let before = order
        let patch = OrderPatch(status: .delivered, notes: "left at the gate")
        #expect(throws: GeneralFault.self) {
            try order.apply(patch, at: Sample.moment, by: Sample.actor)
        }
        #expect(order == before)
    }
}
