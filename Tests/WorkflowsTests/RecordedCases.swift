import Core
import Foundation
import Testing

@testable import Workflows

/// The cases recorded against AWS, `data/asl/aws-recorded.jsonl`.
enum RecordedCases {
    static let folder: URL = {
        let environment = ProcessInfo.processInfo.environment["WEFT_DATA"]
        let package = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let data =
            environment.map { URL(filePath: $0) } ?? package.appending(path: "../shared/data")
        return data.appending(path: "asl")
    }()

    static let file = folder.appending(path: "aws-recorded.jsonl")

    static let isPresent = FileManager.default.fileExists(atPath: file.path())

    static func load() throws -> [RecordedCase] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
            try RecordedCase(try JSON(parsing: $0.utf8))
        }
    }

    /// Cases whose parts do not belong together, by the end of their id, with the reason.
    static let wrongPairings: [(id: String, reason: String)] = [
        (
            "test_state_pass_result_jsonpaths",
            "the test put another Result into the definition than the one stored"
        ),
        ("test_query_context_object_values", "names and times were replaced: only shapes agree"),
        ("test_input_path[$$]", "names and times were replaced"),
        ("test_wait_timestamppath[.000000Z]", "the input's time was replaced by a placeholder"),
        ("test_wait_timestamp_path", "the input's time was replaced by a placeholder"),
        ("test_wait_timestamp_path[SECONDS]", "the input's time was replaced by a placeholder"),
        ("test_wait_timestamp_path[INVALID_TIME]", "the cause tells the time that was replaced"),
        ("test_wait_timestamp_path[INVALID_ISO]", "the cause tells the time that was replaced"),
        (
            "test_task_lambda_catch_state_all_data_limit_exceeded_on_large_utf8_response",
            "the history is of a function's ARN, the definition stored calls lambda:invoke"
        ),
        ("test_raise_custom_exception", "the test filled in the ErrorEquals that is stored empty"),
        ("test_parallel_state_lambda", "outputs were replaced and the branches' events sorted"),
        ("test_parallel_state_nested", "an event of the inner Parallel was lost in sorting"),
        (
            "test_invoke_with_headers[singleStringHeader]",
            "the service, not the workflow, refuses the parameters"
        ),
    ]
}

struct RecordedCase {
    var id: String
    var definition: JSON
    var input: JSON
    var status: ExecutionStatus
    var result: JSON
    var history: [JSON]
    var flags: Set<String>

    init(_ json: JSON) throws {
        id = try #require(json["id"]?.string)
        history = try #require(json["history"]?.array)
        input = Self.unfolded(json["input"] ?? .null)
        status = json["final"] == "ExecutionSucceeded" ? .succeeded : .failed
        result = try #require(json["result"])
        flags = Set(try #require(json["flags"]?.object).filter { $0.value == true }.map(\.key))
        definition = try #require(json["definition"])
        definition = filled(definition)
    }

    /// Whether nothing in it was edited or replaced.
    var isUnflagged: Bool { flags.isSubset(of: ["task", "wait"]) }

    /// The recordings hold JSON texts of objects as objects, but others as texts.
    static func unfolded(_ value: JSON) -> JSON {
        value.string.flatMap { try? JSON(parsing: $0) } ?? value
    }

    /// Equal but for white space in JSON texts, which the recorder changed.
    static func agree(_ left: JSON?, _ right: JSON?) -> Bool {
        switch (left, right) {
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { agree($0, $1) }
        case (.object(let left), .object(let right)):
            left.count == right.count && left.allSatisfy { agree($0.value, right[$0.key]) }
        case (.string(let left), .string(let right)):
            left == right || unfolded(.string(left)) == unfolded(.string(right))
        case (.string(let text), .object), (.string(let text), .array):
            right == unfolded(.string(text))
        case (.object, .string(let text)), (.array, .string(let text)):
            left == unfolded(.string(text))
        default: left == right
        }
    }

    /// Puts in what the tests put in and the recording shows: the resource, or the path in the id.
    private func filled(_ value: JSON) -> JSON {
        switch value {
        case .array(let elements): return .array(elements.map(filled))
        case .object(let object):
            var filled = JSONObject()
            for member in object { filled[member.key] = self.filled(member.value) }
            if let resource = object["Resource"]?.string?.lowercased(),
                ["__tbd__", "_tbd_"].contains(resource), let recorded
            {
                filled["Resource"] = .string(recorded)
            }
            return .object(filled)
        case "%CONTEXT_OBJECT_LITERAL_PLACEHOLDER%":
            return pathInID.map { .string($0) } ?? value
        case "$.items[0]" where id.contains("test_json_path_array"):
            return pathInID.map { .string($0) } ?? value
        default: return value
        }
    }

    private var pathInID: String? {
        id.firstIndex(of: "[").map { String(id[id.index(after: $0)...].dropLast()) }
    }

    private var recorded: String? {
        for event in history {
            if let resource = event["lambdaFunctionScheduledEventDetails"]?["resource"]?.string {
                return resource
            }
            if let name = event["activityScheduledEventDetails"]?["resource"]?.string {
                return "arn:aws:states:eu-west-1:111111111111:activity:" + name
            }
        }
        return nil
    }

    /// What each task answered, by state, in the order of the history.
    var answers: [String: [Run.Answer]] {
        var answers: [String: [Run.Answer]] = [:]
        var state = ""
        var states: [Int: String] = [:]
        for event in history {
            let type = event["type"]?.string ?? ""
            if type == "TaskStateEntered" {
                state = event["stateEnteredEventDetails"]?["name"]?.string ?? ""
            } else if let previous = event["previousEventId"]?.int, let found = states[previous] {
                state = found
            }
            if let id = event["id"]?.int { states[id] = state }
            guard
                let kind = ["Succeeded", "Failed", "TimedOut"].first(where: { type.hasSuffix($0) }),
                type.dropLast(kind.count) == "Task" || type.hasPrefix("LambdaFunction")
                    || type.hasPrefix("Activity"),
                let details = event.object?.first(where: { $0.key.hasSuffix("EventDetails") })
            else { continue }
            let cause = details.value["cause"].map { $0.string ?? $0.text() }
            let answer: Run.Answer =
                switch kind {
                case "Succeeded": .output(Self.unfolded(details.value["output"] ?? .null))
                case "Failed": .error(details.value["error"]?.string, cause: cause)
                default: .timeout
                }
            answers[state, default: []].append(answer)
        }
        return answers
    }
}
