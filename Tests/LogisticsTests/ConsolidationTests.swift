import Core
import Testing

@testable import Logistics

@Suite struct ConsolidationTests {
    @Test("Two orders on one road share a vehicle; what that saves is told to the cent")
    func line() throws {
        let problem = try Town.problem(Town.line, goods: [[Town.small], [Town.small]])
        let found = try Town.consolidate(problem)
        let trip = try #require(found.trips.first)
        #expect(found.trips.count == 1 && found.alone.isEmpty)
        #expect(found.tours(of: problem) == ["A B"])
        // Alone: 50 + 100 and 50 + 120 EUR. Together: 50 + 120 EUR, over A to B.
        #expect(found.before.cost == 32_000 && found.after.cost == 17_000)
        #expect(found.before.meters == 220_000 && found.after.meters == 120_000)
        #expect(trip.stops.map(\.meters) == [100_000, 20_000] && trip.emptyMeters == 0)
        // Vans emit 0.25561 + 0.06128 kg CO2e a kilometre (DESNZ 2025): 31.689 kg over 100 km and
        // 38.0268 kg over 120 km.
        #expect(found.before.co2Grams == 31_689 + 38_027 && found.after.co2Grams == 38_027)
        // 75 km/h: 100 km take 80 minutes, 20 km 16, unloading 30.
        #expect(trip.stops.map(\.arrival) == [Town.at(7, 20), Town.at(8, 6)])
        // 170.00 EUR in proportion 150 to 170: 79.6875 and 90.3125.
        #expect(trip.shares.map(\.price.minorUnits) == [7_969, 9_031])
        // What is unloaded last stands deepest, or beside: the validator knows.
        #expect(trip.load.items.map(\.stop) == [1, 2])
        #expect(LayoutValidator().violations(of: trip.layout.boxes, in: trip.load).isEmpty)
        #expect(
            found.merges == [
                .init(orders: [0, 1], saved: found.before - found.after, refusal: nil)
            ]
        )
    }

    @Test("On a square three orders make one round, unless that is too long a way for the last")
    func square() throws {
        // Depot and A, B, C on the corners, 100 km apart, 141 across.
        let square = [
            [0, 100, 141, 100], [100, 0, 100, 141], [141, 100, 0, 100], [100, 141, 100, 0],
        ]
        let goods = [[Town.small], [Town.small], [Town.small]]
        let patient = try Town.problem(square, goods: goods, limits: .init(detourPercent: 200))
        let round = try Town.consolidate(patient)
        // 50 + 300 EUR; alone it is 3 × 50 + 341.
        #expect(round.trips.count == 1 && round.trips.first?.meters == 300_000)
        #expect(round.before.cost == 49_100 && round.after.cost == 35_000)
        #expect(["A B C", "C B A"].contains(round.tours(of: patient).first))
        // The last stop's goods would go 300 km instead of 100: by default at most half as much more.
        let usual = try Town.problem(square, goods: goods)
        let pairs = try Town.consolidate(usual)
        #expect(pairs.trips.first?.stops.count == 2 && pairs.alone.count == 1)
        // A pair over B: 50 + 200 EUR, and one alone: 50 + 100.
        #expect(pairs.after.cost == 40_000)
        #expect(pairs.alone.first?.reason.contains("would travel 300 km instead of 100 km") == true)
    }

    @Test("Orders on opposite sides of the depot go alone")
    func opposite() throws {
        let apart = [[0, 100, 100], [100, 0, 200], [100, 200, 0]]
        let problem = try Town.problem(apart, goods: [[Town.small], [Town.small]])
        let found = try Town.consolidate(problem)
        // Together 50 + 300 EUR, alone 2 × 150.
        #expect(found.trips.isEmpty && found.before == found.after)
        #expect(found.alone.map(\.order) == [0, 1] && found.merges.isEmpty)
    }

    @Test("What would save but does not fit is refused with the reason")
    func tooMuch() throws {
        // 10 of 16 m³ each.
        let half = Town.box(2_500, 2_000, 2_000)
        let problem = try Town.problem(Town.line, goods: [[half], [half]])
        let found = try Town.consolidate(problem)
        #expect(found.trips.isEmpty && found.alone.count == 2 && found.before == found.after)
        let bulky = Town.box(1_500, 1_500, 1_500, quantity: 2)
        // Two of each have 13.5 m³, but only two such boxes stand in 4 × 2 × 2 m.
        let tight = try Town.problem(Town.line, goods: [[bulky], [bulky]])
        let refused = try Town.consolidate(tight)
        #expect(refused.trips.isEmpty)
        #expect(refused.merges.first?.saved.cost == 15_000)
        #expect(refused.merges.first?.refusal?.contains("found no place") == true)
        #expect(refused.alone.first?.reason.hasPrefix("with B: the goods do not fit") == true)
    }

    @Test("The nearer customer comes last when his goods can only stand below")
    func reversed() throws {
        // A's slab covers the floor and bears everything; B's bears nothing, so it lies on A's and
        // leaves first. Over B to A it is 120 + 20 km.
        let below = Town.box(4_000, 2_000, 1_000, kilograms: 500, bears: 1_000_000)
        let above = Town.box(4_000, 2_000, 900, kilograms: 100, bears: 0)
        let problem = try Town.problem(Town.line, goods: [[below], [above]])
        let found = try Town.consolidate(problem)
        #expect(found.tours(of: problem) == ["B A"])
        #expect(found.after.cost == 19_000 && found.after.meters == 140_000)
        let trip = try #require(found.trips.first)
        let slab = try #require(
            trip.layout.boxes.first { trip.load.items[$0.item].id == "A/item-1" }
        )
        #expect(slab.z == 0)
    }

    @Test("A customer who must have it early comes first")
    func window() throws {
        // Over A, B is reached at 08:06; straight at 07:36, and then A after 30 + 16 minutes.
        let early = ConsolidationProblem.Window(from: Town.at(6, 0), to: Town.at(7, 40))
        let problem = try Town.problem(
            Town.line,
            goods: [[Town.small], [Town.small]],
            windows: [nil, early]
        )
        let found = try Town.consolidate(problem)
        #expect(found.tours(of: problem) == ["B A"])
        #expect(found.trips.first?.stops.map(\.arrival) == [Town.at(7, 36), Town.at(8, 22)])
    }

    @Test("A vehicle that is early waits until the window begins, and is later everywhere after")
    func waiting() throws {
        let late = ConsolidationProblem.Window(from: Town.at(9, 0), to: Town.at(10, 0))
        let problem = try Town.problem(
            Town.line,
            goods: [[Town.small], [Town.small]],
            windows: [late, nil]
        )
        let course = try problem.course(
            [Visit(order: 0, stop: 0), Visit(order: 1, stop: 0)],
            with: 0,
            emissions: EmissionFactors.embedded()
        )
        #expect(course.arrivals == [Town.at(9, 0), Town.at(9, 46)])
    }

    @Test("Goods that are ready later delay a trip by an hour at most")
    func late() throws {
        let goods = [[Town.small], [Town.small]]
        let half = try Town.problem(Town.line, goods: goods, ready: [1_800, 0])
        let found = try Town.consolidate(half)
        #expect(found.trips.first?.departure == Town.at(6, 30))
        #expect(found.trips.first?.stops.first?.arrival == Town.at(7, 50))
        let long = try Town.problem(Town.line, goods: goods, ready: [5_400, 0])
        let refused = try Town.consolidate(long)
        #expect(refused.trips.isEmpty)
        #expect(refused.merges.first?.refusal == "B would wait 90 minutes for the others")
    }

    @Test("Arrival after the day is refused")
    func day() throws {
        // 75 km/h and nine hours of driving are 675 km; then eleven hours of rest.
        let far = [[0, 600, 700], [600, 0, 100], [700, 100, 0]]
        let problem = try Town.problem(far, goods: [[Town.small], [Town.small]])
        let found = try Town.consolidate(problem)
        #expect(found.trips.isEmpty)
        #expect(found.merges.first?.refusal?.contains("would arrive at") == true)
    }

    @Test("Two vans become one larger vehicle when nothing smaller holds both")
    func larger() throws {
        let third = Town.box(2_500, 2_000, 2_000)
        var problem = try Town.problem(Town.line, goods: [[third], [third]])
        // Free, 6 m long, 1.20 EUR a kilometre; and a longer, dearer one.
        problem.vehicles.append(.init(try Town.vehicle(8, length: 9_000, perKilometre: "1.30")))
        problem.vehicles.append(.init(try Town.vehicle(9, length: 6_000, perKilometre: "1.20")))
        let found = try Town.consolidate(problem)
        #expect(found.trips.first.map { problem.vehicles[$0.vehicle].vehicle.name } == "Van 9")
        // 50 + 120 × 1.20.
        #expect(found.after.cost == 19_400)
    }

    @Test("A vehicle is on one trip, and an order's own vehicle on no trip of others")
    func exclusive() throws {
        // Two far pairs; of the large vehicle both need there is one.
        let places = [
            [0, 100, 110, 100, 110], [100, 0, 10, 200, 210], [110, 10, 0, 210, 220],
            [100, 200, 210, 0, 10], [110, 210, 220, 10, 0],
        ]
        let third = Town.box(2_500, 2_000, 2_000)
        var problem = try Town.problem(places, goods: [[third], [third], [third], [third]])
        problem.vehicles.append(.init(try Town.vehicle(9, length: 6_000)))
        let found = try Town.consolidate(problem)
        #expect(found.trips.count == 1 && found.alone.count == 2)
        #expect(found.trips.first?.vehicle == 4)
        let refusal = found.merges.first { $0.refusal != nil }?.refusal
        #expect(
            refusal == nil || refusal?.contains("m³") == true || refusal?.contains("bears") == true
        )
    }

    @Test("Goods that are kept apart share a vehicle at their distance, or never")
    func apart() throws {
        var (food, chemicals) = (Town.small, Town.small)
        food.goodsClass = GoodsClass.food
        chemicals.goodsClass = GoodsClass.chemicals
        var problem = try Town.problem(Town.line, goods: [[food], [chemicals]])
        problem.keepApart = [KeepApart(GoodsClass.chemicals, GoodsClass.food, distance: 800)]
        let trip = try #require(try Town.consolidate(problem).trips.first)
        let boxes = trip.layout.boxes
        try #require(boxes.count == 2)
        let along = max(boxes[1].x - boxes[0].x, boxes[0].x - boxes[1].x) - 500
        let across = max(boxes[1].y - boxes[0].y, boxes[0].y - boxes[1].y) - 500
        #expect(max(along, across) >= 800)

        problem.keepApart = [KeepApart(GoodsClass.chemicals, GoodsClass.food, distance: nil)]
        let refused = try Town.consolidate(problem)
        #expect(refused.trips.isEmpty)
        #expect(
            refused.alone.map(\.reason) == [
                "with B: the goods are chemicals and food, which never ride in one vehicle",
                "with A: the goods are chemicals and food, which never ride in one vehicle",
            ]
        )
    }

    @Test("Goods have the number of their stop on the route")
    func stops() throws {
        let problem = try Town.problem(Town.line, goods: [[Town.small], [Town.small]])
        let items = problem.items(for: [Visit(order: 1, stop: 0), Visit(order: 0, stop: 0)])
        #expect(items.map(\.id) == ["B/item-1", "A/item-1"] && items.map(\.stop) == [1, 2])
    }

    @Test("What a trip costs is divided exactly, in proportion to the ways alone")
    func parts() {
        #expect(CostSharing.parts(of: 100, by: [1, 1, 1]) == [34, 33, 33])
        #expect(CostSharing.parts(of: 17_000, by: [15_000, 17_000]) == [7_969, 9_031])
        #expect(CostSharing.parts(of: 5, by: [0, 0]) == [3, 2])
        #expect(CostSharing.parts(of: 5, by: []) == [])
        // Each saves the same share: 320 becomes 160.
        #expect(CostSharing.parts(of: 16_000, by: [15_000, 17_000]) == [7_500, 8_500])
    }

    @Test("An order that leaves makes the way shorter; the others stay together")
    func together() throws {
        let problem = try Town.problem(
            [[0, 120], [120, 0]],
            goods: [[Town.small]]
        )
        let alone = SeparateTrip(cost: 17_000, meters: 120_000, co2Grams: 38_027)
        let (trip, refusal) = try Consolidation.together(
            problem,
            separate: [alone],
            emissions: EmissionFactors.embedded()
        )
        #expect(refusal == nil)
        #expect(trip?.meters == 120_000 && trip?.shares.map(\.price.minorUnits) == [17_000])
    }
}
