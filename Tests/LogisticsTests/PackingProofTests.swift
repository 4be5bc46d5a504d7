import Core
import Logistics
import Testing

/// What is proved of boxes and layouts: figures worked out by hand.
@Suite struct PackingProofTests {
    private func cube(_ side: Int, _ count: Int, grams: Int = 0, id: String = "cube") -> CargoItem {
        CargoItem(
            id: id,
            length: side,
            width: side,
            height: side,
            quantity: count,
            weightGrams: grams
        )
    }

    private func bound(
        _ items: [CargoItem],
        _ sides: (Int, Int, Int) = (100, 100, 100),
        payload: Int? = nil
    ) -> VolumeBound {
        let space = CargoSpace(
            length: sides.0,
            width: sides.1,
            height: sides.2,
            maxWeightGrams: payload
        )
        return VolumeBound(LoadProblem(space: space, items: items))
    }

    // MARK: The bound

    @Test("all there is, is a bound")
    func goods() {
        // 3 · 50³ = 375,000 of 1,000,000.
        let found = bound([cube(50, 3)])
        #expect(found.share == 0.375)
        #expect(found.limit == .goods)
        #expect(found.reason == "all goods that go in fill 37.5 % of the volume")
    }

    @Test("goods that go in no way, or weigh more than the payload, count nothing")
    func nothing() {
        let tall = CargoItem(id: "tall", length: 30, width: 50, height: 101)
        let wide = CargoItem(id: "wide", length: 101, width: 10, height: 10)
        let heavy = cube(10, 1, grams: 2_001, id: "heavy")
        let found = bound([tall, wide, heavy], payload: 2_000)
        #expect(found.share == 0)
        #expect(found.reason == "none of the goods goes in")
        // Lying down it goes in.
        var lying = tall
        lying.upright = .any
        lying.height = 100
        #expect(bound([lying], (100, 100, 60)).share == 150_000.0 / 600_000)
    }

    @Test("the payload is filled with the most volume for its weight, the last box in part")
    func payload() {
        // 50³ = 125,000. All four light ones, 4 kg, leave 6 kg: 6/4 of a heavy one. 687,500 of 10⁶.
        let items = [
            cube(50, 4, grams: 4_000, id: "heavy"), cube(50, 4, grams: 1_000, id: "light"),
        ]
        let found = bound(items, payload: 10_000)
        #expect(found.share == 0.6875)
        #expect(found.limit == .payload)
        #expect(found.reason == "goods of 10 kg, the payload, fill 68.8 % of the volume at best")
        // With a payload for all it is the space that ends it.
        #expect(bound(items, payload: 20_000).limit == .goods)
    }

    @Test("what weighs nothing does not use up the payload")
    func weightless() {
        let items = [cube(50, 2, id: "air"), cube(50, 2, grams: 1_000, id: "load")]
        // One of the load is too heavy by itself: 2 · 125,000. With 1.5 kg two of air and 1.5 of it.
        #expect(bound(items, payload: 500).share == 0.25)
        #expect(bound(items, payload: 1_500).share == 0.4375)
    }

    @Test("sides that do not add up leave a rest")
    func sides() {
        // 3 · 30 = 90 along each side: 90³ = 729,000.
        let found = bound([cube(30, 100)])
        #expect(found.share == 0.729)
        #expect(found.limit == .sides)
        #expect(found.reason.contains("at most 90 of 100 mm along"))
        // One cube of 40 more: 30 + 30 + 40 = 100.
        #expect(bound([cube(30, 100), cube(40, 1, id: "one")]).limit == .space)
        // Two of 30, and ten of 45, in 100: 30 + 30 + … ; 45 + 45 = 90; 30 + 45 = 75; 90³.
        #expect(bound([cube(30, 2), cube(45, 10, id: "two")]).share == 0.729)
    }

    @Test("along the height count only sides that may stand upright")
    func upright() {
        // 40 or 50 on the floor: 50 + 50 = 100 and 40 + 40 = 80, the best is 100; up only 30: 90.
        let item = CargoItem(id: "a", length: 40, width: 50, height: 30, quantity: 1_000)
        let found = bound([item])
        #expect(found.share == 0.9)
        #expect(found.limit == .sides)
    }

