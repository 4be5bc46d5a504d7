import Core

@testable import Workflows

/// What the recordings leave out and show elsewhere, and what is wrong in them.
extension RecordedCase {
    struct Change {
        var path: [String]
        var value: JSON

        init(_ path: String..., to value: JSON) {
            self.path = path
            self.value = value
        }
    }

    struct Edit {
        /// The end of the case's id.
        var id: String
        var changes: [Change]
        /// Where the recording shows it.
        var reason: String
    }

    /// Definitions and inputs that the recorded test changed, with what it put in.
    static let edits: [Edit] = output + maps + times + others

    private static let output: [Edit] = {
        func pass(_ id: String, _ value: JSON, _ reason: String, state: String = "Start") -> Edit {
            Edit(id: id, changes: [Change("States", state, "Output", to: value)], reason: reason)
        }
        let shown = "the output is the value itself"
        return [
            pass("test_base_output_any_non_dict[NULL]", nil, shown, state: "State0"),
            pass("test_base_output_any_non_dict[INT]", 0, shown, state: "State0"),
            pass(
                "test_base_output_any_non_dict[JSONATA_EXPR]",
                "{% $states.input %}",
                "the id says that it is an expression, the output that it is the input",
                state: "State0"
            ),
            pass("test_base_output_any_non_dict[LIST_EMPY]", [], shown, state: "State0"),
            pass(
                "test_base_output_any_non_dict[LIST_RICH]",
                [
                    nil, 0, 0.1, true, "string", [], "$nosuchvar", "$.no.such.path",
                    "{% $states.input %}", ["key": "{% true %}"],
                ],
                "the output holds texts that are no expressions and the input",
                state: "State0"
            ),
            pass(
                "test_merge_with_dynamic_args",
                "{% $merge([$states.input.part1, $states.input.part2]) %}",
                "the id and the output tell"
            ),
            // The recording shows only what a test of a regular expression gave.
            pass(
                "test_base_jsonata_regular_expressions[BASE_SINGLE_QUOTE]",
                "{% $contains('hello$world', /^hello\\$/) %}",
                "some match that holds"
            ),
            pass(
                "test_base_jsonata_regular_expressions[BASE_FALSE]",
                "{% $contains(\"hello$world\", /^world\\$/) %}",
                "some match that fails"
            ),
            pass(
                "test_base_jsonata_regular_expressions[BASE_SINGLE_QUOTE_FALSE]",
                "{% $contains('hello$world', /^world\\$/) %}",
                "some match that fails"
            ),
        ]
    }()

    private static let maps: [Edit] = {
        func map(_ id: String, _ field: String, _ value: JSON, state: String = "Start") -> Edit {
            Edit(
                id: id,
                changes: [Change("States", state, field, to: value)],
                reason: "the id names the field, length and items tell the value"
            )
        }
        func items(_ id: String, _ expression: String) -> Edit {
            Edit(
                id: "test_map_state_items_eval_jsonata_fail[\(id)]",
                changes: [
                    Change("States", "MapIterateState", "Items", to: .string("{% \(expression) %}"))
                ],
                reason: "the cause quotes the expression"
            )
        }
        func variable(_ id: String, _ value: JSON) -> Edit {
            Edit(
                id: id,
                changes: [Change("States", "Start", "Assign", "ItemsVar", to: value)],
                reason: "assignedVariables shows the value"
            )
        }
        let evaluated = "test_map_state_items_eval_jsonata_variable_sampling_fail"
        let sampled = "test_map_state_items_variable_sampling"
        return [
            map("test_base_map[ITEMS]", "Items", "{% [1,2,3] %}"),
            map("test_base_map[ITEMS_DOUBLE_QUOTES]", "Items", "{% [1,2,3] %}"),
            map("test_base_map[MAX_CONCURRENCY]", "MaxConcurrency", "{% 1 %}"),
            map(
                "test_base_map[TOLERATED_FAILURE_PERCENTAGE]",
                "ToleratedFailurePercentage",
                "{% 1 %}"
            ),
            map(
                "test_base_map_from_input[MAX_CONCURRENCY]",
                "MaxConcurrency",
                "{% $states.input.input_value %}"
            ),
            map(
                "test_base_map_from_input[TOLERATED_FAILURE_COUNT]",
                "ToleratedFailureCount",
                "{% $states.input.input_value %}"
            ),
            map("test_base_task[HEARTBEAT_SECONDS]", "HeartbeatSeconds", "{% 1 %}"),
            map(
                "test_base_task_from_input[HEARTBEAT_SECONDS]",
                "HeartbeatSeconds",
                "{% $states.input.input_value %}"
            ),
            items("string", "'string'"), items("boolean", "true"),
            items("object", "{'foo': 'bar'}"), items("function", "$fn := function($x){$x}"),
            variable("\(evaluated)[string]", "{% 'string' %}"),
            variable("\(evaluated)[boolean]", "{% true %}"),
            variable("\(sampled)[boolean]", true), variable("\(sampled)[object]", ["foo": "bar"]),
            variable("\(sampled)[null]", nil),
        ]
    }()

