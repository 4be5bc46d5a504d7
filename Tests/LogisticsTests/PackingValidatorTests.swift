import Logistics
import Testing

/// Deliberately broken layouts, one for each rule.
@Suite struct PackingValidatorTests {
    private static let space = CargoSpace(
        length: 300,
        width: 100,
        height: 300,
        maxWeightGrams: 50_000
    )

    private static func item(
        _ id: String,
        weight: Int = 1_000,
        maxLoad: Int? = nil,
        fragile: Bool = false,
        stop: Int = 1,
        quantity: Int = 3
    ) -> CargoItem {
        CargoItem(
            id: id,
            length: 100,
            width: 100,
            height: 50,
            quantity: quantity,
            weightGrams: weight,
            maxLoadGrams: maxLoad,
            isFragile: fragile,
            stop: stop
        )
    }

    private static func box(_ item: Int, _ x: Int, _ z: Int, height: Int = 50) -> PackedBox {
        PackedBox(item: item, x: x, y: 0, z: z, length: 100, width: 100, height: height)
    }

    private func rules(
        _ items: [CargoItem],
        _ boxes: [PackedBox],
        support: SupportRule = .full,
        space: CargoSpace = PackingValidatorTests.space
    ) -> [Violation] {
        LayoutValidator().violations(
            of: boxes,
            in: LoadProblem(space: space, items: items, support: support)
        )
    }

    @Test("a sound stack breaks nothing")
    func sound() {
        let stack = [Self.box(0, 0, 0), Self.box(0, 0, 50), Self.box(0, 100, 0)]
        #expect(rules([Self.item("a", maxLoad: 1_000)], stack) == [])
    }

    @Test("an unknown kind")
    func unknown() {
        #expect(rules([Self.item("a")], [Self.box(1, 0, 0)]).map(\.rule) == [.unknownItem])
    }

    @Test("a box through the door, the wall or the floor", arguments: [201, -1])
    func bounds(x: Int) {
        let found = rules([Self.item("a")], [Self.box(0, x, 0)])
        #expect(found.map(\.rule) == [.bounds])
        #expect(found.first?.boxes == [0])
    }

    @Test("a box turned as its flags forbid")
    func orientation() {
        let lying = PackedBox(item: 0, x: 0, y: 0, z: 0, length: 50, width: 100, height: 100)
        #expect(rules([Self.item("a")], [lying]).map(\.rule) == [.orientation])
    }

    @Test("more boxes than there are")
    func count() {
        let found = rules([Self.item("a", quantity: 1)], [Self.box(0, 0, 0), Self.box(0, 100, 0)])
        #expect(found.map(\.rule) == [.count])
        #expect(found.first?.boxes == [1])
    }

    @Test("overlapping by a millimetre; touching is allowed")
    func overlap() {
        let found = rules([Self.item("a")], [Self.box(0, 0, 0), Self.box(0, 99, 0)])
        #expect(found.map(\.rule) == [.overlap])
        #expect(found.first?.boxes == [0, 1])
    }

    @Test("resting on 99 % of the base under full support; 0.99 is asked and kept")
    func support() {
        let boxes = [Self.box(0, 0, 0), Self.box(0, 1, 50)]
        #expect(rules([Self.item("a")], boxes).map(\.rule) == [.support])
        #expect(rules([Self.item("a")], boxes, support: .fraction(0.99)) == [])
        #expect(rules([Self.item("a")], boxes, support: .none) == [])
    }

    @Test("a gram too much payload")
    func weight() {
        let boxes = [Self.box(0, 0, 0), Self.box(0, 100, 0)]
        #expect(rules([Self.item("a", weight: 25_000)], boxes) == [])
        #expect(rules([Self.item("a", weight: 25_001)], boxes).map(\.rule) == [.weight])
    }

    @Test("load through the stack: two boxes of 1 kg rest on the lowest, which bears 1.999 kg")
    func load() {
        let boxes = [Self.box(0, 0, 0), Self.box(1, 0, 50), Self.box(1, 0, 100)]
        let found = rules([Self.item("a", maxLoad: 1_999), Self.item("b")], boxes)
        #expect(found.map(\.rule) == [.load])
        #expect(found.first?.boxes == [0])
        #expect(found.first?.message == "box 0 (a) bears 2.0 kg, it may bear 1.999 kg")
        #expect(rules([Self.item("a", maxLoad: 2_000), Self.item("b")], boxes) == [])
    }

    @Test("a sturdy or a heavier box on a fragile one")
    func fragile() {
        let boxes = [Self.box(0, 0, 0), Self.box(1, 0, 50)]
        let low = Self.item("a", fragile: true)
        #expect(rules([low, Self.item("b")], boxes).map(\.rule) == [.fragile])
        let heavy = Self.item("b", weight: 1_001, fragile: true)
        #expect(rules([low, heavy], boxes).map(\.rule) == [.fragile])
        #expect(rules([low, Self.item("b", fragile: true)], boxes) == [])
    }

    @Test(
        "a later stop's box in front of or above an earlier one's",
        arguments: [(100, 0), (0, 50)]
    )
    func stop(x: Int, z: Int) {
        let items = [Self.item("first", stop: 1), Self.item("second", stop: 2)]
        let found = rules(items, [Self.box(0, 0, 0), Self.box(1, x, z)])
        #expect(found.map(\.rule) == [.stop])
        #expect(found.first?.boxes == [0, 1])
        #expect(rules(items, [Self.box(1, 0, 0), Self.box(0, x, z)]) == [])
    }

    @Test("an axle overloaded: 6 kg at 250 of 300 put 5 kg on the rear")
    func axle() {
        let item = Self.item("a", weight: 6_000)
        func with(_ limit: Int) -> CargoSpace {
            var space = Self.space
            space.axles = Axles(frontPosition: 0, rearPosition: 300, rearLimitGrams: limit)
            return space
        }
        #expect(rules([item], [Self.box(0, 200, 0)], space: with(5_000)) == [])
        let found = rules([item], [Self.box(0, 200, 0)], space: with(4_999))
        #expect(found.map(\.rule) == [.axle])
    }
}
