import Core
import Logistics
import Synchronization
import Testing

/// Fleets of boxes with square ends and a cargo of 100 mm cubes: every answer is a sum.
@Suite struct FleetTests {
    private static let options = Packer.Options(budget: .iterations(2_000))

    private static func space(_ id: String, _ cubes: Int, payload: Int? = nil) -> CargoSpace {
        CargoSpace(id: id, length: cubes * 100, width: 100, height: 100, maxWeightGrams: payload)
    }

    private static func cubes(
        _ id: String,
        _ quantity: Int,
        weight: Int = 0,
        class goodsClass: String? = nil,
        priority: Int = 0,
        stop: Int = 1
    ) -> CargoItem {
        CargoItem(
            id: id,
            length: 100,
            width: 100,
            height: 100,
            quantity: quantity,
            weightGrams: weight,
            stop: stop,
            goodsClass: goodsClass,
            priority: priority
        )
    }

    /// The plan, after each of its vehicles was found to keep the rules and nothing was lost.
    private func plan(
        _ items: [CargoItem],
        _ vehicles: [FleetPacker.Vehicle],
        keepApart: [KeepApart] = []
    ) throws -> FleetPacker.Plan {
        let problem = FleetProblem(vehicles: vehicles, items: items, keepApart: keepApart)
        let plan = try FleetPacker().plan(problem, options: Self.options)
        let violations = try LoadFile.violations(LoadFile.json(plan), of: problem)
        #expect(violations.map(\.violation) == [])
        for item in items {
            let placed = plan.vehicles.reduce(0) { sum, loaded in
                sum
                    + loaded.layout.boxes.filter { loaded.problem.items[$0.item].id == item.id }
                    .count
            }
            #expect(placed + (plan.unplaced[item.id] ?? 0) == item.quantity)
        }
        return plan
    }

    private func ids(_ plan: FleetPacker.Plan) -> [String] {
        plan.vehicles.map(\.problem.space.id).sorted()
    }

    @Test(
        "the smallest that takes all; else the largest and the smallest that takes the rest",
        arguments: [
            (1, ["van"]), (2, ["van"]), (3, ["mid"]), (5, ["lorry"]), (6, ["lorry"]),
            (7, ["lorry", "van"]), (9, ["lorry", "mid"]), (12, ["lorry", "mid", "van"]),
        ]
    )
    func smallest(quantity: Int, expected: [String]) throws {
        let vehicles = [
            FleetPacker.Vehicle(Self.space("lorry", 6)), FleetPacker.Vehicle(Self.space("van", 2)),
            FleetPacker.Vehicle(Self.space("mid", 4)),
        ]
        #expect(try ids(plan([Self.cubes("c", quantity)], vehicles)) == expected)
    }

    @Test("two of 300 take six cubes where the largest and a small one would be 800 long")
    func smaller() throws {
        let vehicles = [
            FleetPacker.Vehicle(Self.space("large", 5)),
            FleetPacker.Vehicle(Self.space("mid", 3), count: 2),
        ]
        let found = try plan([Self.cubes("c", 6)], vehicles)
        #expect(ids(found) == ["mid", "mid"])
        #expect(found.utilisation == 1)
    }

    @Test("a heavy load takes the vehicles with payload first, not the roomy ones")
    func heavy() throws {
        // 4 cubes of 10 kg: the roomy one carries one, the strong one three.
        let vehicles = [
            FleetPacker.Vehicle(Self.space("roomy", 9, payload: 10_000)),
            FleetPacker.Vehicle(Self.space("strong", 3, payload: 30_000)),
        ]
        let found = try plan([Self.cubes("c", 4, weight: 10_000)], vehicles)
        #expect(found.unplaced == [:])
        #expect(ids(found) == ["roomy", "strong"])
    }

    @Test("classes that never share a vehicle get one each; what has no class rides along")
    func classes() throws {
        let items = [
            Self.cubes("bread", 2, class: "food"), Self.cubes("acid", 1, class: "dangerous"),
            Self.cubes("box", 1),
        ]
        let vehicles = [FleetPacker.Vehicle(Self.space("four", 4), count: 2)]
        let rule = KeepApart("food", "dangerous", distance: nil)
        let found = try plan(items, vehicles, keepApart: [rule])
        #expect(found.unplaced == [:])
        #expect(found.vehicles.count == 2)
        #expect(try plan(items, vehicles).vehicles.count == 1)
    }

    @Test("with one vehicle the class of higher priority goes, of equal ones that of more volume")
    func oneClass() throws {
        let one = [FleetPacker.Vehicle(Self.space("four", 4))]
        let rule = KeepApart("food", "dangerous", distance: nil)
        func left(_ priority: Int) throws -> FleetPacker.Plan {
            let items = [
                Self.cubes("bread", 2, class: "food"),
                Self.cubes("acid", 1, class: "dangerous", priority: priority),
            ]
            return try plan(items, one, keepApart: [rule])
        }
        #expect(try left(0).unplaced == ["acid": 1])
        #expect(try left(3).unplaced == ["bread": 2])
        let words = try #require(try left(0).reasons["acid"])
        #expect(words.contains("may not be in one space with food, of which 2 are loaded"))
    }

