import Core
import Testing

@testable import Workflows

@Suite struct VariablesTests {
    private func run(
        _ definition: JSON,
        _ input: JSON = [:],
        _ answers: [String: [Run.Answer]] = [:]
    )
        throws -> Run
    {
        try Run(definition, input: input, answers: answers, roundTrip: true)
    }

    @Test("What a state assigns is seen by the states after it, not by itself")
    func order() throws {
        // ASL specification, "Variables": the old values are seen while a state is evaluated.
        let run = try run(
            [
                "StartAt": "A",
                "States": [
                    "A": ["Type": "Pass", "Assign": ["n": 1, "in.$": "$.k"], "Next": "B"],
                    "B": [
                        "Type": "Pass", "Assign": ["n.$": "States.MathAdd($n, 1)", "old.$": "$n"],
                        "Parameters": ["now.$": "$n", "in.$": "$in"], "Next": "C",
                    ],
                    "C": [
                        "Type": "Pass",
                        "Parameters": [
                            "b.$": "$", "n.$": "$n", "old.$": "$old", "d.$": "$in.d[0]",
                        ],
                        "End": true,
                    ],
                ],
            ],
            ["k": ["d": [7]]]
        )
        #expect(
            run.execution.output == [
                "b": ["now": 1, "in": ["d": [7]]], "n": 2, "old": 1, "d": 7,
            ]
        )
        let exits = run.history.filter { $0.type == "PassStateExited" }
        #expect(exits[0].details["assignedVariables"] == ["n": 1, "in": ["d": [7]]])
        #expect(exits[0].details["assignedVariablesDetails"] == ["truncated": false])
        #expect(exits[2].details["assignedVariables"] == nil)
    }

    @Test("Branches and iterations see outer variables and keep their own to themselves")
    func scopes() throws {
        let inner: JSON = [
            "StartAt": "In",
            "States": [
                "In": ["Type": "Pass", "Assign": ["mine.$": "$outer"], "Next": "Out"],
                "Out": [
                    "Type": "Pass", "Parameters": ["sum.$": "States.MathAdd($mine, $outer)"],
                    "End": true,
                ],
            ],
        ]
        let definition: JSON = [
            "StartAt": "A",
            "States": [
                "A": ["Type": "Pass", "Assign": ["outer": 4], "Next": "Fan"],
                "Fan": [
                    "Type": "Parallel", "Branches": [inner], "Assign": ["fan.$": "$[0].sum"],
                    "ResultPath": "$.fan", "Next": "Map",
                ],
                "Map": [
                    "Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 1,
                    "ItemProcessor": [
                        "StartAt": "I",
                        "States": [
                            "I": ["Type": "Pass", "Assign": ["it.$": "$"], "Next": "J"],
                            "J": [
                                "Type": "Pass", "Parameters": ["v.$": "States.MathAdd($it, $fan)"],
                                "End": true,
                            ],
                        ],
                    ],
                    "End": true,
                ],
            ],
        ]
        let run = try run(definition, ["items": [1, 2]])
        // 4 + 4 = 8; 1 + 8, 2 + 8.
        #expect(run.execution.output == [["v": 9], ["v": 10]])
    }

    @Test("A task assigns from its whole result, a catcher from the error, a rule from the input")
    func places() throws {
        let definition: JSON = [
            "StartAt": "T",
            "States": [
                "T": [
                    "Type": "Task", "Resource": "weft:tool:a", "ResultSelector": ["x.$": "$.x"],
                    "Assign": ["whole.$": "$"], "ResultPath": "$.r", "Next": "U",
                ],
                "U": [
                    "Type": "Task", "Resource": "weft:tool:b", "Next": "C",
                    "Catch": [
                        [
                            "ErrorEquals": ["States.ALL"], "Assign": ["e.$": "$.Error"],
                            "ResultPath": nil, "Next": "C",
                        ]
                    ],
                ],
                "C": [
                    "Type": "Choice", "Assign": ["c": "default"], "Default": "End",
                    "Choices": [
                        [
                            "Variable": "$whole.x", "NumericEquals": 1, "Next": "End",
                            "Assign": ["c.$": "$.k"],
                        ]
                    ],
                ],
                "End": [
                    "Type": "Pass", "End": true,
                    "Parameters": ["w.$": "$whole", "e.$": "$e", "c.$": "$c", "r.$": "$.r"],
                ],
            ],
        ]
        let run = try run(
            definition,
            ["k": "rule"],
            ["T": [.output(["x": 1, "y": 2])], "U": [.error("Boom")]]
        )
        #expect(
            run.execution.output == [
                "w": ["x": 1, "y": 2], "e": "Boom", "c": "rule", "r": ["x": 1],
            ]
        )
    }

    @Test("Variables give limits, waits and items")
    func fields() throws {
        let definition: JSON = [
            "StartAt": "A",
            "States": [
                "A": [
                    "Type": "Pass", "Assign": ["s": 5, "items": [1], "t": 60], "Next": "W",
                ],
                "W": ["Type": "Wait", "SecondsPath": "$s", "Next": "T"],
                "T": [
                    "Type": "Task", "Resource": "weft:tool:a", "TimeoutSecondsPath": "$t",
                    "Next": "M",
                ],
                "M": [
                    "Type": "Map", "ItemsPath": "$items", "End": true,
                    "ItemProcessor": DataFlowTests.pass,
                ],
            ],
        ]
        let run = try run(definition, [:], ["T": [.output(1)]])
        #expect(run.waits == [5])
        #expect(run.tasks[0].timeoutSeconds == 60)
        #expect(run.execution.output == [1])
    }

    @Test("A variable over the limit is an error; one that nobody assigned finds nothing")
    func errors() throws {
        let big = String(repeating: "x", count: 300)
        let large = try Run(
            single(["Type": "Pass", "Assign": ["v": .string(big)]]),
            limits: ExecutionLimits(payloadBytes: 200)
        )
        #expect(large.execution.error == "States.DataLimitExceeded")
        let missing = try Run(single(["Type": "Pass", "Parameters": ["v.$": "$never"]]))
        #expect(missing.execution.error == "States.Runtime")
        let problems = Definition.problems(
            in: single(["Type": "Pass", "Parameters": ["v.$": "$never"]])
        )
        #expect(problems.map(\.severity) == [.warning])
    }
}