    private static let times: [Edit] = {
        func moment(_ id: String, _ text: String) -> Edit {
            Edit(
                id: id,
                changes: [Change("input", "TimestampValue", to: .string(text))],
                reason: "the recorder replaced the time; the cause quotes it, or any past time does"
            )
        }
        let past = "2016-03-14T01:59:00Z"
        return [
            moment("test_wait_timestamp_jsonata", past),
            moment("test_wait_timestamp_jsonata[SECONDS]", past),
            moment("test_wait_timestamp_jsonata[NANOSECONDS]", "2016-03-14T01:59:00.000000000Z"),
            moment("test_wait_timestamp_jsonata[NO_T]", "2016-12-05 21:29:29Z"),
            moment("test_wait_timestamp_jsonata[NO_Z]", "2016-12-05T21:29:29"),
            moment("test_wait_timestamp_jsonata[INVALID_DATE]", "2016-13-05T21:29:29Z"),
            moment("test_wait_timestamp_jsonata[INVALID_TIME]", "2016-12-05T25:29:29Z"),
            moment("test_wait_timestamp_path", past),
            moment("test_wait_timestamp_path[SECONDS]", past),
            moment("test_wait_timestamp_path[INVALID_TIME]", "2016-12-05T25:29:29Z"),
            moment("test_wait_timestamp_path[INVALID_ISO]", "05-12-2016T21:29:29Z"),
            Edit(
                id: "test_wait_timestamppath[.000000Z]",
                changes: [Change("input", "start_at", to: "2016-03-14T01:59:00.000000Z")],
                reason: "the recorder replaced the time"
            ),
        ]
    }()

