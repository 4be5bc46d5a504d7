import Core
import Foundation
import Logistics
import ReferenceData
import Testing

/// Random loads, replays, and the file forms.
@Suite struct PackingSearchTests {
    private struct Dice {
        let source: SeededRandom

        func roll(_ range: ClosedRange<Int>) -> Int {
            range.lowerBound + Int(source.next() % UInt64(range.count))
        }

        func coin() -> Bool { roll(0...1) == 1 }
    }

    /// A load in which every constraint may occur.
    private static func problem(seed: UInt64) -> LoadProblem {
        let dice = Dice(source: SeededRandom(seed: seed))
        let stops = dice.coin() ? 1 : dice.roll(2...4)
        let items = (0..<dice.roll(1...8)).map { index in
            CargoItem(
                id: "i\(index)",
                length: dice.roll(100...1_200),
                width: dice.roll(100...1_000),
                height: dice.roll(100...1_000),
                upright: UprightDimensions(rawValue: UInt8(dice.roll(1...7))),
                quantity: dice.roll(1...8),
                weightGrams: dice.roll(0...50) * 1_000,
                maxLoadGrams: dice.coin() ? nil : dice.roll(0...200) * 1_000,
                isFragile: dice.roll(0...4) == 0,
                stop: dice.roll(1...stops),
                goodsClass: [nil, "food", "feed", "acid"][dice.roll(0...3)],
                priority: dice.coin() ? 0 : dice.roll(0...2)
            )
        }
        let length = dice.roll(1_000...4_000)
        let space = CargoSpace(
            length: length,
            width: dice.roll(1_000...2_400),
            height: dice.roll(1_000...2_600),
            maxWeightGrams: dice.coin() ? nil : dice.roll(100...3_000) * 1_000,
            axles: dice.coin()
                ? nil
                : Axles(
                    frontPosition: dice.roll(-500...500),
                    rearPosition: length - dice.roll(0...400),
                    frontLimitGrams: dice.coin() ? nil : dice.roll(50...2_000) * 1_000,
                    rearLimitGrams: dice.roll(50...2_000) * 1_000
                )
        )
        let supports: [SupportRule] = [.full, .none, .fraction(0.8), .fraction(0.5)]
        return LoadProblem(
            space: space,
            items: items,
            support: supports[dice.roll(0...3)],
            keepApart: [
                KeepApart("food", "acid", distance: dice.roll(0...4) * 200),
                KeepApart("acid", "feed", distance: dice.coin() ? nil : 300),
            ]
        )
    }

    @Test("layouts of random loads break no rule, and no thread changes them", arguments: 1...60)
    func random(seed: Int) throws {
        let problem = Self.problem(seed: UInt64(seed))
        let one = Packer.Options(budget: .iterations(60), seed: UInt64(seed % 3))
        var two = one
        two.threads = 2
        let layout = try Packer().pack(problem, options: one)
        let violations = LayoutValidator().violations(of: layout.boxes, in: problem)
        #expect(violations == [], "seed \(seed)")
        let again = try Packer().pack(problem, options: two)
        #expect(again.hash == layout.hash, "seed \(seed)")
        #expect(again.iterations == layout.iterations, "seed \(seed)")
        #expect(layout.iterations <= 60)
    }

    @Test("a timed run can be repeated from its iterations", arguments: 21...30)
    func replay(seed: Int) throws {
        let problem = Self.problem(seed: UInt64(seed))
        let timed = try Packer().pack(problem, options: .init(budget: .seconds(0.02)))
        let again = try Packer().pack(
            problem,
            options: .init(budget: .iterations(timed.iterations), threads: 2)
        )
        #expect(again.hash == timed.hash, "seed \(seed)")
        #expect(again.boxes == timed.boxes, "seed \(seed)")
    }

