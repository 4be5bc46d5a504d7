import Core
import Testing
import Workflows

@Suite struct ChoiceTests {
    private func choose(_ rule: JSON, _ input: JSON) throws -> String {
        var rule = rule
        rule["Next"] = "Yes"
        let run = try Run(
            [
                "StartAt": "Choose",
                "States": [
                    "Choose": ["Type": "Choice", "Choices": [rule], "Default": "No"],
                    "Yes": ["Type": "Succeed"], "No": ["Type": "Succeed"],
                ],
            ],
            input: input
        )
        return run.execution.status == .succeeded
            ? run.states[1] : try #require(run.execution.error)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var operand: JSON
        var match: JSON
        var others: [JSON]

        var testDescription: String { "\(name) \(operand)" }

        init(_ name: String, _ operand: JSON, _ match: JSON, _ others: [JSON]) {
            self.name = name
            self.operand = operand
            self.match = match
            self.others = others
        }
    }

    static let moment: JSON = "2026-03-14T01:59:00Z"

    /// Operator, its operand, a value that matches, and values that do not.
    static let cases: [Case] = [
        Case("StringEquals", "b", "b", ["a", "B", 1, nil, true]),
        Case("StringLessThan", "b", "a", ["b", "c", 0]),
        Case("StringGreaterThan", "b", "c", ["b", "a", 9]),
        Case("StringLessThanEquals", "b", "b", ["c", 0]),
        Case("StringGreaterThanEquals", "b", "b", ["a", 9]),
        Case("NumericEquals", 1, 1.0, [2, "1", nil, true]),
        Case("NumericLessThan", 1.5, 1, [1.5, 2, "1"]),
        Case("NumericGreaterThan", 1.5, 2, [1.5, 1, "2"]),
        Case("NumericLessThanEquals", 1.5, 1.5, [1.6, "1"]),
        Case("NumericGreaterThanEquals", 1.5, 1.5, [1.4, "2"]),
        Case("BooleanEquals", false, false, [true, 0, "false", nil]),
        Case(
            "TimestampEquals",
            moment,
            "2026-03-14T02:59:00+01:00",
            ["2026-03-14T01:59:01Z", "2026-03-14", 5]
        ),
        Case("TimestampLessThan", moment, "2026-03-14T01:58:59.999Z", [moment, "a"]),
        Case("TimestampGreaterThan", moment, "2026-03-14T01:59:00.001Z", [moment, "z"]),
        Case(
            "TimestampLessThanEquals",
            moment,
            "2026-03-14T01:59:00.000Z",
            ["2026-03-14T02:00:00Z"]
        ),
        Case("TimestampGreaterThanEquals", moment, moment, ["2026-03-14T01:00:00Z"]),
        Case("IsNull", true, nil, [0, "", false]),
        Case("IsNumeric", true, 1.5, ["1", nil, true]),
        Case("IsString", true, "", [1, nil, ["a"]]),
        Case("IsBoolean", true, false, [0, "false", nil]),
        Case(
            "IsTimestamp",
            true,
            "2026-03-14T01:59:00.5Z",
            ["2026-03-14", "2026-03-14t01:59:00z", "2026-02-30T00:00:00Z", 1_773_453_540]
        ),
        Case("IsNull", false, 0, [nil]),
        Case("IsString", false, 1, ["1"]),
        Case("IsPresent", true, nil, []),
    ]

    @Test("Every operator compares with a literal", arguments: cases)
    func literal(one: Case) throws {
        let rule: JSON = .object(JSONObject([("Variable", "$.v"), (one.name, one.operand)]))
        #expect(try choose(rule, ["v": one.match]) == "Yes")
        for other in one.others {
            #expect(try choose(rule, ["v": other]) == "No", "\(other)")
        }
    }

    @Test(
        "Every comparison has a form with a path",
        arguments: cases.filter { !$0.name.hasPrefix("Is") }
    )
    func path(one: Case) throws {
        let rule: JSON = .object(JSONObject([("Variable", "$.v"), (one.name + "Path", "$.w")]))
        #expect(try choose(rule, ["v": one.match, "w": one.operand]) == "Yes")
        for other in one.others {
            #expect(try choose(rule, ["v": other, "w": one.operand]) == "No", "\(other)")
        }
        #expect(try choose(rule, ["v": one.match]) == "States.Runtime")
    }

    static let patterns: [(String, String, Bool)] = [
        ("log-*.txt", "log-1.txt", true), ("log-*.txt", "log-.txt", true),
        ("log-*.txt", "log-1.txt2", false), ("*", "", true), ("a*a", "a", false),
        ("*a*b*", "xxaybz", true), ("*a*b*", "xxbyaz", false), ("a**b", "ab", true),
        ("a\\*b", "a*b", true), ("a\\*b", "axb", false), ("a\\\\*", "a\\x", true),
        ("a\\\\*", "ax", false), ("abc", "abc", true), ("abc", "abcd", false),
        ("*.zip", "a.zip.zip", true), ("ü*", "über", true),
    ]

    @Test(
        "StringMatches knows stars, escaped stars and escaped backslashes",
        arguments: patterns
    )
    func stringMatches(pattern: String, text: String, matches: Bool) throws {
        let rule: JSON = ["Variable": "$.v", "StringMatches": .string(pattern)]
        #expect(try choose(rule, ["v": .string(text)]) == (matches ? "Yes" : "No"))
    }

    @Test("IsPresent tells an absent value from null; the others need a value")
    func presence() throws {
        let present: JSON = ["Variable": "$.a.b", "IsPresent": true]
        #expect(try choose(present, ["a": ["b": nil]]) == "Yes")
        #expect(try choose(present, ["a": 1]) == "No")
        #expect(try choose(["Variable": "$.a.b", "IsPresent": false], [:]) == "Yes")
        #expect(try choose(["Variable": "$.a.b", "IsNull": true], [:]) == "States.Runtime")
    }

    @Test("And, Or and Not combine and stop early")
    func combinations() throws {
        let guarded: JSON = [
            "And": [
                ["Variable": "$.a", "IsPresent": true], ["Variable": "$.a", "NumericEquals": 1],
            ]
        ]
        #expect(try choose(guarded, ["a": 1]) == "Yes")
        #expect(try choose(guarded, [:]) == "No")
        let either: JSON = [
            "Or": [
                ["Variable": "$.a", "NumericEquals": 1],
                ["Not": ["Variable": "$.a", "IsNumeric": true]],
            ]
        ]
        #expect(try choose(either, ["a": "x"]) == "Yes")
        #expect(try choose(either, ["a": 2]) == "No")
    }

    @Test("The first rule that holds decides; without one and without Default it fails")
    func order() throws {
        let definition: JSON = [
            "StartAt": "Choose",
            "States": [
                "Choose": [
                    "Type": "Choice",
                    "Choices": [
                        ["Variable": "$.n", "NumericGreaterThan": 5, "Next": "Big"],
                        ["Variable": "$.n", "NumericGreaterThan": 1, "Next": "Some"],
                    ],
                ],
                "Big": ["Type": "Succeed"], "Some": ["Type": "Succeed"],
            ],
        ]
        #expect(try Run(definition, input: ["n": 9]).states == ["Choose", "Big"])
        #expect(try Run(definition, input: ["n": 2]).states == ["Choose", "Some"])
        let none = try Run(definition, input: ["n": 0])
        #expect(none.execution.status == .failed)
        #expect(none.execution.error == "States.NoChoiceMatched")
        #expect(none.types == ["ExecutionStarted", "ChoiceStateEntered", "ExecutionFailed"])
    }
}
