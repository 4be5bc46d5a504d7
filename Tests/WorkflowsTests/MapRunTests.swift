import Core
import Testing

@testable import Workflows

@Suite struct MapRunTests {
    static func map(_ fields: JSON = [:], task: Bool = false) -> JSON {
        var state: JSON = [
            "Type": "Map", "Next": "After", "Label": "all",
            "ItemProcessor": [
                "ProcessorConfig": ["Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"],
                "StartAt": "Item",
                "States": [
                    "Item": task
                        ? ["Type": "Task", "Resource": "weft:tool:a", "End": true]
                        : ["Type": "Pass", "End": true]
                ],
            ],
        ]
        for member in fields.object ?? JSONObject() { state[member.key] = member.value }
        return ["StartAt": "M", "States": ["M": state, "After": ["Type": "Succeed"]]]
    }

    static func rehearsal(
        _ definition: JSON,
        _ input: JSON,
        _ answers: [String: [Mocks.Answer]] = [:],
        limits: ExecutionLimits = ExecutionLimits()
    ) throws -> Rehearsal {
        let execution = Execution(
            of: try Definition(definition),
            identity: ExecutionIdentity(
                id: "weft:execution:w:1",
                name: "1",
                workflowID: "weft:workflow:w",
                workflowName: "w"
            ),
            limits: limits,
            random: SeededRandom(seed: 1)
        )
        var rehearsal = Rehearsal(of: execution, mocks: Mocks(answers))
        rehearsal.isKept = true
        try rehearsal.run(input: input, at: Run.start)
        return rehearsal
    }

