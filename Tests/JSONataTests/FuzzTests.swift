import Core
import Foundation
import JSONata
import Testing

@Suite("Whatever the source")
struct FuzzTests {
    private static let isLong =
        ProcessInfo.processInfo.environment["WEFT_TESTS"]?.contains("long") ?? false
    private static let rounds = isLong ? 200_000 : 3_000

    private let environment = JSONataEnvironment(
        bindings: ["x": [1, 2, ["a": "b"]]],
        now: Timestamp(microseconds: 1_700_000_000_000_000),
        random: SeededRandom(seed: 7),
        limits: JSONataLimits(steps: 20_000, elements: 20_000, text: 1 << 16, time: .seconds(5))
    )
    private let input: JSON = [
        "a": ["b": [1, 2, 3], "c": "text"], "list": [["n": 1, "s": "x"], ["n": 2, "s": "y"]],
        "s": "Hello, 世界 😀", "z": nil, "t": true, "d": 1.5,
    ]

    /// Compiles and evaluates; an error is as good as a value.
    private func run(_ source: String) {
        guard let expression = try? JSONataExpression(source) else { return }
        _ = try? expression.outcome(input, in: environment)
    }

    @Test("random characters give a value or an error", arguments: [1, 2] as [UInt64])
    func characters(_ seed: UInt64) {
        let random = SeededRandom(seed: seed)
        let letters = Array(
            "abs$xyz.[](){}@#;:?+-*/%|=<>^&!~,'\"`\\ \n0123456789eEu_λ😀é function and or in null true"
        )
        for _ in 0..<Self.rounds {
            let count = Int(random.next() % 40)
            run(
                String((0..<count).map { _ in letters[Int(random.next() % UInt64(letters.count))] })
            )
        }
    }

    @Test("random bytes give a value or an error", arguments: [3] as [UInt64])
    func bytes(_ seed: UInt64) {
        let random = SeededRandom(seed: seed)
        for _ in 0..<Self.rounds {
            let count = Int(random.next() % 60)
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            run(String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test(
        "expressions that were changed at random give a value or an error",
        .enabled(if: ReferenceSuite.isPresent, "no reference data; set WEFT_DATA"),
        arguments: [4] as [UInt64]
    )
    func mutations(_ seed: UInt64) throws {
        let random = SeededRandom(seed: seed)
        var sources: [[Character]] = []
        for group in ReferenceSuite.groups {
            for one in try ReferenceSuite.cases(of: group) where one.expression.utf8.count < 400 {
                sources.append(Array(one.expression))
            }
        }
        func below(_ bound: Int) -> Int { Int(random.next() % UInt64(max(1, bound))) }
        for _ in 0..<Self.rounds {
            var source = sources[below(sources.count)]
            for _ in 0...below(4) {
                let other = sources[below(sources.count)]
                let at = below(source.count + 1)
                switch below(4) {
                case 0: if at < source.count { source.remove(at: at) }
                case 1:
                    let start = below(other.count)
                    source.insert(contentsOf: other[start...].prefix(below(20)), at: at)
                case 2: source.removeLast(source.count - at)
                default:
                    if at < source.count, !other.isEmpty { source[at] = other[below(other.count)] }
                }
            }
            run(String(source))
        }
    }

    @Test("one expression serves many threads at once")
    func concurrency() async throws {
        let expression = try JSONataExpression(
            "$sum(list.(n * $count($match(s, /[a-z]/)))) & $uppercase(a.c)"
        )
        let (environment, input) = (environment, input)
        try await withThrowingTaskGroup(of: JSON?.self) { group in
            for _ in 0..<64 {
                group.addTask { try expression.evaluate(input, in: environment) }
            }
            // 1 × 1 + 2 × 1 matches.
            for try await value in group { #expect(value == "3TEXT") }
        }
    }
}