    private static let others: [Edit] = [
        Edit(
            id: "test_state_pass_result_jsonpaths",
            changes: [
                Change(
                    "States",
                    "State_1",
                    "Result",
                    to: ["unsupported1.$": "$.jsonpath", "unsupported2.$": "$$"]
                )
            ],
            reason: "the output is the result"
        ),
        Edit(
            id: "test_task_lambda_catch_state_all_data_limit_exceeded_on_large_utf8_response",
            changes: [
                Change("States", "InvokeLambda", "Resource", to: "__tbd__")
            ],
            reason: "the history is of a function called by its ARN"
        ),
        Edit(
            id: "test_raise_custom_exception",
            changes: [
                Change(
                    "States",
                    "InvokeLambda",
                    "Catch",
                    "0",
                    "ErrorEquals",
                    to: ["CustomException"]
                )
            ],
            reason: "the error caught is the one that was to be filled in"
        ),
        Edit(
            id: "test_sfn_start_execution_implicit_json_serialisation",
            changes: [
                Change(
                    "States",
                    "StartTarget",
                    "Parameters",
                    "StateMachineArn",
                    to: "arn:aws:states:here:111111111111:stateMachine:sample"
                )
            ],
            reason: "TaskScheduled tells that it is some state machine's"
        ),
        Edit(
            id: "test_heartbeat_no_timeout",
            changes: [Change("States", "SendMessageWithWait", "TimeoutSeconds", to: .null)],
            reason: "the id and the history have no timeout"
        ),
        Edit(
            id: "test_sqs_wait_for_task_tok_with_heartbeat",
            changes: [Change("States", "SendMessageWithWait", "HeartbeatSeconds", to: 60)],
            reason: "TaskScheduled tells it"
        ),
        Edit(
            id: "test_map_state_lambda",
            changes: [
                Change(
                    "States",
                    "StartState",
                    "Parameters",
                    "Values",
                    to: [["body": "string body"]]
                )
            ],
            reason: "the first state's output tells it"
        ),
        Edit(
            id: "test_map_item_reader_csv_max_items[0]",
            changes: [
                Change("States", "MapState", "ItemReader", "ReaderConfig", "MaxItems", to: 0)
            ],
            reason: "the id tells the value"
        ),
        Edit(
            id: "test_map_item_reader_csv_max_items[100000000]",
            changes: [
                Change(
                    "States",
                    "MapState",
                    "ItemReader",
                    "ReaderConfig",
                    "MaxItems",
                    to: 100_000_000
                )
            ],
            reason: "the id tells the value"
        ),
    ]

    /// What tasks below a distributed Map answered, which no history of the Map's own shows, and
    /// what its reader read, which the output shows.
    var hiddenAnswers: [String: [Mocks.Answer]] {
        func isCase(_ name: String) -> Bool { id.hasSuffix("::" + name) }
        if isCase("test_map_state_lambda") {
            return ["ProcessValue": [.output(["body": "string body"])]]
        }
        if isCase("test_parallel_state_lambda") {
            // The recorder sorted the branches' events and left out whose they are.
            let outputs = history.compactMap { $0["taskSucceededEventDetails"]?["output"] }
            return ["Branch1": [.output(outputs[0])], "Branch2": [.output(outputs[1])]]
        }
        if isCase("test_map_state_config_distributed_reentrant_lambda") {
            return ["ProcessValue": [.output("HelloWorld")]]
        }
        if isCase("test_map_state_nested_config_distributed_no_max_max_concurrency") {
            return ["ProcessJob": [.output(0)]]
        }
        guard flags.contains("s3_item_reader_or_writer") else { return [:] }
        let output = Self.unfolded(result["output"] ?? "[]")
        // Without a batch the children give back what they were given.
        var items = (output.array ?? []).flatMap { $0["Items"]?.array ?? [$0] }
        if definition.text().contains("from_previous") { items = [["from-bucket-item-0"]] }
        let states = ["MapState", "BatchMapState"].filter {
            definition["States"]?[$0] != nil
        }
        if definition.text().contains("\"CSV\"") {
            let names = items.first?.object?.keys ?? ["Col1", "Col2"]
            let rows = items.map { item in
                names.map { item[$0]?.string ?? "" }.joined(separator: ",")
            }
            let text = ([names.joined(separator: ",")] + rows).joined(separator: "\n")
            return Dictionary(uniqueKeysWithValues: states.map { ($0, [.output(.string(text))]) })
        }
        // Further items show that MaxItems is heeded.
        if definition.text().contains("MaxItems") { items += items }
        return Dictionary(uniqueKeysWithValues: states.map { ($0, [.output(.array(items))]) })
    }

    /// Cases that cannot be run from what was recorded, or contradict themselves.
    static let setAside: [(id: String, reason: String)] = [
        (
            "test_invoke_with_headers[singleStringHeader]",
            "the service integration, not the States Language, refuses the parameters"
        )
    ]
}
