import Core
import Testing

@testable import Workflows

@Suite struct QueryTests {
    /// A state in JSONata and what it gives for `{"a":{"x":1,"y":2},"b":"text"}`.
    static let states: [(JSON, JSON)] = [
        (["Type": "Pass"], DataFlowTests.input),
        (["Type": "Pass", "Output": "{% $states.input.a %}"], ["x": 1, "y": 2]),
        (["Type": "Pass", "Output": "{%$states.input.a.x + 1%}"], 2),
        (
            [
                "Type": "Pass",
                "Output": ["k": "plain", "v": ["{% $states.input.b %}", ["{% 1 %}"]], "d": "$.a"],
            ], ["k": "plain", "v": ["text", [1]], "d": "$.a"]
        ),
        (["Type": "Succeed", "Output": "{% $states.input.b & '!' %}"], "text!"),
        (
            ["Type": "Pass", "Output": "{% $states.context.State.Name %}"], "Only"
        ),
        (["Type": "Pass", "Output": "{% $states.context.Execution.Input.b %}"], "text"),
        (["Type": "Wait", "Seconds": "{% $states.input.a.y * 0 %}", "Output": 5], 5),
        (
            ["Type": "Pass", "Output": "{% $partition([1,2,3], 2) %}"], [[1, 2], [3]]
        ),
        (
            ["Type": "Pass", "Output": "{% $hash('a', 'SHA-1') %}"],
            // FIPS 180: SHA-1 of "a".
            "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"
        ),
    ]

    @Test("Expressions stand for values anywhere in a field", arguments: states)
    func output(state: JSON, expected: JSON) throws {
        var state = state
        state["QueryLanguage"] = "JSONata"
        let run = try Run(single(state), input: DataFlowTests.input, roundTrip: true)
        #expect(run.execution.status == .succeeded, "\(run.execution.cause ?? "")")
        #expect(run.execution.output == expected)
    }

