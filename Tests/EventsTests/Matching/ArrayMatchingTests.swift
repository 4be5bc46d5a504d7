import Core
import Events
import Foundation
import ReferenceData
import Testing

/// The reference data of event matching, where it is there.
private let data = ReferenceData.file("events")

private func text(_ name: String) throws -> String {
    try String(contentsOf: data.appendingPathComponent(name), encoding: .utf8)
}

private let isThere = FileManager.default.fileExists(atPath: data.path)

@Suite struct ArrayMatchingTests {
    @Test("All of event-ruler's correctness cases", .enabled(if: isThere, "WEFT_DATA is missing"))
    func correctness() throws {
        let cases = try #require(JSON(parsing: text("correctness-cases.json")).array)
        #expect(cases.count == 34)
        for example in cases {
            let rule = try #require(example["rule"]).text()
            let event = try #require(example["event"]).text()
            let name = example["name"]?.string ?? ""
            #expect(
                try matches(rule, event) == example["expected_match"]?.bool,
                Comment(rawValue: name)
            )
        }
    }

    @Test(
        "Values of one rule come from one element of an array",
        .enabled(if: isThere, "WEFT_DATA is missing")
    )
    func consistency() throws {
        let patterns = try (1...3).map { number in
            try Pattern(JSON(parsing: text("arrayRule\(number).json")))
        }
        let machine = PatternMachine(patterns)
        // Event-ruler's own expectations (its nestedArraysTest), array-consistent matching on.
        for (event, expected) in [(1, [0, 1]), (2, []), (3, []), (4, [2])] {
            let bytes = Array(try text("arrayEvent\(event).json").utf8)
            #expect(try machine.rules(matching: bytes) == expected, "event \(event)")
        }
        #expect(try matches(text("bigEventRule.json"), text("bigEvent.json")))
    }

    @Test(
        "What comes first in the order of paths decides where a field must be absent",
        arguments: [
            (
                #"{"d":{"a":[{"exists":true}],"b":[{"exists":false}]}}"#,
                #"{"d":[{"a":1},{"b":2}]}"#, true
            ),
            (
                #"{"d":{"a":[{"exists":false}],"b":[{"exists":true}]}}"#,
                #"{"d":[{"a":1},{"b":2}]}"#, false
            ),
            (
                #"{"d":{"a":[{"exists":false}],"b":[{"exists":true}]}}"#,
                #"{"d":[{"c":1},{"b":2}]}"#, true
            ),
            (#"{"d":{"a":[1],"b":[{"exists":false}]}}"#, #"{"d":[{"a":1,"b":0},{"a":1}]}"#, true),
            (#"{"d":{"a":[1],"b":[{"exists":false}]}}"#, #"{"d":[{"a":1,"b":0},{"a":2}]}"#, false),
            (#"{"d":{"a":[{"exists":false}]}}"#, #"{"d":[{"a":1},{"b":1}]}"#, false),
            (#"{"d":{"a":[{"exists":false}]}}"#, #"{"d":[]}"#, true),
            (#"{"d":{"a":[{"exists":false},1],"b":[2]}}"#, #"{"d":[{"a":0},{"a":1,"b":2}]}"#, true),
            (#"{"d":{"a":[{"exists":false},1],"b":[2]}}"#, #"{"d":[{"a":0},{"b":2}]}"#, false),
            (#"{"a":{"x":[1]},"b":{"y":[1]}}"#, #"{"a":[{"x":1}],"b":[{"z":0},{"y":1}]}"#, true),
            (#"{"a":{"x":[1],"y":[2]}}"#, #"{"a":[[{"x":1},{"y":2}]]}"#, false),
            (#"{"a":{"x":[1],"y":[2]}}"#, #"{"a":[[{"x":1}],[{"y":2}]]}"#, false),
            (#"{"a":{"x":[1],"y":[2]}}"#, #"{"a":[[{"z":1}],[{"y":2},{"x":1,"y":2}]]}"#, true),
            (#"{"a":{"x":[1],"y":[2]}}"#, #"{"a":[{"x":[0,1],"y":[[2]]}]}"#, true),
        ]
    )
    func absence(_ pattern: String, _ event: String, _ expected: Bool) throws {
        #expect(try matches(pattern, event) == expected)
    }

    private static func list(_ count: Int, _ element: (Int) -> String) -> String {
        "[" + (0..<count).map(element).joined(separator: ",") + "]"
    }

    /// The generators that `perf-scenarios.json` names.
    private static func event(_ generator: String, _ n: Int) -> String? {
        switch generator {
        case "primArrayPlusScalar": #"{"d":{"tags":\#(list(n) { #""t\#($0)""# }),"type":"G"}}"#
        case "primArrayOnly": #"{"d":{"tags":\#(list(n) { #""t\#($0)""# })}}"#
        case "objArrayBothFields": #"{"d":\#(list(n) { #"{"a":"\#($0)","b":"\#($0)"}"# })}"#
        case "objArrayLastValid":
            #"{"d":\#(list(n) { $0 < n - 1 ? #"{"a":"\#($0)"}"# : #"{"a":"x","b":"y"}"# })}"#
        case "objArrayAllPartial":
            #"{"d":\#(list(n) { $0 % 2 == 0 ? #"{"a":"\#($0)"}"# : #"{"b":"\#($0)"}"# })}"#
        case "customerLike":
            #"{"detail":{"data":{"name":\#(list(n) { #""u\#($0)""# }),"type":"G","#
                + #""domains":{"email":"t@x"}},"#
                + #""context":{"companyId":"c","userId":"u","email":"a@b"}}}"#
        case "primInsideObjArray":
            #"{"detail":{"data":[{"name":\#(list(n) { #""u\#($0)""# }),"type":"G"},{"name":[],"x":1}]}}"#
        case "noObjArrayLargePrim":
            #"{"detail":{"data":{"name":\#(list(n) { #""u\#($0)""# }),"type":"G"}}}"#
        case "nested2Level":
            #"{"a":\#(list(n) { i in #"{"b":\#(list(10) { #"{"x":"\#(i)","y":"\#($0)"}"# })}"# })}"#
        case "deepNestedPrim":
            #"{"a":\#(list(3) { i in #"{"b":{"tags":\#(list(n) { #""t\#(i)_\#($0)""# }),"type":"G"}}"# })}"#
        case "wideRulePrimArray": #"{"d":{"a":\#(list(n) { #""t\#($0)""# }),"b":"x","c":"y"}}"#
        case "twoPrimArrays":
            #"{"tags":\#(list(n) { #""t\#($0)""# }),"cats":\#(list(n) { #""c\#($0)""# }),"v":"1"}"#
        case "controlScalar": #"{"a":"1","b":"2"}"#
        default: nil
        }
    }

    @Test("Array scenarios match as expected", .enabled(if: isThere, "WEFT_DATA is missing"))
    func scenarios() throws {
        for scenario in try #require(JSON(parsing: text("perf-scenarios.json")).array) {
            let machine = PatternMachine([try Pattern(#require(scenario["rule"]))])
            let generator = try #require(scenario["generator"]?.string)
            for size in try #require(scenario["sizes"]?.array) {
                let event = try #require(Self.event(generator, size.int ?? 0), "\(generator)")
                let found = try machine.rules(matching: Array(event.utf8)).count
                #expect(found == scenario["expectedMatches"]?.int, "\(generator) \(size)")
            }
        }
    }

    @Test(
        "Time grows with the length of arrays, not with the ways to choose from them",
        arguments: [
            // Three arrays side by side of which none fits: 10¹² ways to choose.
            #"{"x":{"a":[1],"b":[9]},"y":{"a":[1],"b":[9]},"z":{"a":[1],"b":[9]}}"#,
            // All values are there, but the last field's never in the element of the others.
            #"{"x":{"a":[1],"b":[2],"c":[3],"d":[4]}}"#,
            #"{"x":{"a":[{"exists":true}],"q":{"b":[2],"c":[3]}}}"#,
        ]
    )
    func linear(_ pattern: String) throws {
        let elements = Self.list(10_000) { index in
            ["{\"a\":1,\"b\":2,\"c\":3,\"q\":[{\"b\":2},{\"c\":3}]}", "{\"a\":1,\"b\":2,\"d\":4}"][
                index % 2
            ]
        }
        let event = Array("{\"x\":\(elements),\"y\":\(elements),\"z\":\(elements)}".utf8)
        let machine = PatternMachine([try Pattern(JSON(parsing: pattern))])
        let clock = ContinuousClock()
        var found: [Int] = []
        let time = try clock.measure { found = try machine.rules(matching: event) }
        #expect(found.isEmpty)
        // Some 0.1 s without optimisation on a slow machine; choosing in combination would take days.
        #expect(time < .seconds(20))
    }
}

/// Event-ruler's rules for arrays written down plainly: every way to choose values is tried.
private struct PlainMatching {
    struct Field {
        var path: String
        var value: Int?
        var membership: [Int: Int]
    }

    private(set) var fields: [Field] = []
    private var arrays = 0

    mutating func flatten(_ value: JSON, _ path: [String], _ membership: [Int: Int]) {
        switch value {
        case .object(let object):
            for member in object { flatten(member.value, path + [member.key], membership) }
        case .array(let elements):
            let array = arrays
            arrays += 1
            for (index, element) in elements.enumerated() {
                var inner = membership
                if element.array != nil || element.object != nil { inner[array] = index }
                flatten(element, path, inner)
            }
        default:
            fields.append(
                Field(path: path.joined(separator: "."), value: value.int, membership: membership)
            )
        }
    }

    private func join(_ left: [Int: Int], _ right: [Int: Int]) -> [Int: Int]? {
        var joined = left
        for (array, index) in right {
            if let other = joined[array], other != index { return nil }
            joined[array] = index
        }
        return joined
    }

    private func accepts(_ alternative: JSON, _ value: Int?) -> Bool {
        if let other = alternative["anything-but"] { return value != other.int }
        if let flag = alternative["exists"]?.bool { return flag }
        return alternative.int == value
    }

    func matches(
        _ leaves: ArraySlice<(path: String, alternatives: [JSON])>,
        _ chosen: [Int: Int] = [:]
    )
        -> Bool
    {
        guard let leaf = leaves.first else { return true }
        let possible = fields.filter { $0.path == leaf.path }.compactMap { field in
            join(chosen, field.membership).map { (field.value, $0) }
        }
        for (value, membership) in possible
        where leaf.alternatives.contains(where: { accepts($0, value) }) {
            if matches(leaves.dropFirst(), membership) { return true }
        }
        let mayBeAbsent = leaf.alternatives.contains { $0["exists"]?.bool == false }
        return mayBeAbsent && possible.isEmpty && matches(leaves.dropFirst(), chosen)
    }
}

@Suite struct RandomMatchingTests {
    private struct Draw {
        let random: SeededRandom
        func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }

        func event(_ depth: Int) -> JSON {
            var object = JSONObject()
            for name in ["a", "b", "c"] where below(4) > 0 { object[name] = value(depth) }
            return .object(object)
        }

        func value(_ depth: Int) -> JSON {
            switch depth == 0 ? below(2) : below(6) {
            case 0, 1: below(6) == 0 ? nil : .int(below(3))
            case 2: event(depth - 1)
            default:
                .array(
                    (0..<below(4)).map { _ in below(3) == 0 ? value(depth - 1) : event(depth - 1) }
                )
            }
        }

        func pattern() -> [String: [JSON]] {
            var leaves: [String: [JSON]] = [:]
            for _ in 0..<(1 + below(4)) {
                let path = (0..<(1 + below(3))).map { _ in ["a", "b", "c"][below(3)] }
                let choices: [JSON] = [
                    0, 1, 2, ["exists": true], ["exists": false], ["anything-but": 1],
                    ["exists": false], ["exists": true],
                ]
                leaves[path.joined(separator: ".")] = (0..<(1 + below(2))).map { _ in
                    choices[below(8)]
                }
            }
            return leaves
        }
    }

    @Test(
        "Random events match random patterns exactly when a plain search says so",
        arguments: 0..<40
    )
    func agreement(_ seed: Int) throws {
        let draw = Draw(random: SeededRandom(seed: UInt64(seed)))
        let drafts = (0..<40).map { _ in draw.pattern() }
        let patterns = try drafts.map { draft in
            try Pattern(.object(JSONObject(draft.map { ($0.key, JSON.array($0.value)) })))
        }
        let machine = PatternMachine(patterns)
        for _ in 0..<40 {
            let event = draw.event(4)
            var plain = PlainMatching()
            plain.flatten(event, [], [:])
            let expected = drafts.indices.filter { index in
                let leaves = drafts[index].sorted { $0.key < $1.key }
                return plain.matches(leaves.map { (path: $0.key, alternatives: $0.value) }[...])
            }
            let found = try machine.rules(matching: event.bytes())
            #expect(
                found == expected,
                "seed \(seed), event \(event.text()), patterns \(Set(found).symmetricDifference(expected).map { patterns[$0].json.text() })"
            )
        }
    }
}
