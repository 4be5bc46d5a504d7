import Core
import Foundation
import Testing
import Workflows

@Suite struct DefinitionTests {
    /// A definition and the places of its problems.
    static let wrong: [(JSON, [String])] = [
        (5, [""]),
        ([:], ["/States"]),
        (["StartAt": "A", "States": [:]], ["/States"]),
        (["States": ["A": ["Type": "Succeed"]]], ["/StartAt", "/States/A"]),
        (["StartAt": "B", "States": ["A": ["Type": "Succeed"]]], ["/StartAt", "/States/A"]),
        (["StartAt": "A", "States": ["A": ["Type": "Nope"]]], ["/States/A/Type"]),
        (["StartAt": "A", "States": ["A": ["Type": "Pass"]]], ["/States/A", "/States"]),
        (
            ["StartAt": "A", "States": ["A": ["Type": "Pass", "Next": "A", "End": true]]],
            ["/States/A/End"]
        ),
        (
            ["StartAt": "A", "States": ["A": ["Type": "Pass", "Next": "Z"]]],
            ["/States/A/Next", "/States"]
        ),
        (["StartAt": "A", "States": ["A": ["Type": "Pass", "Next": "A"]]], ["/States"]),
        (
            ["StartAt": "A", "States": ["A": ["Type": "Succeed"], "B": ["Type": "Succeed"]]],
            ["/States/B"]
        ),
        (single(["Type": "Pass", "Reslt": 1]), ["/States/Only/Reslt"]),
        (single(["Type": "Pass", "Assign": ["1x": 1]]), ["/States/Only/Assign/1x"]),
        (single(["Type": "Pass", "Assign": ["states": 1]]), ["/States/Only/Assign/states"]),
        (single(["Type": "Pass", "QueryLanguage": "SQL"]), ["/States/Only/QueryLanguage"]),
        // Fields of the other language.
        (single(["Type": "Pass", "Output": 1]), ["/States/Only/Output"]),
        (
            single(["Type": "Pass", "QueryLanguage": "JSONata", "Parameters": ["a": 1]]),
            ["/States/Only/Parameters"]
        ),
        (
            [
                "QueryLanguage": "JSONata", "StartAt": "A",
                "States": ["A": ["Type": "Succeed", "QueryLanguage": "JSONPath"]],
            ], ["/States/A/QueryLanguage"]
        ),
        (
            single(["Type": "Wait", "QueryLanguage": "JSONata", "SecondsPath": "$.s"]),
            ["/States/Only/SecondsPath", "/States/Only"]
        ),
        (
            single([
                "Type": "Task", "Resource": "r", "QueryLanguage": "JSONata",
                "Arguments": ["a": ["{% $x", "{% 1 + %}"]], "TimeoutSeconds": "5",
            ]),
            [
                "/States/Only/TimeoutSeconds", "/States/Only/Arguments/a/0",
                "/States/Only/Arguments/a/1",
            ]
        ),
        // A variable belongs to the scope that assigns it.
        (
            [
                "StartAt": "A",
                "States": [
                    "A": ["Type": "Pass", "Assign": ["x": 1], "Next": "P"],
                    "P": [
                        "Type": "Parallel", "End": true,
                        "Branches": [
                            [
                                "StartAt": "B",
                                "States": [
                                    "B": [
                                        "Type": "Pass", "Assign": ["x": 2, "y.$": "$x"],
                                        "End": true,
                                    ]
                                ],
                            ]
                        ],
                    ],
                ],
            ], ["/States/P/Branches/0/States/B/Assign/x"]
        ),
        (single(["Type": "Pass", "InputPath": "$never"]), ["/States/Only/InputPath"]),
        (single(["Type": "Pass", "InputPath": "a"]), ["/States/Only/InputPath"]),
        (single(["Type": "Pass", "ResultPath": "$.a[*]"]), ["/States/Only/ResultPath"]),
        (single(["Type": "Pass", "ResultPath": "$$.a"]), ["/States/Only/ResultPath"]),
        (
            single(["Type": "Pass", "Parameters": ["a": [["b/c.$": 5]]]]),
            ["/States/Only/Parameters/a/0/b~1c.$"]
        ),
        (single(["Type": "Task"]), ["/States/Only/Resource"]),
        (
            single([
                "Type": "Task", "Resource": "r", "TimeoutSeconds": 5, "TimeoutSecondsPath": "$.t",
            ]), ["/States/Only/TimeoutSecondsPath"]
        ),
        (
            single(["Type": "Task", "Resource": "r", "TimeoutSeconds": 5, "HeartbeatSeconds": 5]),
            ["/States/Only/HeartbeatSeconds"]
        ),
        (
            single([
                "Type": "Task", "Resource": "r",
                "Retry": [
                    ["ErrorEquals": ["States.ALL"]],
                    ["ErrorEquals": ["E", "States.ALL"], "BackoffRate": 0.5],
                    ["ErrorEquals": [], "MaxAttempts": -1, "JitterStrategy": "HALF"],
                    ["ErrorEquals": ["States.Nope"], "IntervalSeconds": 9, "MaxDelaySeconds": 9],
                ],
            ]),
            [
                "/States/Only/Retry/0/ErrorEquals", "/States/Only/Retry/1/ErrorEquals",
                "/States/Only/Retry/1/BackoffRate", "/States/Only/Retry/2/ErrorEquals",
                "/States/Only/Retry/2/MaxAttempts", "/States/Only/Retry/2/JitterStrategy",
                "/States/Only/Retry/3/ErrorEquals/0", "/States/Only/Retry/3/MaxDelaySeconds",
            ]
        ),
        (
            single(["Type": "Task", "Resource": "r", "Catch": [["ErrorEquals": ["E"]]]]),
            ["/States/Only/Catch/0/Next"]
        ),
        (single(["Type": "Wait"]), ["/States/Only"]),
        (single(["Type": "Wait", "Seconds": 1, "SecondsPath": "$.s"]), ["/States/Only"]),
        (single(["Type": "Wait", "Timestamp": "tomorrow"]), ["/States/Only/Timestamp"]),
        (
            single(["Type": "Fail", "Error": "E", "ErrorPath": "$.e"]), ["/States/Only/ErrorPath"]
        ),
        (single(["Type": "Map"]), ["/States/Only"]),
        (
            single([
                "Type": "Map", "ItemReader": ["Resource": "r"], "Label": "a",
                "ItemProcessor": [
                    "ProcessorConfig": ["Mode": "INLINE"], "StartAt": "P",
                    "States": ["P": ["Type": "Succeed"]],
                ],
            ]), ["/States/Only/ItemReader", "/States/Only/Label"]
        ),
        (
            single([
                "Type": "Map", "Label": "a b", "ToleratedFailurePercentage": 101,
                "ItemReader": [
                    "Resource": "r",
                    "ReaderConfig": ["InputType": "XML", "MaxItems": -1, "CSVDelimiter": "X"],
                ],
                "ItemBatcher": ["BatchInput": ["a": 1]], "ResultWriter": [:],
                "ItemProcessor": [
                    "ProcessorConfig": ["Mode": "DISTRIBUTED", "ExecutionType": "FAST"],
                    "StartAt": "P", "States": ["P": ["Type": "Succeed"]],
                ],
            ]),
            [
                "/States/Only/ItemProcessor/ProcessorConfig/ExecutionType",
                "/States/Only/ToleratedFailurePercentage", "/States/Only/Label",
                "/States/Only/ItemReader/ReaderConfig/MaxItems",
                "/States/Only/ItemReader/ReaderConfig/InputType",
                "/States/Only/ItemReader/ReaderConfig/CSVDelimiter", "/States/Only/ItemBatcher",
                "/States/Only/ResultWriter",
            ]
        ),
        (single(["Type": "Parallel", "Branches": []]), ["/States/Only/Branches"]),
        (
            single([
                "Type": "Parallel",
                "Branches": [["StartAt": "Only", "States": ["Only": ["Type": "Succeed"]]]],
            ]), ["/States/Only/Branches/0/States/Only"]
        ),
        (
            [
                "StartAt": "C",
                "States": [
                    "C": [
                        "Type": "Choice", "Default": "Z",
                        "Choices": [
                            ["Variable": "$.a", "NumericEquals": "1", "Next": "D"],
                            ["Variable": "$.a", "Next": "D"],
                            ["Variable": "$.a", "IsNull": true],
                            ["And": [], "Next": "D"],
                            ["Not": ["Variable": "$.a", "IsNul": true], "Next": "D"],
                        ],
                    ],
                    "D": ["Type": "Succeed"],
                ],
            ],
            [
                "/States/C/Choices/0/NumericEquals", "/States/C/Choices/1",
                "/States/C/Choices/2/Next", "/States/C/Choices/3/And",
                "/States/C/Choices/4/Not/IsNul", "/States/C/Choices/4/Not", "/States/C/Default",
            ]
        ),
    ]

