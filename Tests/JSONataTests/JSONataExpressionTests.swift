import Core
import JSONata
import Testing

@Suite("An expression")
struct JSONataExpressionTests {
    private let environment = JSONataEnvironment(
        now: Timestamp(microseconds: 1_700_000_000_000_000),
        random: SeededRandom(seed: 1)
    )

    @Test("A path reaches through arrays")
    func path() throws {
        let input: JSON = ["a": [["b": 1], ["b": 2]]]
        let sum = try JSONataExpression("$sum(a.b)").evaluate(input, in: environment)
        #expect(sum == 3)
    }

    @Test("Variables that are not bound in the source are free")
    func freeVariables() throws {
        let expression = try JSONataExpression("($x := 1; $x + $states.input.y + $sum([1]))")
        #expect(expression.freeVariables == ["states"])
    }
}