    /// Any sum of one side or none of each box, by trying all.
    private func sums(_ boxes: [[Int]], upTo limit: Int) -> Int {
        guard let first = boxes.first else { return 0 }
        let rest = Array(boxes.dropFirst())
        return ([0] + first).filter { $0 <= limit }.map { $0 + sums(rest, upTo: limit - $0) }
            .max() ?? 0
    }

    @Test("the bound is the least of four, each found by trying all", arguments: 1...60)
    func tryingAll(seed: Int) {
        var random = RandomNumbers(state: UInt64(seed) &* 31_337)
        let space = [20 + random.below(30), 15 + random.below(20), 10 + random.below(20)]
        let payload = 500 + random.below(4_000)
        let items = (0..<3).map { index in
            CargoItem(
                id: "\(index)",
                length: 5 + random.below(25),
                width: 5 + random.below(20),
                height: 4 + random.below(15),
                upright: UprightDimensions(rawValue: UInt8(1 + random.below(7))),
                quantity: 1 + random.below(2),
                weightGrams: random.below(4) == 0 ? 0 : 100 + random.below(1_000)
            )
        }
        let found = bound(items, (space[0], space[1], space[2]), payload: payload)

        // Every box by itself, with the ways it can stand.
        var ways: [[[Int]]] = []
        var loads: [(volume: Double, weight: Double)] = []
        for item in items where item.weightGrams <= payload {
            let own = [item.length, item.width, item.height]
            let flags: [UprightDimensions] = [.length, .width, .height]
            var standing: [[Int]] = []
            for (a, b, c) in [(0, 1, 2), (1, 0, 2), (0, 2, 1), (2, 0, 1), (1, 2, 0), (2, 1, 0)] {
                let sides = [own[a], own[b], own[c]]
                if item.upright.contains(flags[c]), zip(sides, space).allSatisfy({ $0 <= $1 }) {
                    standing.append(sides)
                }
            }
            guard !standing.isEmpty else { continue }
            for _ in 0..<item.quantity {
                ways.append(standing)
                loads.append((Double(item.volume), Double(item.weightGrams)))
            }
        }
        let whole = Double(space[0] * space[1] * space[2])
        let goods = loads.reduce(0) { $0 + $1.volume }
        let filled = (0..<3).reduce(1.0) { product, axis in
            product * Double(sums(ways.map { Array(Set($0.map { $0[axis] })) }, upTo: space[axis]))
        }
        // The optimum of a knapsack whose goods may be cut cuts one box at most: try each for it.
        var payloadBound = 0.0
        for chosen in 0..<(1 << loads.count) {
            let taken = loads.indices.filter { chosen >> $0 & 1 == 1 }
            let weight = taken.reduce(0) { $0 + loads[$1].weight }
            guard weight <= Double(payload) else { continue }
            let volume = taken.reduce(0) { $0 + loads[$1].volume }
            let parts = loads.indices.filter { chosen >> $0 & 1 == 0 && loads[$0].weight > 0 }.map {
                loads[$0].volume * min(1, (Double(payload) - weight) / loads[$0].weight)
            }
            payloadBound = max(payloadBound, volume + (parts.max() ?? 0))
        }
        let expected = min(whole, goods, filled, payloadBound) / whole
        // Of a part of a box the bound counts whole cubic millimetres.
        #expect(abs(found.share - expected) <= 1 / whole, "seed \(seed)")
    }

