import Core
import Testing

@testable import Logistics

/// Whatever the orders are, what is proposed can be driven, loaded and paid.
@Suite struct ConsolidationPropertyTests {
    /// Orders of one to three stops scattered about a depot, vans and a lorry.
    private static func world(_ seed: UInt64) throws -> ConsolidationProblem {
        let random = SeededRandom(seed: seed)
        func number(_ range: ClosedRange<Int>) -> Int {
            range.lowerBound + Int(random.next() % UInt64(range.count))
        }
        var places: [(x: Int, y: Int)] = [(0, 0), (number(-80...80), number(-80...80))]
        let orders = (0..<number(2...7)).map { index in
            let stops = (0..<(number(0...3) == 0 ? number(2...3) : 1)).map { _ in
                places.append((number(-150...150), number(-150...150)))
                // Lines have numbers through the whole order; places have them through the world.
                var line = Town.box(
                    number(300...1_500),
                    number(300...1_200),
                    number(300...1_500),
                    kilograms: number(10...400),
                    bears: number(0...2) == 0 ? 0 : nil,
                    quantity: number(1...3)
                )
                line.id = "item-\(places.count)"
                return ConsolidationProblem.Stop(
                    place: places.count - 1,
                    items: [line]
                )
            }
            return ConsolidationProblem.Wish(
                id: ID(high: 7, low: 1 << 63 | UInt64(index)),
                reference: "LO-\(index)",
                stops: stops,
                vehicle: index,
                readySeconds: number(0...4) == 0 ? number(1...5_400) : 0
            )
        }
        let axles = number(0...1) == 0 ? 2_500_000 : 50_000_000
        var vehicles = try orders.indices.map {
            ConsolidationProblem.Carrier(
                try Town.vehicle($0 + 1, limit: axles),
                start: number(0...3) == 0 ? 1 : 0
            )
        }
        vehicles.append(.init(try Town.vehicle(99, length: 7_000, perKilometre: "1.35")))
        let meters = places.map { from in
            places.map { to in
                Int(
                    (Double((from.x - to.x) * (from.x - to.x) + (from.y - to.y) * (from.y - to.y)))
                        .squareRoot() * 1_000
                )
            }
        }
        return ConsolidationProblem(
            date: Town.date,
            orders: orders,
            vehicles: vehicles,
            meters: meters,
            limits: .init(detourPercent: number(20...150)),
            budget: .init(packings: 50, iterations: 100)
        )
    }

    @Test(
        "Never worse than separate trips, every order once, every load valid",
        arguments: Array(1...40) as [UInt64]
    )
    func sound(seed: UInt64) throws {
        let problem = try Self.world(seed)
        let found = try Town.consolidate(problem)
        let note = Comment(rawValue: "seed \(seed)")
        #expect(found.after.cost <= found.before.cost, note)
        #expect(found.after.meters <= found.before.meters, note)
        #expect(found.after.co2Grams <= found.before.co2Grams, note)
        // Every stop of every order is on one trip, or its order is alone.
        var visits = found.trips.flatMap { $0.stops.map { Visit(order: $0.order, stop: $0.stop) } }
        visits += found.alone.flatMap { problem.visits(of: $0.order) }
        let wanted = problem.orders.indices.flatMap { problem.visits(of: $0) }
        #expect(Set(visits) == Set(wanted) && visits.count == wanted.count, note)
        #expect(Set(found.trips.map(\.vehicle)).count == found.trips.count, note)
        for trip in found.trips {
            let orders = Set(trip.stops.map(\.order))
            #expect(orders.count >= 2, note)
            if trip.vehicle < problem.orders.count {
                #expect(orders.contains(trip.vehicle), "seed \(seed): another order's vehicle")
            }
            let violations = LayoutValidator().violations(of: trip.layout.boxes, in: trip.load)
            #expect(violations.isEmpty && trip.layout.unplaced.isEmpty, note)
            #expect(trip.shares.reduce(0) { $0 + $1.price.minorUnits } == trip.shared.cost, note)
            #expect(trip.shared.cost < trip.separate.cost, note)
            let route = trip.stops.map { Visit(order: $0.order, stop: $0.stop) }
            #expect(problem.keepsSequences(route), note)
            // Driven metres, counted anew.
            var (at, meters) = (problem.vehicles[trip.vehicle].start, 0)
            for place in [0] + route.map({ problem.stop($0).place }) {
                meters += problem.meters[at][place]
                at = place
            }
            #expect(meters == trip.meters, note)
        }
    }

    @Test("The same orders give the same trips", arguments: [3, 17, 29] as [UInt64])
    func deterministic(seed: UInt64) throws {
        let one = try Town.consolidate(Self.world(seed))
        let other = try Town.consolidate(Self.world(seed))
        #expect(one.trips.map(\.stops) == other.trips.map(\.stops))
        #expect(one.trips.map(\.layout.hash) == other.trips.map(\.layout.hash))
        #expect(one.after == other.after && one.merges == other.merges)
    }
}
