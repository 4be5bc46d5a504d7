import Core
import Events
import Testing

@Suite struct EventSyntaxTests {
    private let machine: PatternMachine

    init() throws {
        machine = PatternMachine([try Pattern(["a": [["exists": true]]])])
    }

    private func isAccepted(_ bytes: [UInt8]) -> Bool {
        (try? machine.rules(matching: bytes)) != nil
    }

    @Test(
        "What is no JSON object is refused, with the place, also in parts that no pattern names",
        arguments: [
            ("", 0), ("[]", 0), ("{", 1), (#"{"x":1"#, 6), (#"{"x":1}}"#, 7), (#"{"x":01}"#, 6),
            (#"{"x":1.}"#, 7), (#"{"x":-}"#, 6), (#"{"x":1e}"#, 7), (#"{"x":tru}"#, 5),
            (#"{"x":[1,]}"#, 8), (#"{"x":{"y":1,}}"#, 12), (#"{"x" 1}"#, 5), (#"{x:1}"#, 1),
            (#"{"x":"a"#, 7), (#"{"x":"\q"}"#, 6), (#"{"x":"\u12"}"#, 6), (#"{"x":"\ud800"}"#, 6),
            ("{\"x\":\"a\u{1}\"}", 7), (#"{"a":+1}"#, 5), (#"{"x":[1 2]}"#, 8), (#"{"x":.5}"#, 5),
            (#"{"x":1234567890123456x}"#, 21), ("{\"x\":\u{B}1}", 5),
        ]
    )
    func malformed(_ text: String, _ offset: Int) {
        #expect { try machine.rules(matching: Array(text.utf8)) } throws: {
            ($0 as? EventSyntaxError)?.offset == offset
        }
    }

    @Test("Bytes that are not UTF-8 are refused")
    func encoding() {
        let broken: [[UInt8]] = [
            [0x80], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xE2, 0x82], [0xFF], [0xF0, 0x80, 0x80, 0x80], [0xC3, 0x28],
        ]
        for bytes in broken {
            #expect(!isAccepted(Array(#"{"x":""#.utf8) + bytes + Array(#""}"#.utf8)), "\(bytes)")
        }
        #expect(isAccepted(Array(#"{"x":"é€😀\ud83d\ude00\u00e9"}"#.utf8)))
    }

    @Test("Nesting is followed 512 levels down and no further")
    func depth() {
        func nested(_ levels: Int) -> [UInt8] {
            Array((#"{"x":"# + String(repeating: "[", count: levels - 1)).utf8)
                + Array((String(repeating: "]", count: levels - 1) + "}").utf8)
        }
        #expect(isAccepted(nested(512)))
        #expect(!isAccepted(nested(513)))
        #expect(!isAccepted(nested(1_000_000)))
    }

    @Test(
        "Damaged events are accepted exactly when the parser of JSON accepts them",
        arguments: 0..<20
    )
    func damaged(_ seed: Int) {
        let random = SeededRandom(seed: UInt64(seed))
        let sample = Array(
            #"{"a":[1.5e-3,"x\n\u00e9é",{"b":null}],"c":{"d":[true,false,-0,1234]},"e":"\\"}"#
                .utf8
        )
        let letters = Array("{}[]\",:\\0123456789.eE+-truefalsn u\u{1}é".utf8)
        for _ in 0..<400 {
            var event = sample
            for _ in 0..<(1 + random.next() % 3) {
                let at = Int(random.next() % UInt64(event.count))
                let letter = letters[Int(random.next() % UInt64(letters.count))]
                switch random.next() % 3 {
                case 0: event[at] = letter
                case 1: event.insert(letter, at: at)
                default: event.remove(at: at)
                }
            }
            let limits = JSON.Limits(depth: 512, allowsRepeatedKeys: true)
            let isObject = (try? JSON(parsing: event, limits: limits))?.object != nil
            #expect(
                isAccepted(event) == isObject,
                "seed \(seed): \(String(decoding: event, as: UTF8.self))"
            )
        }
    }
}

@Suite struct PatternLimitsTests {
    private func refused(_ json: JSON) -> String? {
        do {
            _ = try Pattern(json)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("A pattern beyond its budget is refused before it is compiled")
    func budget() throws {
        let ten: JSON = .array((0..<10).map { ["a\($0)": [.int($0)]] })
        // 10³ combinations are allowed, 10⁴ are not.
        #expect(refused(["x": ["$or": ten], "y": ["$or": ten], "z": ["$or": ten]]) == nil)
        #expect(
            refused(["w": ["$or": ten], "x": ["$or": ten], "y": ["$or": ten], "z": ["$or": ten]])
                == "pattern-too-complex"
        )
        var deep: JSON = [1]
        for _ in 0..<32 { deep = ["a": deep] }
        #expect(refused(deep) == nil)
        #expect(refused(["a": deep]) == "pattern-too-complex")
        let stars = String(repeating: "*a", count: 16)
        #expect(refused(["a": [["wildcard": .string(stars)]]]) == nil)
        #expect(refused(["a": [["wildcard": .string(stars + "*")]]]) == "pattern-too-complex")
        let many = JSON.array((0..<17).map { ["wildcard": .string("\($0)" + stars)] })
        #expect(refused(["a": many]) == "pattern-too-complex")
        let long = JSON.string(String(repeating: "x", count: 65_537))
        #expect(refused(["a": [long]]) == "pattern-too-complex")
        #expect(refused(["a": .array((0..<10_001).map { .int($0) })]) == "pattern-too-complex")
    }

    @Test("Hostile wildcards cost their sum, not their product")
    func wildcards() throws {
        // Each of 100 wildcards nearly matches at every place of the text.
        let patterns = try (1...100).map { number in
            let segment = String(repeating: "a", count: number)
            return try Pattern([
                "a": [["wildcard": .string("*\(segment)*a*\(segment)*\(segment)b*")]]
            ])
        }
        let machine = PatternMachine(patterns)
        // The automaton has a state for each letter at most: nothing is multiplied out.
        #expect(machine.complexity.states < 1_000)
        #expect(machine.complexity.work == 100 * 6)
        let event =
            Array(#"{"a":""#.utf8) + [UInt8](repeating: 0x61, count: 2_000) + Array(#""}"#.utf8)
        var found: [Int] = []
        let time = try ContinuousClock().measure { found = try machine.rules(matching: event) }
        #expect(found.isEmpty)
        #expect(time < .seconds(20))
    }
}
