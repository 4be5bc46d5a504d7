import Core
import JSONata
import Testing

@Suite("The reference's test suite")
struct ReferenceSuiteTests {
    private static let environment = JSONataEnvironment(
        now: Timestamp(microseconds: 1_700_000_000_000_000),
        random: SeededRandom(seed: 1)
    )

    @Test(
        "Every case of a group ends as the reference says",
        .enabled(if: ReferenceSuite.isPresent, "no reference data; set WEFT_DATA"),
        arguments: ReferenceSuite.groups
    )
    func group(_ group: String) throws {
        for one in try ReferenceSuite.cases(of: group) {
            let problem = Self.problem(one)
            #expect(problem == nil, "\(one.name): \(one.expression)")
        }
    }

    /// What a case gives that it should not; nil when it is as it should be.
    private static func problem(_ one: ReferenceSuite.Case) -> String? {
        var environment = Self.environment
        for member in one.spec["bindings"]?.object ?? JSONObject() {
            environment.bindings[member.key] = member.value
        }
        if let depth = one.spec["depth"]?.int { environment.limits.depth = depth }
        // The time that a case is given is for an idle machine.
        environment.limits.time = .seconds(60)
        do throws(JSONataError) {
            let expression = try JSONataExpression(one.expression)
            switch try expression.outcome(one.input, in: environment) {
            case .undefined:
                return one.spec["undefinedResult"] == nil ? "nothing" : nil
            case .function: return "a function"
            case .value(let value): return isExpected(value, one.spec) ? nil : value.text()
            }
        } catch {
            return isExpected(error, one.spec) ? nil : "\(error) (\(error.token ?? "no token"))"
        }
    }

    private static func isExpected(_ value: JSON, _ spec: JSON) -> Bool {
        guard let expected = spec["result"] else { return false }
        guard spec["unordered"] == true, let all = expected.array, let given = value.array else {
            return value == expected
        }
        return all.count == given.count && all.allSatisfy { given.contains($0) }
    }

    private static func isExpected(_ error: JSONataError, _ spec: JSON) -> Bool {
        let code = spec["code"]?.string ?? spec["error"]?["code"]?.string
        guard code == error.code else { return false }
        if let token = spec["token"]?.string, token != error.token { return false }
        if let message = spec["error"]?["message"]?.string { return message == error.message }
        return true
    }
}
