import Core
import Testing

@testable import Logistics

/// The drawings and pages of a loading sheet; the text on its pages is read in
/// `Tests/EndToEnd/test_sheet.py`.
@Suite struct PrintedSheetTests {
    /// Boxes of 10 that stand on a grid, with every second place left free at random.
    private func scattered(_ random: inout RandomNumbers) -> [PackedBox] {
        var boxes: [PackedBox] = []
        for x in 0..<8 {
            for y in 0..<4 {
                for z in 0..<4 where random.below(2) == 0 {
                    let size = (0..<3).map { _ in 3 + random.below(8) }
                    boxes.append(box([x * 10, y * 10, z * 10], size))
                }
            }
        }
        return boxes
    }

    @Test("what is drawn last at a place is what a line of sight meets first", arguments: 1...20)
    func order(seed: Int) {
        var random = RandomNumbers(state: UInt64(seed) &* 15_485_863)
        let boxes = scattered(&random)
        let order = SceneView.drawingOrder(boxes)
        #expect(order.sorted() == Array(boxes.indices))
        for _ in 0..<300 {
            // From outside, all three coordinates fall alike along the line; in tenths, off the edges.
            let end = (0..<3).map { _ in random.below(400) * 10 + 5 }
            func nearest(_ box: PackedBox) -> Int? {
                var range = Int.min...Int.max
                for (start, extent, at) in [
                    (box.x, box.length, end[0]), (box.y, box.width, end[1]),
                    (box.z, box.height, end[2]),
                ] {
                    let low = max(range.lowerBound, start * 100 - at)
                    let high = min(range.upperBound, (start + extent) * 100 - at)
                    guard low < high else { return nil }
                    range = low...high
                }
                return range.upperBound
            }
            let met = order.filter { nearest(boxes[$0]) != nil }
            let first = met.max { (nearest(boxes[$0]) ?? 0) < (nearest(boxes[$1]) ?? 0) }
            #expect(met.last == first, "seed \(seed)")
        }
    }

    private func pieces(_ boxes: [PackedBox], stops: [Int]) -> [LoadingInstruction] {
        zip(LoadingStep.steps(boxes, roof: 100), stops).map { step, stop in
            LoadingInstruction(
                name: "box",
                piece: 1,
                of: 1,
                step: step,
                turning: nil,
                weightGrams: 1_000,
                stop: stop
            )
        }
    }

    private func groups(
        _ pieces: [LoadingInstruction],
        in space: CargoSpace,
        isFull: (Range<Int>) -> Bool = { _ in false }
    ) -> [SheetGroup] {
        var groups = SheetGroups(pieces, in: space)
        var found: [SheetGroup] = []
        while let group = groups.next(isFull: isFull) { found.append(group) }
        return found
    }

    @Test("each step is in one drawing, at most sixteen in one, and no stop shares one")
    func eachStepOnce() {
        var random = RandomNumbers(state: 11)
        let loose = scattered(&random)
        let boxes = LoadingSequence.order(of: loose).map { loose[$0] }
        let stops = boxes.map { $0.x < 40 ? 2 : 1 }
        let space = CargoSpace(length: 90, width: 50, height: 50)
        let groups = self.groups(pieces(boxes, stops: stops), in: space)
        // Where a page has room for three, no drawing has more.
        let small = self.groups(pieces(boxes, stops: stops), in: space) { $0.count > 3 }
        #expect(small.flatMap { Array($0.steps) } == Array(boxes.indices))
        #expect(small.allSatisfy { $0.steps.count <= 3 })
        #expect(groups.flatMap { Array($0.steps) } == Array(boxes.indices))
        for group in groups {
            #expect((1...16).contains(group.steps.count))
            #expect(Set(group.steps.map { stops[$0] }).count == 1)
            #expect(group.labels.map(\.step) == Array(group.steps))
            #expect(group.before.allSatisfy { $0.box < group.steps.lowerBound })
        }
    }

    @Test("a box that would hide a new one begins a drawing of its own")
    func hiding() {
        // The second stands right before the first and is larger.
        let boxes = [box([0, 20, 0], [10, 10, 10]), box([10, 10, 0], [30, 30, 40])]
        let space = CargoSpace(length: 90, width: 50, height: 50)
        let groups = self.groups(pieces(boxes, stops: [1, 1]), in: space)
        #expect(groups.map(\.steps) == [0..<1, 1..<2])
        // Side by side they share one.
        let apart = [box([0, 0, 0], [10, 10, 10]), box([0, 20, 0], [10, 10, 10])]
        #expect(self.groups(pieces(apart, stops: [1, 1]), in: space).count == 1)
    }

    @Test("the same load makes the same file, an empty one a page")
    func file() throws {
        let now = try #require(Timestamp("2026-11-20T08:00:00Z"))
        let problem = LoadProblem(
            space: CargoSpace(length: 1_000, width: 500, height: 600),
            items: [CargoItem(id: "Κιβώτιο", length: 400, width: 300, height: 200, quantity: 3)]
        )
        let boxes = [box([0, 0, 0], [400, 300, 200]), box([0, 0, 200], [400, 300, 200])]
        let sheet = PrintedSheet(reference: "one", boxes: boxes, problem: problem)
        let printed = try sheet.pdf(created: now)
        #expect(printed.bytes.starts(with: Array("%PDF-".utf8)))
        #expect(printed.missingGlyphs == 0)
        #expect(try sheet.pdf(created: now).bytes == printed.bytes)
        let none = PrintedSheet(reference: "none", boxes: [], problem: problem)
        #expect(try none.pdf(created: now).bytes.starts(with: Array("%PDF-".utf8)))
    }
}
