import Logistics
import Testing

/// Small loads whose answer can be worked out by hand.
@Suite struct PackingConstraintTests {
    private func pack(_ problem: LoadProblem, iterations: Int = 200) throws -> Layout {
        let layout = try Packer().pack(problem, options: .init(budget: .iterations(iterations)))
        #expect(LayoutValidator().violations(of: layout.boxes, in: problem) == [])
        return layout
    }

    @Test("eight cubes of half the side fill a cube")
    func cubes() throws {
        let space = CargoSpace(length: 100, width: 100, height: 100)
        let cube = CargoItem(id: "c", length: 50, width: 50, height: 50, quantity: 9)
        let layout = try pack(LoadProblem(space: space, items: [cube]))
        #expect(layout.boxes.count == 8)
        #expect(layout.utilisation == 1)
        #expect(layout.unplaced == [0: 1])
    }

    @Test("a box that must lie down to fit does so only when its flags allow it")
    func orientation() throws {
        let space = CargoSpace(length: 100, width: 100, height: 50)
        var tall = CargoItem(id: "t", length: 50, width: 50, height: 100)
        #expect(try pack(LoadProblem(space: space, items: [tall])).boxes.isEmpty)
        #expect(tall.reasonNotToFit(space) != nil)
        tall.upright = [.height, .length]
        let layout = try pack(LoadProblem(space: space, items: [tall]))
        #expect(layout.boxes.map(\.height) == [50])
    }

    @Test("the payload limits the number: 10 kg take three boxes of 3 kg")
    func weight() throws {
        let space = CargoSpace(length: 400, width: 100, height: 100, maxWeightGrams: 10_000)
        let item = CargoItem(
            id: "w",
            length: 100,
            width: 100,
            height: 100,
            quantity: 4,
            weightGrams: 3_000
        )
        #expect(try pack(LoadProblem(space: space, items: [item])).boxes.count == 3)
    }

    @Test(
        "load runs down the whole stack: with 4 kg boxes bearing 8 kg three may stand on each other",
        arguments: [(0, 1), (3_999, 1), (4_000, 2), (7_999, 2), (8_000, 3), (12_000, 4)]
    )
    func load(maxLoad: Int, height: Int) throws {
        let space = CargoSpace(length: 100, width: 100, height: 500)
        let item = CargoItem(
            id: "s",
            length: 100,
            width: 100,
            height: 100,
            quantity: height + 1,
            weightGrams: 4_000,
            maxLoadGrams: maxLoad
        )
        // n boxes put (n − 1)·4 kg on the lowest.
        #expect(try pack(LoadProblem(space: space, items: [item])).boxes.count == height)
    }

    @Test("only fragile boxes that are not heavier stand on a fragile one")
    func fragile() throws {
        let space = CargoSpace(length: 100, width: 100, height: 200)
        func box(_ id: String, _ weight: Int, _ isFragile: Bool) -> CargoItem {
            CargoItem(
                id: id,
                length: 100,
                width: 100,
                height: 100,
                weightGrams: weight,
                isFragile: isFragile
            )
        }
        let sturdy = box("sturdy", 5_000, false)
        let light = box("light", 1_000, true)
        let heavy = box("heavy", 2_000, true)
        let first = try pack(LoadProblem(space: space, items: [light, sturdy]))
        #expect(first.boxes.map(\.item) == [1, 0])
        let second = try pack(LoadProblem(space: space, items: [light, heavy]))
        #expect(second.boxes.map(\.item) == [1, 0])
    }

    @Test("the first stop's boxes stand at the door, the last stop's at the front wall")
    func stops() throws {
        let space = CargoSpace(length: 300, width: 100, height: 100)
        let items = (1...3).map {
            CargoItem(id: "s\($0)", length: 100, width: 100, height: 100, stop: $0)
        }
        let layout = try pack(LoadProblem(space: space, items: items))
        #expect(layout.boxes.map(\.x) == [0, 100, 200])
        #expect(layout.boxes.map { items[$0.item].stop } == [3, 2, 1])
    }

    @Test("under full support a wide box does not stand on a narrow one; under 0.6 it does")
    func support() throws {
        let space = CargoSpace(length: 100, width: 100, height: 100)
        // The wide box bears nothing, so the narrow one can only be below it: 60 of 100 supported.
        let items = [
            CargoItem(id: "narrow", length: 60, width: 100, height: 50, weightGrams: 1_000),
            CargoItem(id: "wide", length: 100, width: 100, height: 50, maxLoadGrams: 0),
        ]
        #expect(try pack(LoadProblem(space: space, items: items)).boxes.count == 1)
        let half = LoadProblem(space: space, items: items, support: .fraction(0.6))
        let layout = try pack(half)
        #expect(layout.boxes.count == 2)
        let proof = LayoutProof(layout.boxes, in: half)
        #expect(proof.boxes.map(\.supported) == [1, 0.6])
    }

