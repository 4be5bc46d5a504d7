import Core
import Logistics
import Testing

/// Load files with one container and with several: what they mean, and what is refused where.
@Suite struct LoadFileTests {
    private static let box = #"{"length":100,"width":100,"height":100}"#

    private static func load(_ container: String, _ items: String, _ more: String = "") throws
        -> LoadFile.Load
    {
        try LoadFile.load(JSON(parsing: "{\(container),\"items\":[\(items)]\(more)}"))
    }

    private static func item(_ more: String = "", id: String = "a", quantity: String = "1")
        -> String
    {
        #"{"id":"\#(id)","length":10,"width":10,"height":10,"quantity":\#(quantity)\#(more)}"#
    }

    @Test("several containers with their counts, one by default")
    func fleet() throws {
        let load = try Self.load(
            #"""
            "containers":[{"id":"van","length":300,"width":200,"height":200,"count":3},
                          {"id":"lorry","length":900,"width":200,"height":200,"maxWeight":2.5}]
            """#,
            Self.item(#","class":"food","priority":4"#),
            #","keepApart":[{"classes":["food","acid"]}]"#
        )
        guard case .fleet(let problem) = load else {
            Issue.record("one container was read")
            return
        }
        #expect(problem.vehicles.map(\.count) == [3, 1])
        #expect(problem.vehicles[1].space.maxWeightGrams == 2_500)
        #expect(problem.items[0].priority == 4)
        #expect(problem.keepApart == [KeepApart("food", "acid", distance: nil)])
        #expect(load.doubts.map(\.pointer) == ["/keepApart/0/classes/1"])
    }

    @Test("a class that no item has is doubted, with the nearest")
    func doubts() throws {
        let load = try Self.load(
            "\"container\":\(Self.box)",
            Self.item(#","class":"chemicals""#),
            #","keepApart":[{"classes":["chemical","chemicals"],"distance":5}]"#
        )
        #expect(load.doubts.map(\.pointer) == ["/keepApart/0/classes/0"])
        #expect(load.doubts[0].message.contains("did you mean \"chemicals\"?"))
    }

    static let containers: [(String, String, String)] = [
        ("\"container\":\(box),\"containers\":[]", "/containers", "not both"),
        (#""keepApart":[]"#, "/container", "\"containers\""),
        (#""conteiners":[]"#, "/conteiners", "did you mean \"containers\"?"),
        (#""containers":[]"#, "/containers", "1 to 100"),
        (#""containers":{}"#, "/containers", "an array"),
        ("\"containers\":[\(box)]", "/containers/0/id", "required"),
        (
            #""containers":[{"id":"a","length":1,"width":0,"height":1}]"#, "/containers/0/width",
            "between 1"
        ),
        (
            #""containers":[{"id":"a","length":1,"width":1,"height":1,"count":0}]"#,
            "/containers/0/count", "between 1 and 1000"
        ),
        (
            #""containers":[{"id":"a","length":1,"width":1,"height":1},{"id":"a","length":1,"width":1,"height":1}]"#,
            "/containers/1/id", "already that of container 0"
        ),
        (
            #""containers":[{"id":"a","length":1,"width":1,"height":1,"axles":{"front":5,"rear":5}}]"#,
            "/containers/0/axles/rear", "behind the front axle"
        ),
        (
            #""container":{"length":1,"width":1,"height":1e999}"#, "/container/height",
            "a whole number"
        ),
    ]

    @Test("bad containers are refused with the place", arguments: containers)
    func badContainers(text: String, pointer: String, says: String) {
        let error = #expect(throws: PackingError.self) { try Self.load(text, Self.item()) }
        #expect(error?.pointer == pointer)
        #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
    }

    static let items: [(String, String, String)] = [
        (item(quantity: "1000000000"), "/items/0/quantity", "between 1 and 1000000"),
        (item(quantity: "0"), "/items/0/quantity", "between 1"),
        (item(#","weight":-1"#), "/items/0/weight", "between 0"),
        (item(#","weight":1e300"#), "/items/0/weight", "between 0"),
        (item(#","vertical":[]"#), "/items/0/vertical", "1 to 3"),
        (item(#","vertical":["heigth"]"#), "/items/0/vertical/0", "did you mean \"height\"?"),
        (item(#","priority":10"#), "/items/0/priority", "between 0 and 9"),
        (item(#","class":7"#), "/items/0/class", "a string"),
        (item() + "," + item(), "/items/1/id", "already that of item 0"),
        (
            item(#","weight":999999999"#, quantity: "1000000"), "/items/0",
            "weigh more than a million tonnes"
        ),
    ]

    @Test("bad items are refused with the place", arguments: items)
    func badItems(items: String, pointer: String, says: String) {
        let error = #expect(throws: PackingError.self) {
            try Self.load("\"container\":\(Self.box)", items)
        }
        #expect(error?.pointer == pointer)
        #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
    }

    @Test("boxes of a million cubic kilometres are refused, not added up")
    func huge() {
        let side = "100000"
        let error = #expect(throws: PackingError.self) {
            try Self.load(
                #""container":{"length":\#(side),"width":\#(side),"height":\#(side)}"#,
                #"{"id":"a","length":\#(side),"width":\#(side),"height":\#(side),"quantity":1000000}"#
            )
        }
        #expect(error?.code == "too-large")
    }

    @Test(
        "axles that let nothing be loaded contradict the load",
        arguments: [
            // At x the rear axle bears (x − front) / (rear − front) of a box, the front the rest.
            (#"{"front":0,"rear":100,"frontLimit":0,"rearLimit":0}"#, true),
            (#"{"front":0,"rear":100,"frontLimit":0}"#, true),
            (#"{"front":0,"rear":100,"rearLimit":0}"#, true),
            (#"{"front":0,"rear":60,"frontLimit":0}"#, false),
            (#"{"front":40,"rear":100,"rearLimit":0}"#, false),
            (#"{"front":0,"rear":100,"rearLimit":0.001}"#, false),
        ]
    )
    func axles(text: String, isRefused: Bool) throws {
        let container = #""container":{"length":100,"width":100,"height":100,"axles":\#(text)}"#
        let item = Self.item(#","weight":1"#)
        if isRefused {
            let error = #expect(throws: PackingError.self) { try Self.load(container, item) }
            #expect(error?.pointer == "/container/axles")
            #expect(error?.code == "contradiction")
        } else {
            _ = try Self.load(container, item)
        }
        // What weighs nothing may stand anywhere.
        _ = try Self.load(container, Self.item())
    }

    @Test("what is left out of one container says why")
    func reasons() throws {
        // Apart without a distance: food has more volume. 2 × 6 kg and 10 kg of payload leave one out.
        let load = try Self.load(
            #""container":{"length":100,"width":100,"height":100,"maxWeight":10}"#,
            #"""
            {"id":"long","length":120,"width":10,"height":10,"vertical":["height","width"],"quantity":1},
            {"id":"tall","length":10,"width":10,"height":120,"quantity":1},
            {"id":"heavy","length":10,"width":10,"height":10,"quantity":1,"weight":11},
            {"id":"brick","length":50,"width":50,"height":50,"quantity":2,"weight":6}
            """#
        )
        guard case .single(let problem) = load else { return }
        let layout = try Packer().pack(problem, options: .init(budget: .iterations(100)))
        let json = LoadFile.json(layout, of: problem)
        let reasons = try #require(json["reasons"]?.object)
        #expect(reasons.keys == ["brick", "heavy", "long", "tall"])
        let said = { (id: String) in reasons[id]?.string ?? "" }
        #expect(said("long").contains("its length of 120 mm must lie along the floor"))
        #expect(
            said("tall").contains("its height of 120 mm must stand upright, the space is 100 mm")
        )
        #expect(said("heavy").contains("one weighs 11.0 kg, the payload is 10.0 kg"))
        #expect(said("brick").contains("6 of 10 kg are loaded, one weighs 6 kg"))
        #expect(try LoadFile.boxes(json, of: problem) == layout.boxes)
    }

    @Test("boxes beyond an axle's limit say so")
    func axleReason() throws {
        // A bed of 300 between its axles: the middle of a 100 cube lies from 50 on, so that the rear
        // bears at least a sixth of its 6 kg, and of 4 kg 3 are taken by the box at 150.
        let space = CargoSpace(
            length: 300,
            width: 100,
            height: 100,
            axles: Axles(frontPosition: 0, rearPosition: 300, rearLimitGrams: 3_500)
        )
        let item = CargoItem(
            id: "a",
            length: 100,
            width: 100,
            height: 100,
            quantity: 2,
            weightGrams: 6_000
        )
        let problem = LoadProblem(space: space, items: [item])
        let boxes = [PackedBox(item: 0, x: 100, y: 0, z: 0, length: 100, width: 100, height: 100)]
        let reasons = LeftOver(boxes, in: problem).reasons([0: 1])
        #expect(
            reasons["a"]
                == "nowhere along the space would the axles bear another 6 kg (payload on them now: "
                + "rear 3 of 3.5 kg)"
        )
    }

    @Test("a plan of several vehicles is checked as a whole: boxes and vehicles must suffice")
    func violations() throws {
        let problem = FleetProblem(
            vehicles: [FleetPacker.Vehicle(CargoSpace(id: "v", length: 10, width: 10, height: 10))],
            items: [CargoItem(id: "a", length: 10, width: 10, height: 10)]
        )
        let one =
            #"{"container":"v","boxes":[{"item":"a","x":0,"y":0,"z":0,"length":10,"width":10,"height":10}]}"#
        func found(_ vehicles: String) throws -> [String] {
            try LoadFile.violations(JSON(parsing: #"{"vehicles":[\#(vehicles)]}"#), of: problem).map
            {
                "\($0.vehicle.map(String.init) ?? "all") \($0.violation.rule.rawValue)"
            }
        }
        #expect(try found(one) == [])
        #expect(try found("\(one),\(one)") == ["all count", "all count"])
        let moved = one.replacing("\"x\":0", with: "\"x\":1")
        #expect(try found(moved) == ["0 bounds"])
        let error = #expect(throws: PackingError.self) {
            try found(one.replacing("\"v\"", with: "\"w\""))
        }
        #expect(error?.pointer == "/vehicles/0/container")
    }
}
