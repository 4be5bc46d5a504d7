import Core
import Logistics
import Testing

/// The order in which boxes are loaded, held against its definition by a checker of its own.
@Suite struct LoadingSequenceTests {
    // MARK: The checker: looks at every pair and every height, and shares nothing with the code.

    private func meets(_ a: Int, _ aExtent: Int, _ b: Int, _ bExtent: Int) -> Bool {
        a < b + bExtent && b < a + aExtent
    }

    /// Whether `other` lies in the lane of `box` at a height.
    private func isInLane(_ other: PackedBox, of box: PackedBox, at height: Int) -> Bool {
        meets(other.y, other.width, box.y, box.width)
            && meets(other.z, other.height, height, box.height)
            && other.x + other.length > box.x + (height == box.z ? box.length : 0)
            && (height != box.z || other.x >= box.x + box.length)
    }

    /// Whether `other` hangs in the space above the place of `box`, up to a height.
    private func isOver(_ other: PackedBox, _ box: PackedBox, upTo height: Int) -> Bool {
        meets(other.x, other.length, box.x, box.length)
            && meets(other.y, other.width, box.y, box.width)
            && other.z >= box.z + box.height && other.z < height
    }

    /// What the definition says of a box when `there` are in already.
    private func access(_ box: PackedBox, _ there: [PackedBox], roof: Int) -> LoadingStep.Access {
        if !there.contains(where: { isInLane($0, of: box, at: box.z) }) {
            return there.contains { isOver($0, box, upTo: .max) } ? .under : .clear
        }
        var height = box.z + 1
        while height + box.height <= roof {
            let isFree = !there.contains {
                isInLane($0, of: box, at: height)
                    || isOver($0, box, upTo: height + box.height)
            }
            if isFree { return .over }
            height += 1
        }
        return .blocked
    }

    /// The boxes that carry `box`, by their numbers.
    private func carriers(_ box: PackedBox, _ boxes: [PackedBox]) -> [Int] {
        boxes.indices.filter { index in
            let other = boxes[index]
            return other.z + other.height == box.z
                && meets(other.x, other.length, box.x, box.length)
                && meets(other.y, other.width, box.y, box.width)
        }
    }

    /// Whether some order lets every box be pushed in straight: no circle of what must come before.
    private func hasPureOrder(_ boxes: [PackedBox]) -> Bool {
        func mustPrecede(_ a: PackedBox, _ b: PackedBox) -> Bool {
            guard meets(a.y, a.width, b.y, b.width) else { return false }
            let below = meets(a.x, a.length, b.x, b.length) && a.z + a.height <= b.z
            let behind = meets(a.z, a.height, b.z, b.height) && a.x + a.length <= b.x
            return below || behind
        }
        var left = boxes
        while !left.isEmpty {
            let free = left.firstIndex { box in !left.contains { mustPrecede($0, box) } }
            guard let free else { return false }
            left.remove(at: free)
        }
        return true
    }

    /// Holds an order and its steps against the definition; answers whether all are clear.
    private func check(
        _ boxes: [PackedBox],
        roof: Int,
        stops: [Int] = [],
        _ name: Comment
    ) -> Bool {
        let order = LoadingSequence.order(of: boxes, stops: stops, roof: roof)
        #expect(order.sorted() == Array(boxes.indices), name)
        let sorted = order.map { boxes[$0] }
        let steps = LoadingStep.steps(sorted, roof: roof)
        #expect(steps.map(\.box) == sorted, name)
        for (index, step) in steps.enumerated() {
            let there = Array(sorted[..<index])
            let carrying = carriers(step.box, sorted)
            #expect(carrying.allSatisfy { $0 < index }, name)
            #expect(step.onto == carrying, name)
            let expected = access(step.box, there, roof: roof)
            #expect(step.access == expected, name)
            let inTheWay: [Int] =
                switch expected {
                case .clear: []
                case .under: there.indices.filter { isOver(there[$0], step.box, upTo: .max) }
                case .over, .blocked:
                    there.indices.filter { isInLane(there[$0], of: step.box, at: step.box.z) }
                }
            #expect(step.inTheWay == inTheWay, name)
        }
        return steps.allSatisfy { $0.access == .clear }
    }

    // MARK: Random layouts

    /// Cuts a cuboid right through, again and again.
    private func cut(_ whole: PackedBox, _ random: inout RandomNumbers, _ depth: Int) -> [PackedBox]
    {
        let sides = [whole.length, whole.width, whole.height]
        let axis = random.below(3)
        guard depth > 0, sides[axis] > 1 else { return [whole] }
        let at = 1 + random.below(sides[axis] - 1)
        var (low, high) = (whole, whole)
        switch axis {
        case 0: (low.length, high.x, high.length) = (at, whole.x + at, whole.length - at)
        case 1: (low.width, high.y, high.width) = (at, whole.y + at, whole.width - at)
        default: (low.height, high.z, high.height) = (at, whole.z + at, whole.height - at)
        }
        return cut(low, &random, depth - 1) + cut(high, &random, depth - 1)
    }