    @Test("Every problem is told with its place", arguments: wrong)
    func problems(definition: JSON, pointers: [String]) {
        let problems = Definition.problems(in: definition)
        #expect(problems.map(\.pointer) == pointers, "\(problems.map(\.message))")
    }

    @Test("A misspelt name gets the nearest known one")
    func hints() {
        let field = Definition.problems(in: single(["Type": "Pass", "Reslt": 1]))
        #expect(field.first?.message.hasSuffix("did you mean \"Result\"?") ?? false)
        let type = Definition.problems(in: single(["Type": "Chioce"]))
        #expect(type.first?.message.hasSuffix("did you mean \"Choice\"?") ?? false)
    }

    @Test(
        "Definitions that statelint judges are judged alike",
        .enabled(if: RecordedCases.isPresent, "the reference data is absent")
    )
    func statelint() throws {
        let folder = RecordedCases.folder.appending(path: "statelint")
        let expectations = try JSON(
            parsing: Data(contentsOf: folder.appending(path: "expectations.json"))
        )
        let entries = try #require(expectations.array)
        for entry in entries {
            let file = try #require(entry["file"]?.string)
            let data = try Data(contentsOf: folder.appending(path: file))
            let problems: [DefinitionProblem]
            do throws(JSONSyntaxError) {
                problems = Definition.problems(in: try JSON(parsing: data))
            } catch {
                problems = [DefinitionProblem(pointer: "", message: "\(error)")]
            }
            let expected = try #require(entry["problems"]?.int)
            #expect(problems.count == expected, "\(file): \(problems.map(\.message))")
            // Statelint names the field by its path, as a JSON Pointer does.
            let text = problems.map { "\($0.pointer): \($0.message)" }.joined(separator: "\n")
            for fragment in entry["message_fragments"]?.array ?? [] {
                let fragment = try #require(fragment.string)
                #expect(text.contains(fragment), "\(file): \(fragment) in \(text)")
            }
        }
        #expect(entries.count == 24)
    }
}