    @Test("higher priority gets the room of all vehicles first")
    func priority() throws {
        let vehicles = [FleetPacker.Vehicle(Self.space("two", 2), count: 2)]
        let items = [Self.cubes("later", 3), Self.cubes("first", 3, priority: 5)]
        // Four places: all three of the first, one of the later.
        #expect(try plan(items, vehicles).unplaced == ["later": 2])
    }

    @Test("in each vehicle the first stop stands at the door")
    func stops() throws {
        let vehicles = [FleetPacker.Vehicle(Self.space("two", 2), count: 2)]
        let items = [Self.cubes("near", 2, stop: 1), Self.cubes("far", 2, stop: 2)]
        // `plan` has the validator look at the stops.
        #expect(try plan(items, vehicles).unplaced == [:])
    }

    @Test("each vehicle is found again: what it was offered, packed alone with its iterations")
    func replay() throws {
        let problem = FleetProblem(
            vehicles: [
                FleetPacker.Vehicle(Self.space("lorry", 6)),
                FleetPacker.Vehicle(Self.space("van", 2), count: 2),
            ],
            items: [Self.cubes("a", 5), Self.cubes("b", 4)]
        )
        // Limited by time; what it takes is in the plan.
        let plan = try FleetPacker().plan(problem, options: .init(budget: .seconds(0.3)))
        #expect(plan.vehicles.count >= 2)
        for loaded in plan.vehicles {
            let again = try Packer().pack(
                loaded.problem,
                options: .init(budget: .iterations(loaded.layout.iterations))
            )
            #expect(again.boxes == loaded.layout.boxes)
            #expect(again.hash == loaded.layout.hash)
        }
    }

    @Test("the same iterations give the same plan, and an attempt never has more than all of them")
    func deterministic() throws {
        let items = [Self.cubes("a", 5), Self.cubes("b", 4, weight: 3), Self.cubes("c", 2)]
        let vehicles = [
            FleetPacker.Vehicle(Self.space("lorry", 6)),
            FleetPacker.Vehicle(Self.space("van", 2), count: 4),
        ]
        let problem = FleetProblem(vehicles: vehicles, items: items)
        let options = Packer.Options(budget: .iterations(300))
        let plans = try [1, 2].map { threads in
            var options = options
            options.threads = threads
            return try FleetPacker().plan(problem, options: options)
        }
        #expect(plans[0].vehicles.map(\.layout.boxes) == plans[1].vehicles.map(\.layout.boxes))
        #expect(plans[0].vehicles.reduce(0) { $0 + $1.layout.iterations } <= 300)
    }

    @Test("the attempts together use no more than the seconds asked")
    func time() throws {
        // A clock that each look moves on by a millisecond.
        let ticks = Ticks()
        let packer = Packer(clock: { ticks.next() })
        let boxes = (1...12).map { size in
            CargoItem(
                id: "b\(size)",
                length: 37 + 11 * size,
                width: 91 - 3 * size,
                height: 23 + 5 * size,
                quantity: 40
            )
        }
        let vehicles = [
            FleetPacker.Vehicle(
                CargoSpace(id: "s", length: 500, width: 300, height: 300),
                count: 3
            ),
            FleetPacker.Vehicle(
                CargoSpace(id: "l", length: 900, width: 400, height: 400),
                count: 3
            ),
        ]
        let problem = FleetProblem(vehicles: vehicles, items: boxes)
        _ = try FleetPacker(packer: packer).plan(problem, options: .init(budget: .seconds(2)))
        // A search looks at the clock between steps only: each attempt may be some looks late.
        #expect(ticks.seconds < 2.4, "\(ticks.seconds) s")
    }

    @Test("reasons of what no vehicle has room for name the limit")
    func reasons() throws {
        let vehicles = [FleetPacker.Vehicle(Self.space("two", 2, payload: 15_000))]
        let items = [
            Self.cubes("brick", 2, weight: 10_000), Self.cubes("anvil", 1, weight: 16_000),
            CargoItem(id: "mast", length: 300, width: 10, height: 10),
        ]
        let found = try plan(items, vehicles)
        #expect(found.unplaced == ["brick": 1, "anvil": 1, "mast": 1])
        #expect(
            found.reasons["anvil"]?.contains("one weighs 16.0 kg, the payload is 15.0 kg") == true
        )
        #expect(found.reasons["mast"]?.contains("its length of 300 mm must lie along") == true)
        #expect(
            found.reasons["brick"]?.contains("10 of 15 kg are loaded, one weighs 10 kg") == true
        )
    }
}

/// A clock that moves on by a millisecond whenever it is read.
private final class Ticks: Sendable {
    private let count = Mutex(0)

    func next() -> Double {
        count.withLock {
            $0 += 1
            return Double($0) / 1_000
        }
    }

    var seconds: Double { count.withLock { Double($0) / 1_000 } }
}