    @Test("the budget is measured by the clock that is given")
    func clock() throws {
        // A clock that stands still: the first layout is played to its end, and nothing after it.
        let packer = Packer(clock: { 7 })
        let problem = LoadProblem(
            space: CargoSpace(length: 1_000, width: 300, height: 300),
            items: [CargoItem(id: "a", length: 300, width: 300, height: 300, quantity: 9)]
        )
        let layout = try packer.pack(problem, options: .init(budget: .seconds(0)))
        #expect(layout.boxes.count == 3)
        #expect(layout.seconds == 0)
    }

    @Test("the benchmark's text form is read")
    func thpack() throws {
        let text = Array("1\n1 2502505\n587 233 220\n1\n1 108 0 76 0 30 1 40\n".utf8)
        let problem = try ThpackFile.problem(1, in: text)
        #expect(problem.space == CargoSpace(length: 587, width: 233, height: 220))
        #expect(
            problem.items == [CargoItem(id: "1", length: 108, width: 76, height: 30, quantity: 40)]
        )
        let missing = #expect(throws: PackingError.self) { try ThpackFile.problem(2, in: text) }
        #expect(missing?.message == "the file has problems 1 to 1, not 2")
        let broken = Array("1\n1 5\n587 x 220".utf8)
        let error = #expect(throws: PackingError.self) { try ThpackFile.problem(1, in: broken) }
        #expect(error?.message.hasPrefix("line 3: expected the container's width") == true)
    }

    private static let file = "packing/thpack1.txt"

    @Test(
        "the first BR1 problem is read as published",
        .enabled(
            if: ReferenceData.has(file),
            "no reference data; set WEFT_DATA"
        )
    )
    func published() throws {
        let text = try Data(contentsOf: ReferenceData.file(Self.file))
        let problem = try ThpackFile.problem(1, in: Array(text))
        // Sizes and counts as printed in the file: 40, 33 and 39 boxes of three kinds.
        #expect(problem.items.map(\.quantity) == [40, 33, 39])
        #expect(problem.items[2].upright == .any)
        let layout = try Packer().pack(problem, options: .init(budget: .iterations(200)))
        #expect(LayoutValidator().violations(of: layout.boxes, in: problem) == [])
    }

    @Test("the JSON form is read, in mm and kg")
    func json() throws {
        let json = try JSON(
            parsing: """
                {"container":{"length":1200,"width":800,"height":1000,"maxWeight":12.5},
                 "items":[{"id":"a","length":400,"width":300,"height":200,"quantity":2,
                           "vertical":["width","height"],"weight":1.25,"maxLoad":0.3,"stop":2}]}
                """
        )
        let problem = try LoadFile.problem(json)
        #expect(problem.space.maxWeightGrams == 12_500)
        let item = problem.items[0]
        #expect(item.weightGrams == 1_250)
        #expect(item.maxLoadGrams == 300)
        #expect(item.upright == [.width, .height])
        #expect(item.stop == 2)
        let layout = try Packer().pack(problem, options: .init(budget: .iterations(50)))
        let written = LoadFile.json(layout, of: problem)
        #expect(
            written.object?.keys
                == ["utilisation", "placed", "unplaced", "seconds", "iterations", "hash", "boxes"]
        )
        #expect(
            written["boxes"]?[0]?.object?.keys
                == ["item", "x", "y", "z", "length", "width", "height", "supported"]
        )
        #expect(try LoadFile.boxes(written, of: problem) == layout.boxes)
    }

    @Test(
        "bad files are refused with the place",
        arguments: [
            (#"{"container":{"length":0,"width":1,"height":1},"items":[]}"#, "/container/length"),
            (#"{"container":{"length":1,"width":1,"hight":1},"items":[]}"#, "/container/hight"),
            (
                #"{"container":{"length":1,"width":1,"height":1},"items":[{"id":"a"}]}"#,
                "/items/0/length"
            ),
            (#"{"container":{"length":1.5,"width":1,"height":1},"items":[]}"#, "/container/length"),
        ]
    )
    func refused(text: String, pointer: String) throws {
        let json = try JSON(parsing: text)
        let error = #expect(throws: PackingError.self) { try LoadFile.problem(json) }
        #expect(error?.pointer == pointer)
    }
}
