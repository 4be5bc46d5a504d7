import Core
import Testing
import Workflows

@Suite struct DataFlowTests {
    static let input: JSON = ["a": ["x": 1, "y": 2], "b": "text"]

    /// What a Pass state gives for `input`, by the States Language's section on data: InputPath,
    /// Parameters, Result, ResultPath (into the raw input), OutputPath.
    static let passes: [(JSON, JSON)] = [
        ([:], input),
        (["InputPath": "$.a"], ["x": 1, "y": 2]),
        (["InputPath": nil], [:]),
        (["OutputPath": "$.a.x"], 1),
        (["OutputPath": nil], [:]),
        (["Result": [1, 2]], [1, 2]),
        (["Result": 7, "ResultPath": "$.c"], ["a": ["x": 1, "y": 2], "b": "text", "c": 7]),
        (["Result": 7, "ResultPath": "$.a.x"], ["a": ["x": 7, "y": 2], "b": "text"]),
        (["Result": 7, "ResultPath": nil], input),
        (["InputPath": "$.a", "ResultPath": "$.copy", "OutputPath": "$.copy.y"], 2),
        (
            ["Parameters": ["k": 1, "v.$": "$.a.x", "in": ["w.$": "$.b"], "l": [["z.$": "$.b"]]]],
            ["k": 1, "v": 1, "in": ["w": "text"], "l": [["z": "text"]]]
        ),
        (["InputPath": "$.a", "Parameters": ["v.$": "$.y"]], ["v": 2]),
        (
            ["Parameters": ["n.$": "$$.State.Name", "i.$": "$$.Execution.Input.b"]],
            ["n": "Only", "i": "text"]
        ),
        (["InputPath": "$$.Execution.Name"], "first"),
    ]

    @Test("A Pass state follows the order of the data fields", arguments: passes)
    func passState(fields: JSON, expected: JSON) throws {
        var state = fields
        state["Type"] = "Pass"
        let run = try Run(single(state), input: Self.input)
        #expect(run.execution.status == .succeeded)
        #expect(run.execution.output == expected)
    }

    @Test("A task sees its parameters and its result is selected, placed and filtered")
    func task() throws {
        let run = try Run(
            single([
                "Type": "Task", "Resource": "weft:tool:x.y", "InputPath": "$.a",
                "Parameters": ["sum.$": "States.MathAdd($.x, $.y)"],
                "ResultSelector": ["id.$": "$.deep.id"], "ResultPath": "$.a.result",
                "OutputPath": "$.a",
            ]),
            input: Self.input,
            answers: ["Only": [.output(["deep": ["id": 5], "rest": true])]]
        )
        #expect(run.tasks.map(\.input) == [["sum": 3]])
        #expect(run.tasks[0].resource == "weft:tool:x.y")
        #expect(run.execution.output == ["x": 1, "y": 2, "result": ["id": 5]])
        #expect(run.history[2].details["resource"] == "x.y")
        #expect(run.history[2].details["resourceType"] == "weft:tool")
    }

    static let pass: JSON = ["StartAt": "P", "States": ["P": ["Type": "Pass", "End": true]]]

    static let failures: [(JSON, String)] = [
        (["Type": "Pass", "InputPath": "$.no"], "States.Runtime"),
        (["Type": "Pass", "OutputPath": "$.no"], "States.Runtime"),
        (["Type": "Pass", "Parameters": ["v.$": "$.no"]], "States.Runtime"),
        (["Type": "Pass", "Result": 1, "ResultPath": "$.b.c"], "States.ResultPathMatchFailure"),
        (
            ["Type": "Pass", "Parameters": ["v.$": "States.MathAdd($.b, 1)"]],
            "States.IntrinsicFailure"
        ),
        (["Type": "Wait", "SecondsPath": "$.no"], "States.Runtime"),
        (["Type": "Wait", "SecondsPath": "$.b"], "States.Runtime"),
        (["Type": "Wait", "TimestampPath": "$.b"], "States.Runtime"),
        (["Type": "Map", "ItemProcessor": pass], "States.Runtime"),
        (["Type": "Fail", "ErrorPath": "$.a"], "States.Runtime"),
        (["Type": "Fail", "ErrorPath": "$.b", "Cause": "c"], "text"),
        (["Type": "Fail", "ErrorPath": "States.Format('E-{}', $.a.x)"], "E-1"),
    ]

    @Test("A path that does not fit is an error with its own name", arguments: failures)
    func failure(state: JSON, error: String) throws {
        let run = try Run(single(state), input: Self.input)
        #expect(run.execution.status == .failed)
        #expect(run.execution.error == error)
    }

    static let waits: [(JSON, Double)] = [
        (["Seconds": 90], 90), (["SecondsPath": "$.s"], 30),
        (["Timestamp": "2026-10-14T17:47:40Z"], 60), (["TimestampPath": "$.t"], 120),
    ]