    @Test("Children run apart: their events are not in the history, which has the run's")
    func events() throws {
        let run = try Self.rehearsal(
            Self.map(task: true),
            [1, 2, 3],
            ["Item": [.output("a"), .output("b"), .output("c")]]
        )
        #expect(
            run.history.map(\.type) == [
                "ExecutionStarted", "MapStateEntered", "MapStateStarted", "MapRunStarted",
                "MapRunSucceeded", "MapStateSucceeded", "MapStateExited", "SucceedStateEntered",
                "SucceedStateExited", "ExecutionSucceeded",
            ]
        )
        #expect(run.execution.output == ["a", "b", "c"])
        let name = run.history[3].details["mapRunArn"]?.string ?? ""
        #expect(name.hasPrefix("weft:mapRun:w/all:"))
        // Recorded from AWS since the end of 2024: the exit follows from the run's start.
        #expect(run.history[6].previousEventID == 4)
    }

    @Test("Each attempt of each child has a key of its own")
    func keys() throws {
        var definition = Self.map(task: true)
        definition["States"]?["M"]?["ItemProcessor"]?["States"]?["Item"]?["Retry"] = [
            ["ErrorEquals": ["States.ALL"], "MaxAttempts": 2]
        ]
        let run = try Run(
            definition,
            input: [1, 2, 3],
            answers: ["Item": [.error("E"), .output(1)]],
            roundTrip: true
        )
        let keys = run.tasks.map { "\($0.entry)/\($0.attempt)" }
        #expect(keys.count == 4)
        #expect(Set(keys).count == 4)
        #expect(run.tasks.allSatisfy { $0.entry < 0 })
    }

    static let batches: [(JSON, JSON)] = [
        (
            ["ItemBatcher": ["MaxItemsPerBatch": 2]],
            [["Items": [1, 2]], ["Items": [3, 4]], ["Items": [5]]]
        ),
        (
            [
                "ItemBatcher": [
                    "MaxItemsPerBatchPath": "$.n", "BatchInput": ["k.$": "$.k", "c": 1],
                ]
            ],
            [
                ["BatchInput": ["k": "v", "c": 1], "Items": [1, 2, 3]],
                ["BatchInput": ["k": "v", "c": 1], "Items": [4, 5]],
            ]
        ),
        (
            [
                "ItemBatcher": ["MaxItemsPerBatch": 4],
                "ItemSelector": ["i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value"],
            ],
            [
                [
                    "Items": [
                        ["i": 0, "v": 1], ["i": 1, "v": 2], ["i": 2, "v": 3], ["i": 3, "v": 4],
                    ]
                ], ["Items": [["i": 4, "v": 5]]],
            ]
        ),
        (
            ["ItemSelector": ["v.$": "$$.Map.Item.Value"], "ItemsPath": "$.two"],
            [["v": 8], ["v": 9]]
        ),
    ]

    @Test("Items are selected and put into batches", arguments: batches)
    func batch(fields: JSON, output: JSON) throws {
        var fields = fields
        if fields["ItemsPath"] == nil { fields["ItemsPath"] = "$.items" }
        let input: JSON = ["items": [1, 2, 3, 4, 5], "n": 3, "k": "v", "two": [8, 9]]
        let run = try Self.rehearsal(Self.map(fields), input)
        #expect(run.execution.output == output)
    }

    /// Tolerance, failures of ten children, and whether the run succeeds.
    static let tolerances: [(JSON, Int, Bool)] = [
        ([:], 0, true), ([:], 1, false), (["ToleratedFailureCount": 2], 2, true),
        (["ToleratedFailureCount": 2], 3, false), (["ToleratedFailurePercentage": 30], 3, true),
        (["ToleratedFailurePercentage": 30], 4, false),
        (["ToleratedFailurePercentage": 30, "ToleratedFailureCount": 2], 3, false),
        (["ToleratedFailurePercentagePath": "$[0]"], 1, true),
    ]

    @Test("A run fails once more children failed than are tolerated", arguments: tolerances)
    func tolerance(fields: JSON, failures: Int, succeeds: Bool) throws {
        let answers: [Mocks.Answer] =
            (0..<failures).map { _ in .error("E", cause: "c") }
            + (failures..<10).map { .output(.int($0)) }
        let input: JSON = .array((0..<10).map { .int($0 == 0 ? 20 : $0) })
        let run = try Self.rehearsal(Self.map(fields, task: true), input, ["Item": answers])
        #expect((run.execution.status == .succeeded) == succeeds)
        let types = run.history.map(\.type)
        #expect(types.contains(succeeds ? "MapRunSucceeded" : "MapRunFailed"))
        #expect(types.contains(succeeds ? "MapStateSucceeded" : "MapStateFailed"))
        if !succeeds {
            #expect(run.execution.error == "States.ExceedToleratedFailureThreshold")
            #expect(
                run.execution.cause == "The specified tolerated failure threshold was exceeded"
            )
        } else if failures > 0 {
            #expect(run.execution.output?[0] == ["Error": "E", "Cause": "c"])
        }
    }

    @Test("Items are read in pages, as many as are wanted")
    func reader() throws {
        var lines = ""
        for number in 0..<2_500 { lines += "{\"n\":\(number)}\n" }
        let reader: JSON = [
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": ["InputType": "JSONL", "MaxItemsPath": "$.max"],
            "Parameters": ["Bucket": "b", "Key.$": "$.key"],
        ]
        let definition = Self.map(["ItemReader": reader, "MaxConcurrency": 7])
        for (most, count) in [(0, 2_500), (1_234, 1_234), (9_999, 2_500)] {
            let run = try Self.rehearsal(
                definition,
                ["key": "k", "max": .int(most)],
                ["M": [.output(.string(lines))]]
            )
            let output = try #require(run.execution.output?.array)
            #expect(output.count == count)
            #expect(output.last == ["n": .int(count - 1)])
        }
        let negative = try Self.rehearsal(definition, ["key": "k", "max": -1])
        #expect(negative.execution.error == "States.ItemReaderFailed")
        #expect(negative.execution.cause == "field MaxItems must be positive")
        let broken = try Self.rehearsal(
            definition,
            ["key": "k", "max": 0],
            ["M": [.output("{\"n\":1}\nnot json")]]
        )
        #expect(broken.execution.error == "States.ItemReaderFailed")
        #expect(broken.history.map(\.type).contains("MapRunFailed"))
    }

    @Test("The state of a long run stays small")
    func bounded() throws {
        let items: JSON = .array((0..<1_500).map { .int($0) })
        let reader: JSON = [
            "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": ["InputType": "JSON"],
            "Parameters": ["Bucket": "b", "Key": "k"],
        ]
        let writer: JSON = [
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": ["Bucket": "out", "Prefix": "p"],
        ]
        let definition = try Definition(
            Self.map(
                ["ItemReader": reader, "ResultWriter": writer, "MaxConcurrency": 20],
                task: true
            )
        )
        var execution = Execution(
            of: definition,
            identity: ExecutionIdentity(id: "e", name: "e", workflowID: "w", workflowName: "w"),
            random: SeededRandom(seed: 1)
        )
        var waiting = execution.start(input: [:], at: Run.start)[...]
        var largest = 0
        var written = 0
        while let action = waiting.popFirst() {
            guard case .schedule(let task) = action else { continue }
            var output: JSON = "done"
            if task.purpose == .readItems {
                output = try ItemRead(task.input).page(of: items).json
            } else if task.purpose == .writeResults {
                written += try ResultWrite(task.input).results.count
            }
            let more = execution.handle(
                .taskSucceeded(step: task.step, output: output),
                at: Run.start
            )
            waiting.append(contentsOf: more)
            largest = max(largest, execution.json.text().utf8.count)
        }
        #expect(execution.status == .succeeded)
        #expect(written == 1_500)
        // A page of 100 items, 20 children of some 300 bytes, and 100 results of some 60.
        #expect(largest < 40_000, "\(largest)")
        let details = execution.output?["ResultWriterDetails"]
        #expect(details?["Bucket"] == "out")
        #expect(details?["Key"]?.string?.hasPrefix("p/") ?? false)
        #expect(details?["Key"]?.string?.hasSuffix("/manifest.json") ?? false)
    }

    @Test("Without a writer, more than a state may put out is an error")
    func overfull() throws {
        let input: JSON = .array((0..<50).map { .int($0) })
        let text = String(repeating: "x", count: 100)
        let run = try Self.rehearsal(
            Self.map(task: true),
            input,
            ["Item": [.output(.string(text))]],
            limits: ExecutionLimits(payloadBytes: 1_000)
        )
        #expect(run.execution.error == "States.DataLimitExceeded")
        #expect(run.history.map(\.type).contains("MapRunSucceeded"))
    }

    static let formats: [(JSON, JSON)] = [
        (["Transformation": "COMPACT"], [[1], [2]]), (["Transformation": "FLATTEN"], [1, 2]),
        (
            ["Transformation": "NONE"],
            [
                ["Input": [1], "Output": [1], "Status": "SUCCEEDED"],
                ["Input": [2], "Output": [2], "Status": "SUCCEEDED"],
            ]
        ),
    ]

    @Test("A writer's configuration shapes the results", arguments: formats)
    func transformation(configuration: JSON, output: JSON) throws {
        let run = try Self.rehearsal(
            Self.map(["ResultWriter": ["WriterConfig": configuration]]),
            [[1], [2]]
        )
        #expect(run.execution.output == output)
    }

    @Test("A child sees neither the variables nor the input of the execution around it")
    func isolation() throws {
        let definition: JSON = [
            "StartAt": "A",
            "States": [
                "A": ["Type": "Pass", "Assign": ["x": 1], "Next": "M"],
                "M": [
                    "Type": "Map", "ItemsPath": "$.items", "End": true,
                    "ItemProcessor": [
                        "ProcessorConfig": ["Mode": "DISTRIBUTED"], "StartAt": "I",
                        "States": [
                            "I": [
                                "Type": "Pass", "Assign": ["x.$": "$"], "Next": "J",
                            ],
                            "J": [
                                "Type": "Pass", "End": true,
                                "Parameters": ["x.$": "$x", "in.$": "$$.Execution.Input"],
                            ],
                        ],
                    ],
                ],
            ],
        ]
        let run = try Self.rehearsal(definition, ["items": [7, 8]])
        #expect(run.execution.output == [["x": 7, "in": 7], ["x": 8, "in": 8]])
    }
}