    /// Drops boxes onto what is there; they come to rest on a part of their base.
    private func dropped(_ random: inout RandomNumbers, _ space: [Int]) -> [PackedBox] {
        var boxes: [PackedBox] = []
        for _ in 0..<60 {
            let size = [1 + random.below(6), 1 + random.below(5), 1 + random.below(5)]
            let place = zip(space, size).map { random.below(max(1, $0 - $1 + 1)) }
            guard zip(space, size).allSatisfy({ $0 >= $1 }) else { continue }
            var one = box([place[0], place[1], 0], size)
            for other in boxes
            where meets(other.x, other.length, one.x, one.length)
                && meets(other.y, other.width, one.y, one.width)
            {
                one.z = max(one.z, other.z + other.height)
            }
            if one.z + one.height <= space[2] { boxes.append(one) }
        }
        return boxes
    }

    @Test("what is cut right through can always be pushed in straight", arguments: 1...40)
    func cutThrough(seed: Int) {
        // Whichever side of the last cut is behind, below or on the left goes in first as a whole.
        var random = RandomNumbers(state: UInt64(seed))
        var boxes = cut(box([0, 0, 0], [40, 12, 14]), &random, 7)
        boxes.sort { _, _ in random.below(2) == 0 }
        #expect(check(boxes, roof: 14, "seed \(seed)"), "seed \(seed)")
    }

    @Test(
        "each step is carried and gets in as it says, straight if any order can",
        arguments: 1...80
    )
    func randomPiles(seed: Int) {
        var random = RandomNumbers(state: UInt64(seed) &* 7_919)
        let space = [8 + random.below(12), 4 + random.below(8), 6 + random.below(10)]
        var boxes = dropped(&random, space)
        boxes.sort { _, _ in random.below(2) == 0 }
        let isClear = check(boxes, roof: space[2], "seed \(seed)")
        #expect(isClear == hasPureOrder(boxes), "seed \(seed)")
    }

    /// Sticks that lie, stand and point to the door anywhere, held by nothing: they interlock.
    private func sticks(_ random: inout RandomNumbers) -> [PackedBox] {
        let space = [10, 6, 9]
        var boxes: [PackedBox] = []
        for _ in 0..<250 {
            var size = (0..<3).map { _ in 1 + random.below(2) }
            let axis = random.below(3)
            size[axis] = 2 + random.below(space[axis] - 2)
            let place = (0..<3).map { random.below(space[$0] - size[$0] + 1) }
            let one = box(place, size)
            let hits = boxes.contains {
                meets($0.x, $0.length, one.x, one.length) && meets($0.y, $0.width, one.y, one.width)
                    && meets($0.z, $0.height, one.z, one.height)
            }
            if !hits { boxes.append(one) }
        }
        return boxes
    }

    @Test("sticks that interlock get in as their steps say", arguments: 1...80)
    func interlockedSticks(seed: Int) {
        var random = RandomNumbers(state: UInt64(seed) &* 2_038_074_743)
        let boxes = sticks(&random)
        let isClear = check(boxes, roof: 9, "seed \(seed)")
        #expect(isClear == hasPureOrder(boxes), "seed \(seed)")
    }

    @Test("sticks are of both kinds: with a pure order and without, and go in several ways")
    func kinds() {
        var pure = 0
        var ways: Set<LoadingStep.Access> = []
        for seed in 1...80 {
            var random = RandomNumbers(state: UInt64(seed) &* 2_038_074_743)
            let boxes = sticks(&random)
            if hasPureOrder(boxes) { pure += 1 }
            let order = LoadingSequence.order(of: boxes, roof: 9)
            let steps = LoadingStep.steps(order.map { boxes[$0] }, roof: 9)
            ways.formUnion(steps.map(\.access))
        }
        #expect((5...75).contains(pure), "\(pure) of 80 have one")
        #expect(ways.isSuperset(of: [.clear, .under, .over]), "\(ways)")
    }

    @Test("what is unloaded last goes in first", arguments: 1...40)
    func stops(seed: Int) {
        // Each stop has a part of the length, the last one the farthest from the door; within it
        // anything may interlock.
        var random = RandomNumbers(state: UInt64(seed) &* 104_729)
        var boxes: [PackedBox] = []
        var stops: [Int] = []
        for part in 0..<3 {
            for var one in dropped(&random, [10, 6, 9]) {
                one.x += part * 10
                boxes.append(one)
                stops.append(3 - part)
            }
        }
        let order = LoadingSequence.order(of: boxes, stops: stops, roof: 9)
        #expect(order.map { stops[$0] } == stops.sorted(by: >), "seed \(seed)")
        _ = check(boxes, roof: 9, stops: stops, "seed \(seed)")
    }

    // MARK: Interlocked by hand