    @Test("A Wait ends at its moment in all four forms", arguments: waits)
    func wait(form: JSON, seconds: Double) throws {
        // 1,792,000,000 s = 20,740 days (2026-10-14) + 64,000 s (17:46:40).
        #expect(Run.start.description == "2026-10-14T17:46:40Z")
        var state = form
        state["Type"] = "Wait"
        let input: JSON = ["s": 30, "t": "2026-10-14T19:48:40+02:00"]
        let run = try Run(single(state), input: input)
        #expect(run.waits == [seconds])
        #expect(run.execution.output == input)
    }

    @Test("A Wait for a moment that has passed goes on at once")
    func past() throws {
        let run = try Run(single(["Type": "Wait", "Timestamp": "2016-03-14T01:59:00Z"]))
        #expect(run.waits.isEmpty)
        #expect(run.execution.status == .succeeded)
    }

    @Test("A payload over the limit is an error that Catch can handle")
    func limits() throws {
        // {"v":"…"} has 8 bytes beside the text; é has two.
        let text: (Int) -> JSON = { .string(String(repeating: "é", count: $0 / 2)) }
        let state: JSON = [
            "StartAt": "T",
            "States": [
                "T": [
                    "Type": "Task", "Resource": "weft:tool:a", "End": true,
                    "Catch": [["ErrorEquals": ["States.DataLimitExceeded"], "Next": "C"]],
                ],
                "C": ["Type": "Pass", "Result": "caught", "End": true],
            ],
        ]
        // Room for the caught error's cause as well.
        let limits = ExecutionLimits(payloadBytes: 500)
        let fits = try Run(state, answers: ["T": [.output(["v": text(492)])]], limits: limits)
        #expect(fits.execution.output == ["v": text(492)])
        let over = try Run(state, answers: ["T": [.output(["v": text(494)])]], limits: limits)
        #expect(over.execution.output == "caught")
        let input = try Run(state, input: text(500), answers: ["T": [.output(1)]], limits: limits)
        #expect(input.execution.error == "States.DataLimitExceeded")
    }

    @Test("A chain that waits for nothing is one turn")
    func chain() throws {
        let run = try Run([
            "StartAt": "A",
            "States": [
                "A": ["Type": "Pass", "Next": "B"], "B": ["Type": "Pass", "Next": "C"],
                "C": ["Type": "Succeed"],
            ],
        ])
        #expect(run.turns == 1)
    }

    @Test("A long loop that waits for nothing is cut into turns")
    func loop() throws {
        let definition: JSON = [
            "StartAt": "Count",
            "States": [
                "Count": [
                    "Type": "Pass", "Parameters": ["n.$": "States.MathAdd($.n, 1)"],
                    "Next": "More",
                ],
                "More": [
                    "Type": "Choice", "Default": "Count",
                    "Choices": [["Variable": "$.n", "NumericEquals": 50, "Next": "Done"]],
                ],
                "Done": ["Type": "Succeed"],
            ],
        ]
        // 50 × 2 states and the last one, 20 a turn: 101 / 20 rounded up.
        let limits = ExecutionLimits(statesPerTurn: 20)
        let run = try Run(definition, input: ["n": 0], limits: limits)
        #expect(run.execution.output == ["n": 50])
        #expect(run.turns == 6)
    }

    @Test("A loop over a large value is cut into more turns, as each writes the value again")
    func largeLoop() throws {
        let definition: JSON = [
            "StartAt": "Count",
            "States": [
                "Count": [
                    "Type": "Pass",
                    "Parameters": ["n.$": "States.MathAdd($.n, 1)", "pad.$": "$.pad"],
                    "Next": "More",
                ],
                "More": [
                    "Type": "Choice", "Default": "Count",
                    "Choices": [["Variable": "$.n", "NumericEquals": 50, "Next": "Done"]],
                ],
                "Done": ["Type": "Succeed"],
            ],
        ]
        // A state counts as three, with twice 4 KiB: 7 begin in a turn of 20, and 101 / 7 rounded up is 15.
        let run = try Run(
            definition,
            input: ["n": 0, "pad": .string(String(repeating: "x", count: 8_192))],
            limits: ExecutionLimits(statesPerTurn: 20)
        )
        #expect(run.execution.status == .succeeded)
        #expect(run.turns == 15)
    }

    /// Each round puts the value one level deeper.
    @Test(
        "A value that is nested too deep ends the run before it cannot be written",
        arguments: [
            ["Type": "Pass", "Parameters": ["x.$": "$"], "Next": "More"],
            [
                "Type": "Pass", "QueryLanguage": "JSONata", "Output": ["x": "{% $states.input %}"],
                "Next": "More",
            ],
            ["Type": "Pass", "ResultPath": "$.x", "Parameters": ["x.$": "$"], "Next": "More"],
        ] as [JSON]
    )
    func nesting(state: JSON) throws {
        let definition: JSON = [
            "StartAt": "Wrap",
            "States": [
                "Wrap": state,
                "More": [
                    "Type": "Choice", "Default": "Wrap",
                    "Choices": [["Variable": "$.done", "IsPresent": true, "Next": "Done"]],
                ],
                "Done": ["Type": "Succeed"],
            ],
        ]
        let run = try Run(definition)
        #expect(run.execution.error == "States.DataLimitExceeded")
    }
}