    @Test("A task gets its arguments; result and error are in $states")
    func task() throws {
        let definition: JSON = [
            "QueryLanguage": "JSONata", "StartAt": "T",
            "States": [
                "T": [
                    "Type": "Task", "Resource": "weft:tool:a",
                    "Arguments": ["sum": "{% $sum($states.input.n) %}"],
                    "TimeoutSeconds": "{% $states.input.t %}", "HeartbeatSeconds": "{% 7 %}",
                    "Assign": ["kept": "{% $states.result.id %}"],
                    "Output": "{% {'id': $states.result.id, 'was': $states.input.t} %}",
                    "Next": "U",
                ],
                "U": [
                    "Type": "Task", "Resource": "weft:tool:b", "Next": "End",
                    "Catch": [
                        [
                            "ErrorEquals": ["States.ALL"], "Next": "End",
                            "Assign": ["name": "{% $states.errorOutput.Error %}"],
                            "Output": "{% $merge([$states.input, $states.errorOutput]) %}",
                        ]
                    ],
                ],
                "End": [
                    "Type": "Pass",
                    "Output": [
                        "in": "{% $states.input %}", "n": "{% $name %}",
                        "k": "{% $kept %}",
                    ], "End": true,
                ],
            ],
        ]
        let run = try Run(
            definition,
            input: ["n": [1, 2, 3], "t": 60],
            answers: ["T": [.output(["id": 9])], "U": [.error("Boom", cause: "why")]],
            roundTrip: true
        )
        #expect(run.tasks[0].input == ["sum": 6])
        #expect(run.tasks[0].timeoutSeconds == 60)
        #expect(run.tasks[0].heartbeatSeconds == 7)
        #expect(
            run.execution.output == [
                "in": ["id": 9, "was": 60, "Error": "Boom", "Cause": "why"], "n": "Boom", "k": 9,
            ]
        )
    }

    @Test("A Choice takes the first condition that holds, with its own output")
    func choice() throws {
        let definition: JSON = [
            "QueryLanguage": "JSONata", "StartAt": "C",
            "States": [
                "C": [
                    "Type": "Choice", "Default": "End", "Output": "default",
                    "Choices": [
                        [
                            "Condition": "{% $states.input.n > 10 %}", "Next": "End",
                            "Output": "big",
                        ],
                        ["Condition": "{% $states.input.n > 1 %}", "Next": "End"],
                    ],
                ],
                "End": ["Type": "Succeed"],
            ],
        ]
        #expect(try Run(definition, input: ["n": 11]).execution.output == "big")
        #expect(try Run(definition, input: ["n": 5]).execution.output == ["n": 5])
        #expect(try Run(definition, input: ["n": 0]).execution.output == "default")
        let none = try Run(definition, input: [:])
        // Nothing > 10 is nothing in JSONata.
        #expect(none.execution.error == "States.QueryEvaluationError")
    }

    /// A state and the cause it fails with, after the words on where.
    static let failures: [(JSON, String, String?)] = [
        (
            ["Type": "Pass", "Output": ["v": "{% $states.input.missing %}"]],
            "The JSONata expression '$states.input.missing' specified for the field 'Output/v'"
                + " returned nothing (undefined).", "Output/v"
        ),
        (
            ["Type": "Pass", "Output": ["l": [1, "{% $nope %}"]]],
            "The JSONata expression '$nope' specified for the field 'Output/l[1]' returned nothing"
                + " (undefined).", "Output/l[1]"
        ),
        (
            ["Type": "Pass", "Assign": ["f": "{% function($x){$x} %}"]],
            "The JSONata expression 'function($x){$x}' specified for the field 'Assign/f' returned"
                + " an unsupported result type.", "Assign/f"
        ),
        (
            ["Type": "Fail", "Cause": "{% 5 %}"],
            "The JSONata expression '5' specified for the field 'Cause' returned an unexpected"
                + " result type. Expected 'string', but was 'number' for value: 5", "Cause"
        ),
    ]

    @Test("An expression that gives nothing fitting is told with its place", arguments: failures)
    func failure(state: JSON, cause: String, location: String?) throws {
        var state = state
        state["QueryLanguage"] = "JSONata"
        let run = try Run(single(state))
        #expect(run.execution.error == "States.QueryEvaluationError")
        let where_ =
            "An error occurred while executing the state 'Only' (entered at the event id #2). "
        #expect(run.execution.cause == where_ + cause)
        let event = try #require(run.history.first { $0.type == "EvaluationFailed" })
        #expect(event.details["location"]?.string == location)
        #expect(event.details["state"] == "Only")
        #expect(event.details["error"] == "States.QueryEvaluationError")
    }

    @Test("An evaluation that fails can be caught and retried")
    func caught() throws {
        let run = try Run([
            "QueryLanguage": "JSONata", "StartAt": "T",
            "States": [
                "T": [
                    "Type": "Task", "Resource": "weft:tool:a", "Arguments": "{% $nope %}",
                    "Retry": [["ErrorEquals": ["States.QueryEvaluationError"], "MaxAttempts": 1]],
                    "Catch": [["ErrorEquals": ["States.ALL"], "Next": "End"]], "Next": "End",
                ],
                "End": ["Type": "Succeed", "Output": "{% $states.input.Error %}"],
            ],
        ])
        #expect(run.waits == [1])
        #expect(run.execution.output == "States.QueryEvaluationError")
    }

    /// A range counts a quarter of its elements as work, however it is used.
    @Test(
        "An expression of more than two million steps fails its state",
        arguments: [(4, nil), (12, "States.QueryEvaluationError")] as [(Int, String?)]
    )
    func work(ranges: Int, error: String?) throws {
        let expression = Array(repeating: "[1..1000000]", count: ranges).joined(separator: "; ")
        let run = try Run(
            single([
                "Type": "Pass", "QueryLanguage": "JSONata",
                "Output": .string("{% (\(expression); 'done') %}"),
            ])
        )
        #expect(run.execution.error == error)
        #expect(run.execution.output == (error == nil ? "done" : nil))
    }

    @Test("A Map's items are found once, though evaluating again would give others")
    func items() throws {
        let definition: JSON = [
            "QueryLanguage": "JSONata", "StartAt": "M",
            "States": [
                "M": [
                    "Type": "Map", "Items": "{% [1..5].$uuid() %}", "MaxConcurrency": "{% 2 %}",
                    "ItemSelector": [
                        "v": "{% $states.context.Map.Item.Value %}",
                        "i": "{% $states.context.Map.Item.Index %}",
                    ],
                    "ItemProcessor": BranchTests.machine("T"), "End": true,
                ]
            ],
        ]
        var nested = definition
        nested["States"]?["M"]?["ItemProcessor"]?["States"]?["T"]?["Arguments"] =
            ["v": "{% $states.input.v %}", "again": "{% $states.context.Map.Item.Value %}"]
        let run = try Run(nested, answers: ["T": [.output(1)]], roundTrip: true)
        #expect(run.tasks.count == 5)
        #expect(Set(run.tasks.map { $0.input["v"] }).count == 5)
        for task in run.tasks {
            #expect(task.input["v"] == task.input["again"])
        }
    }

    @Test("A Parallel gets arguments and gives the results of its branches")
    func parallel() throws {
        let branch: JSON = [
            "StartAt": "B",
            "States": ["B": ["Type": "Pass", "Output": "{% $states.input.k + $x %}", "End": true]],
        ]
        var other = branch
        other["StartAt"] = "D"
        other["States"] = ["D": ["Type": "Pass", "Output": "{% $states.input %}", "End": true]]
        let run = try Run([
            "QueryLanguage": "JSONata", "StartAt": "A",
            "States": [
                "A": ["Type": "Pass", "Assign": ["x": 10], "Next": "P"],
                "P": [
                    "Type": "Parallel", "Arguments": ["k": "{% $x * 2 %}"],
                    "Branches": [branch, other], "Output": "{% $states.result[0] %}", "End": true,
                ],
            ],
        ])
        #expect(run.execution.output == 30)
    }
}