    /// Four boxes in a circle, and two that hold them up.
    ///
    /// `low` carries `beam`, which carries `far`;
    /// `far` lies behind `tall`, and `tall` lies behind `low`. It is 3 high:
    ///
    ///     left half (y 0…1)     right half (y 1…2)
    ///     far  tall             far
    ///     post tall             beam beam beam
    ///     post tall low         foot      low
    private var circle: [String: PackedBox] {
        [
            "foot": box([0, 1, 0], [1, 1, 1]), "post": box([0, 0, 0], [1, 1, 2]),
            "low": box([2, 0, 0], [1, 2, 1]), "beam": box([0, 1, 1], [3, 1, 1]),
            "far": box([0, 0, 2], [1, 2, 1]), "tall": box([1, 0, 0], [1, 1, 3]),
        ]
    }

    @Test("boxes in a circle have no pure order, and the step that breaks it says so")
    func interlocked() throws {
        let boxes = circle.values.map { $0 }
        #expect(!hasPureOrder(boxes))
        #expect(!check(boxes, roof: 3, "under a low roof"))
        // With room for one more above the tall box, the far one passes over it.
        #expect(!check(boxes, roof: 4, "with room above"))
        func steps(_ roof: Int) -> [LoadingStep] {
            LoadingStep.steps(
                LoadingSequence.order(of: boxes, roof: roof).map { boxes[$0] },
                roof: roof
            )
        }
        #expect(steps(3).count { $0.access != .clear } == 1)
        #expect(steps(3).first { $0.access != .clear }?.access == .blocked)
        #expect(steps(4).first { $0.access != .clear }?.access == .over)
    }

    @Test("a box that is put under another one later is slid in")
    func under() throws {
        let legs = [box([0, 0, 0], [2, 1, 4]), box([0, 3, 0], [2, 1, 4])]
        let bridge = box([0, 0, 4], [2, 4, 1])
        let between = box([0, 1, 0], [2, 2, 3])
        // In its own order it goes in before the bridge.
        #expect(check(legs + [bridge, between], roof: 6, "in its own order"))
        let steps = LoadingStep.steps(legs + [bridge, between], roof: 6)
        #expect(steps.map(\.access) == [.clear, .clear, .clear, .under])
        #expect(steps[2].onto == [0, 1])
        #expect(steps[3].inTheWay == [2])
        #expect(steps[3].onto == [])
    }

    @Test("an order of 20,000 boxes and its steps take seconds, not minutes")
    func many() {
        var boxes: [PackedBox] = []
        for x in 0..<100 {
            for y in 0..<20 {
                for z in 0..<10 { boxes.append(box([x * 10, y * 10, z * 10], [10, 10, 10])) }
            }
        }
        var random = RandomNumbers(state: 1)
        boxes.sort { _, _ in random.below(2) == 0 }
        let clock = ContinuousClock()
        let took = clock.measure {
            let order = LoadingSequence.order(of: boxes, roof: 100)
            let steps = LoadingStep.steps(order.map { boxes[$0] }, roof: 100)
            #expect(steps.allSatisfy { $0.access == .clear })
        }
        // Debug builds on a busy machine; a square of the number of boxes would take an hour.
        #expect(took < .seconds(60))
    }

    // MARK: What is written

    @Test("steps are written with places, turning, what carries them, and words")
    func written() throws {
        let problem = LoadProblem(
            space: CargoSpace(length: 1_000, width: 500, height: 600),
            items: [
                CargoItem(
                    id: "crate",
                    length: 400,
                    width: 300,
                    height: 200,
                    quantity: 1,
                    weightGrams: 30_000
                ),
                CargoItem(
                    id: "tube",
                    length: 400,
                    width: 100,
                    height: 90,
                    upright: .any,
                    quantity: 2,
                    weightGrams: 2_500
                ),
            ]
        )
        let boxes = [
            box([0, 0, 200], [90, 100, 400], item: 1), box([0, 0, 0], [300, 400, 200]),
        ]
        let json = LoadFile.sequence(
            LoadingSequence.ordered(boxes, in: problem),
            of: problem
        )
        #expect(json["allClear"] == true)
        let first = try #require(json["steps"]?[0])
        #expect(first["item"] == "crate")
        #expect(first["turn"] == ["upright": "height", "along": "width"])
        #expect(first["onto"] == "floor")
        #expect(first["lift"] == "two")
        let second = try #require(json["steps"]?[1])
        #expect(second["step"] == 2)
        #expect(second["onto"] == [1])
        #expect(second["turn"]?["upright"] == "length")
        #expect(
            second["words"]?.string
                == "tube (1 of 2), 2.5 kg, one person: on 1, 0 mm from the front wall and 0 mm from "
                + "the left wall, its height along and its length up; push it in straight."
        )
    }
}

/// Steele, Lea, Flood: SplitMix64.
struct RandomNumbers {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((z ^ (z >> 31)) % UInt64(bound))
    }
}