    @Test("no layout that the packer finds exceeds it", arguments: 1...20)
    func packed(seed: Int) throws {
        var random = RandomNumbers(state: UInt64(seed) &* 65_537)
        let items = (0..<4).map { index in
            CargoItem(
                id: "\(index)",
                length: 20 + random.below(60),
                width: 20 + random.below(50),
                height: 20 + random.below(40),
                upright: .any,
                quantity: 1 + random.below(12),
                weightGrams: 100 + random.below(900)
            )
        }
        let space = CargoSpace(
            length: 200,
            width: 110,
            height: 105,
            maxWeightGrams: 4_000 + random.below(8_000)
        )
        let problem = LoadProblem(space: space, items: items)
        let layout = try Packer().pack(problem, options: .init(budget: .iterations(300)))
        let found = VolumeBound(problem)
        #expect(layout.utilisation <= found.share, "seed \(seed)")
        // The goods' bound is met exactly where all of them went in.
        if layout.unplaced.isEmpty { #expect(layout.utilisation == found.share) }
    }

    // MARK: Boxes

    @Test("each box says what carries it, on what area, and what it may still bear")
    func carriers() {
        // A plank of 300 × 100 bridges two blocks of 100 × 100 and leaves 100 × 100 in the air: 2/3.
        var block = cube(100, 2, grams: 2_000, id: "block")
        block.maxLoadGrams = 5_000
        let plank = CargoItem(
            id: "plank",
            length: 300,
            width: 100,
            height: 50,
            weightGrams: 6_000,
            goodsClass: "timber",
            priority: 3
        )
        let boxes = [
            box([0, 0, 0], [100, 100, 100], item: 0), box([200, 0, 0], [100, 100, 100], item: 0),
            box([0, 0, 100], [300, 100, 50], item: 1),
        ]
        let problem = LoadProblem(
            space: CargoSpace(length: 300, width: 100, height: 200),
            items: [block, plank]
        )
        let proof = LayoutProof(boxes, in: problem)
        #expect(proof.boxes[0].supportedMm2 == 10_000)
        #expect(proof.boxes[0].carriers == [])
        #expect(proof.boxes[0].headroomGrams == 2_000)
        #expect(proof.boxes[2].supportedMm2 == 20_000)
        #expect(
            proof.boxes[2].carriers == [
                .init(box: 0, areaMm2: 10_000), .init(box: 1, areaMm2: 10_000),
            ]
        )
        #expect(proof.boxes[2].supported == 20_000.0 / 30_000)
        #expect(proof.boxes[2].headroomGrams == nil)
        #expect(proof.boxes[2].goodsClass == "timber")
        #expect(proof.boxes[2].priority == 3)
    }

    @Test("a box is reachable when nothing of a later stop is above it or before it")
    func reachable() {
        var items = [cube(100, 4, id: "first"), cube(100, 4, id: "second")]
        items[1].stop = 2
        let boxes = [
            // The first stop's, at the front wall; of the second stop's one before it with a gap, one
            // on it, one beside it.
            box([0, 0, 0], [100, 100, 100], item: 0), box([150, 0, 0], [100, 100, 100], item: 1),
            box([0, 0, 100], [100, 100, 100], item: 1),
            box([150, 100, 0], [100, 100, 100], item: 1),
            // Of its own stop before it.
            box([300, 0, 0], [100, 100, 100], item: 0),
        ]
        let problem = LoadProblem(
            space: CargoSpace(length: 400, width: 200, height: 200),
            items: items
        )
        let proof = LayoutProof(boxes, in: problem)
        #expect(proof.boxes.map(\.inTheWay) == [[1, 2], [], [], [], []])
        #expect(proof.boxes.map(\.isReachable) == [false, true, true, true, true])
    }

    @Test("the written proof has the bound, its reason, and each box's carriers")
    func written() throws {
        let problem = LoadProblem(
            space: CargoSpace(length: 100, width: 100, height: 100),
            items: [cube(30, 2)]
        )
        let layout = Layout(
            boxes: [
                box([0, 0, 0], [30, 30, 30], item: 0), box([0, 0, 30], [30, 30, 30], item: 0),
            ],
            unplaced: [:],
            utilisation: 0.054,
            iterations: 1,
            seconds: 0
        )
        let json = LoadFile.json(layout, of: problem, explained: true)
        #expect(json["proof"]?["volumeBound"] == 0.054)
        #expect(json["proof"]?["boundBy"] == "goods")
        #expect(json["boxes"]?[1]?["carriers"] == [["box": 0, "mm2": 900]])
        #expect(json["boxes"]?[1]?["reachable"] == true)
        // What was written can be read again.
        #expect(try LoadFile.boxes(json, of: problem) == layout.boxes)
    }
}
