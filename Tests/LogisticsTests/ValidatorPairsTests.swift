import Logistics
import Testing

/// The rules about two boxes, held against looking at all pairs.
@Suite struct ValidatorPairsTests {
    /// SplitMix64 (Steele, Lea, Flood 2014): the same numbers everywhere.
    private struct Random {
        var state: UInt64

        mutating func next(_ range: ClosedRange<Int>) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var bits = state
            bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
            bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
            return range.lowerBound + Int((bits ^ (bits >> 31)) % UInt64(range.count))
        }
    }

    @Test("finds just the pairs that looking at all of them finds", arguments: UInt64(1)...20)
    func allPairs(seed: UInt64) {
        var random = Random(state: seed)
        var items: [CargoItem] = []
        var boxes: [PackedBox] = []
        // Slabs, rods and cubes; some through walls and floor.
        for index in 0..<120 {
            let size = [random.next(1...300), random.next(1...40), random.next(1...90)]
            items.append(
                CargoItem(
                    id: "\(index)",
                    length: size[0],
                    width: size[1],
                    height: size[2],
                    stop: random.next(1...3),
                    goodsClass: ["food", "acid", nil][random.next(0...2)]
                )
            )
            boxes.append(
                PackedBox(
                    item: index,
                    x: random.next(-5...1_200),
                    y: random.next(-5...500),
                    z: random.next(-5...500),
                    length: size[0],
                    width: size[1],
                    height: size[2]
                )
            )
        }
        let space = CargoSpace(length: 1_200, width: 500, height: 500)
        let rule = KeepApart("food", "acid", distance: 15)
        let problem = LoadProblem(space: space, items: items, support: .none, keepApart: [rule])
        let found = LayoutValidator().violations(of: boxes, in: problem)
        #expect(found.count < LayoutValidator.mostReported)

        var wanted: [Violation.Rule: Set<[Int]>] = [:]
        for i in boxes.indices {
            for j in boxes.indices where i != j {
                let (a, b) = (boxes[i], boxes[j])
                let x = a.x < b.x + b.length && b.x < a.x + a.length
                let y = a.y < b.y + b.width && b.y < a.y + a.width
                let z = a.z < b.z + b.height && b.z < a.z + a.height
                if i < j, x, y, z { wanted[.overlap, default: []].insert([i, j]) }
                if items[j].stop > items[i].stop, y,
                    x && b.z >= a.z + a.height || z && b.x >= a.x + a.length
                {
                    wanted[.stop, default: []].insert([i, j])
                }
                let gap = max(
                    b.x - a.x - a.length,
                    a.x - b.x - b.length,
                    b.y - a.y - a.width,
                    a.y - b.y - b.width
                )
                if items[i].goodsClass == "food", items[j].goodsClass == "acid", gap < 15 {
                    wanted[.apart, default: []].insert([min(i, j), max(i, j)])
                }
            }
        }
        for rule in [Violation.Rule.overlap, .stop, .apart] {
            let pairs = found.filter { $0.rule == rule }.map(\.boxes)
            #expect(Set(pairs) == wanted[rule] ?? [], "\(rule), seed \(seed)")
            #expect(Set(pairs).count == pairs.count, "no pair twice")
        }
        #expect(wanted[.overlap] != nil && wanted[.stop] != nil && wanted[.apart] != nil)
    }

    private static func box(_ item: Int, x: Int, y: Int = 0, z: Int = 0) -> PackedBox {
        PackedBox(item: item, x: x, y: y, z: z, length: 100, width: 100, height: 50)
    }

    private func apart(_ distance: Int?, _ second: PackedBox) -> [Violation] {
        let items = ["food", "acid"].map {
            CargoItem(id: $0, length: 100, width: 100, height: 50, goodsClass: $0)
        }
        let problem = LoadProblem(
            space: CargoSpace(length: 2_000, width: 1_000, height: 300),
            items: items,
            support: .none,
            keepApart: [KeepApart("acid", "food", distance: distance)]
        )
        return LayoutValidator().violations(of: [Self.box(0, x: 0), second], in: problem)
    }

    @Test(
        "800 mm between the outlines are enough, 799 are not, in either direction and over height"
    )
    func distance() {
        #expect(apart(800, Self.box(1, x: 900)) == [])
        #expect(apart(800, Self.box(1, x: 0, y: 900)) == [])
        #expect(apart(800, Self.box(1, x: 899)).map(\.rule) == [.apart])
        #expect(apart(800, Self.box(1, x: 0, y: 899, z: 200)).map(\.rule) == [.apart])
        #expect(
            apart(800, Self.box(1, x: 899)).first?.message
                == "box 0 (food) is food, box 1 (acid) is acid: 799 mm lie between them, at least "
                + "800 are asked, seen from above"
        )
    }

    @Test("a distance of 0 forbids standing over each other; none forbids one space")
    func extremes() {
        #expect(apart(0, Self.box(1, x: 100)) == [])
        #expect(apart(0, Self.box(1, x: 50, z: 50)).map(\.rule) == [.apart])
        #expect(apart(nil, Self.box(1, x: 1_900, y: 900)).map(\.rule) == [.apart])
    }
}
