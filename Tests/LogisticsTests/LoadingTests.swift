import Core
import Logistics
import Testing

/// What a loader is told, and how a load balances: answers worked out by hand.
@Suite struct LoadingTests {
    private func support(at position: Int, room: Int, empty: Int? = nil) -> LoadBalance.Support {
        .init(positionMm: position, emptyGrams: empty, roomGrams: room)
    }

    @Test("the payload's moments give the loads on both supports, and their limits a range")
    func balance() throws {
        // 1 t at 1 m of 4 m: a quarter behind. The front takes 600 kg, so that the centre must lie at
        // 4 m − 0.6 · 4 m = 1.6 m or farther; the rear takes 800 kg, at most 0.8 · 4 m = 3.2 m.
        let balance = LoadBalance(
            payloadGrams: 1_000_000,
            centreMm: 1_000,
            front: support(at: 0, room: 600_000),
            rear: support(at: 4_000, room: 800_000),
            lengthMm: 5_000
        )
        #expect(balance.frontGrams == 750_000)
        #expect(balance.rearGrams == 250_000)
        #expect(balance.range == 1_600...3_200)
    }

    @Test("a load behind the rear support must not lift the front one off the ground")
    func lifting() {
        // Empty the front bears 100 kg: 1 t may stand 0.1 · 4 m behind the rear support, not more.
        let balance = LoadBalance(
            payloadGrams: 1_000_000,
            centreMm: 2_000,
            front: support(at: 0, room: 1_000_000, empty: 100_000),
            rear: support(at: 4_000, room: 9_000_000, empty: 500_000),
            lengthMm: 8_000
        )
        #expect(balance.range == 0...4_400)
    }

    @Test("where no place keeps both limits there is no range")
    func noRange() {
        let balance = LoadBalance(
            payloadGrams: 1_000_000,
            centreMm: 2_000,
            front: support(at: 0, room: 300_000),
            rear: support(at: 4_000, room: 300_000),
            lengthMm: 4_000
        )
        #expect(balance.range == nil)
    }

    @Test(
        "one person lifts 25 kg, two lift 33 kg, and above that it takes an aid",
        arguments: [
            (1, LiftingAdvice.one), (25_000, .one), (25_001, .two), (33_000, .two), (33_001, .aid),
        ]
    )
    func lift(grams: Int, advice: LiftingAdvice) {
        #expect(LiftingAdvice(weightGrams: grams) == advice)
    }

    private func box(_ sequence: Int, _ item: String, _ place: [Int], _ size: [Int]) -> JSON {
        [
            "sequence": .int(sequence), "item": .string(item), "weightGrams": 30_000,
            "xMm": .int(place[0]), "yMm": .int(place[1]), "zMm": .int(place[2]),
            "lengthMm": .int(size[0]), "widthMm": .int(size[1]), "heightMm": .int(size[2]),
        ]
    }

    private func item(_ id: String, _ size: [Int], upright: [OrderItem.Side]) -> OrderItem {
        OrderItem(
            id: id,
            name: id,
            lengthMm: size[0],
            widthMm: size[1],
            heightMm: size[2],
            weightGrams: 30_000,
            quantity: 3,
            upright: upright
        )
    }

    @Test("the sheet numbers pieces through all vehicles and says what each stands on")
    func sheet() {
        var sheet = LoadingSheet([item("a", [400, 300, 200], upright: [.height])])
        let first = sheet.completed([
            box(1, "a", [0, 0, 0], [400, 300, 200]), box(2, "a", [0, 300, 0], [400, 300, 200]),
            // Half on each of the two below.
            box(3, "a", [0, 150, 200], [400, 300, 200]),
        ])
        #expect(first.map { $0["piece"]?.int } == [1, 2, 3])
        #expect(first.map { $0["of"]?.int } == [3, 3, 3])
        #expect(first.map { $0["restsOn"] } == [[], [], [1, 2]])
        #expect(first.map { $0["lift"]?.string } == ["two", "two", "two"])
        let second = sheet.completed([box(1, "a", [0, 0, 0], [300, 400, 200])])
        #expect(second[0]["piece"] == 4)
        #expect(second[0]["along"] == "width")
    }

    @Test("a piece on end says which of its sides is upright and which lies along the vehicle")
    func turning() {
        var sheet = LoadingSheet([item("a", [400, 300, 200], upright: [.height, .length])])
        let boxes = sheet.completed([box(1, "a", [0, 0, 0], [200, 300, 400])])
        #expect(boxes[0]["upright"] == "length")
        #expect(boxes[0]["along"] == "height")
    }

    @Test("a cube is told as it is measured, whichever way it was turned")
    func cube() {
        var sheet = LoadingSheet([item("a", [300, 300, 300], upright: [.height, .width, .length])])
        let boxes = sheet.completed([box(1, "a", [0, 0, 0], [300, 300, 300])])
        #expect(boxes[0]["upright"] == "height")
        #expect(boxes[0]["along"] == "length")
    }

    @Test("in any stack of bricks each box comes after what lies below it and behind it")
    func sequence() {
        for seed in UInt64(1)...20 {
            var random = RandomNumbers(state: seed)
            // Rows of bricks along the vehicle, so that nothing interlocks.
            var boxes: [PackedBox] = []
            for row in 0..<6 {
                var x = 0
                while x < 3_000 {
                    let length = 100 + random.below(400)
                    var z = 0
                    while z < 1_200 {
                        let height = 100 + random.below(300)
                        boxes.append(
                            PackedBox(
                                item: 0,
                                x: x,
                                y: row * 300,
                                z: z,
                                length: length,
                                width: 300,
                                height: height
                            )
                        )
                        z += height
                    }
                    x += length
                }
            }
            boxes.sort { _, _ in random.below(2) == 0 }
            let order = LoadingSequence.order(of: boxes)
            #expect(order.sorted() == Array(boxes.indices), "seed \(seed)")
            var place = [Int](repeating: 0, count: boxes.count)
            for (rank, box) in order.enumerated() { place[box] = rank }
            #expect(Self.firstBreach(boxes, place) == nil, "seed \(seed)")
        }
    }

    /// Two boxes in the wrong order, by looking at every pair.
    private static func firstBreach(_ boxes: [PackedBox], _ place: [Int]) -> (Int, Int)? {
        func meet(_ a: Int, _ la: Int, _ b: Int, _ lb: Int) -> Bool { a < b + lb && b < a + la }
        for first in boxes.indices {
            for second in boxes.indices where first != second && place[first] > place[second] {
                let (a, b) = (boxes[first], boxes[second])
                guard meet(a.y, a.width, b.y, b.width) else { continue }
                let under = meet(a.x, a.length, b.x, b.length) && a.z + a.height <= b.z
                let behind = meet(a.z, a.height, b.z, b.height) && a.x + a.length <= b.x
                if under || behind { return (first, second) }
            }
        }
        return nil
    }
}