    @Test("axle limits keep the load off the rear axle")
    func axles() throws {
        // Axles at both ends of a 300 mm bed. A 6 kg box centred at 50, 150, 250 puts 1, 3, 5 kg
        // on the rear axle; at most 4 kg there leaves room for the first two only.
        let space = CargoSpace(
            length: 300,
            width: 100,
            height: 100,
            axles: Axles(frontPosition: 0, rearPosition: 300, rearLimitGrams: 4_000)
        )
        let item = CargoItem(
            id: "a",
            length: 100,
            width: 100,
            height: 100,
            quantity: 3,
            weightGrams: 6_000
        )
        let problem = LoadProblem(space: space, items: [item])
        let layout = try pack(problem)
        #expect(layout.boxes.count < 3)
        let loads = try #require(LayoutProof(layout.boxes, in: problem).axleLoads)
        #expect(loads.rearGrams <= 4_000)
    }

    @Test("the proof's figures are those of a hand calculation")
    func proof() throws {
        // A 2 kg box bridges two 1 kg boxes evenly: each bears 1 kg. 4 kg in all; the centre of
        // gravity lies at x = (1·50 + 1·150 + 2·100)/4 = 100, z = (1·50 + 1·50 + 2·150)/4 = 100.
        let space = CargoSpace(
            length: 400,
            width: 100,
            height: 200,
            maxWeightGrams: 8_000,
            axles: Axles(frontPosition: 0, rearPosition: 400)
        )
        let items = [
            CargoItem(id: "low", length: 100, width: 100, height: 100, weightGrams: 1_000),
            CargoItem(id: "top", length: 200, width: 100, height: 100, weightGrams: 2_000),
        ]
        let boxes = [
            PackedBox(item: 0, x: 0, y: 0, z: 0, length: 100, width: 100, height: 100),
            PackedBox(item: 0, x: 100, y: 0, z: 0, length: 100, width: 100, height: 100),
            PackedBox(item: 1, x: 0, y: 0, z: 100, length: 200, width: 100, height: 100),
        ]
        let proof = LayoutProof(boxes, in: LoadProblem(space: space, items: items))
        #expect(proof.boxes.map(\.bearsGrams) == [1_000, 1_000, 0])
        #expect(proof.boxes.map(\.supported) == [1, 1, 1])
        #expect(proof.volumeUtilisation == 0.5)
        #expect(proof.weightUtilisation == 0.5)
        #expect(proof.centreOfGravity == .init(x: 100, y: 50, z: 100))
        // 4 kg at 100 of 400: a quarter on the rear.
        #expect(proof.axleLoads == .init(frontGrams: 3_000, rearGrams: 1_000))
    }

    @Test("each box is loaded after what lies under and behind it")
    func sequence() {
        let far = PackedBox(item: 0, x: 0, y: 0, z: 0, length: 100, width: 100, height: 100)
        let top = PackedBox(item: 1, x: 0, y: 0, z: 100, length: 100, width: 100, height: 100)
        let near = PackedBox(item: 2, x: 100, y: 0, z: 0, length: 100, width: 100, height: 200)
        #expect(LoadingSequence.order(of: [near, top, far]) == [2, 1, 0])
    }

    @Test("bad problems are refused with the place")
    func refusals() {
        let space = CargoSpace(length: 100, width: 100, height: 100)
        let box = CargoItem(id: "a", length: 10, width: 10, height: 10)
        var flat = box
        flat.height = 0
        var none = box
        none.quantity = 0
        let cases: [(LoadProblem, String)] = [
            (LoadProblem(space: space, items: [flat]), "/items/0/height"),
            (LoadProblem(space: space, items: [none]), "/items/0/quantity"),
            (LoadProblem(space: space, items: [box, box]), "/items/1/id"),
            (
                LoadProblem(space: CargoSpace(length: 1, width: -1, height: 1), items: [box]),
                "/container/width"
            ),
        ]
        for (problem, pointer) in cases {
            let error = #expect(throws: PackingError.self) { try Packer().pack(problem) }
            #expect(error?.pointer == pointer)
        }
    }

    @Test("a fleet gives the smallest vehicle that fits, several when needed, and reasons")
    func fleet() throws {
        let van = CargoSpace(id: "van", length: 200, width: 100, height: 100)
        let truck = CargoSpace(id: "truck", length: 400, width: 100, height: 100)
        let vehicles = [FleetPacker.Vehicle(truck, count: 2), FleetPacker.Vehicle(van, count: 2)]
        let options = Packer.Options(budget: .iterations(400))
        func plan(_ quantity: Int) throws -> FleetPacker.Plan {
            let cube = CargoItem(
                id: "c",
                length: 100,
                width: 100,
                height: 100,
                quantity: quantity
            )
            let beam = CargoItem(id: "beam", length: 500, width: 10, height: 10)
            return try FleetPacker().plan([cube, beam], into: vehicles, options: options)
        }
        #expect(try plan(2).vehicles.map(\.vehicle) == [1])
        #expect(try plan(3).vehicles.map(\.vehicle) == [0])
        #expect(try plan(6).vehicles.map(\.vehicle) == [0, 1])
        let full = try plan(14)
        // Two trucks of four and two vans of two take twelve.
        #expect(full.unplaced == ["c": 2, "beam": 1])
        #expect(
            full.reasons["beam"]?.contains("500 × 10 × 10 mm goes into 400 × 100 × 100 mm") == true
        )
    }
}
