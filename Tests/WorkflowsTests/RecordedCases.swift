import Core
import Foundation
import ReferenceData
import Testing

@testable import Workflows

/// The cases recorded against AWS, `data/asl/aws-recorded.jsonl`.
enum RecordedCases {
    static let folder = ReferenceData.file("asl")

    static let file = folder.appending(path: "aws-recorded.jsonl")

    static let isPresent = ReferenceData.has("asl/aws-recorded.jsonl")

    static func load() throws -> [RecordedCase] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
            try RecordedCase(try JSON(parsing: $0.utf8))
        }
    }
}

struct RecordedCase {
    var id: String
    var definition: JSON
    var input: JSON
    var status: ExecutionStatus
    var result: JSON
    var history: [JSON]
    var flags: Set<String>
    /// The day it was recorded, as `yyyy-mm-dd`.
    var day: String

    init(_ json: JSON) throws {
        let id = try #require(json["id"]?.string)
        self.id = id
        history = try #require(json["history"]?.array)
        status = json["final"] == "ExecutionSucceeded" ? .succeeded : .failed
        result = try #require(json["result"])
        flags = Set(try #require(json["flags"]?.object).filter { $0.value == true }.map(\.key))
        let written = json["recorded"]?.string?.split(separator: ",").first ?? ""
        day = written.split(separator: "-").reversed().joined(separator: "-")
        input = Self.unfolded(json["input"] ?? .null)
        definition = try #require(json["definition"])
        if let edit = Self.edits.first(where: { id.hasSuffix("::" + $0.id) }) {
            for change in edit.changes {
                if change.path.first == "input" {
                    input.set(change.path.dropFirst(), change.value)
                } else {
                    definition.set(change.path[...], change.value)
                }
            }
        }
        definition = filled(definition)
    }

    /// Whether nothing in it was edited or replaced.
    var isUnflagged: Bool { flags.isEmpty }

    /// The recordings hold JSON texts of objects as objects, but others as texts.
    static func unfolded(_ value: JSON) -> JSON {
        value.string.flatMap { try? JSON(parsing: $0) } ?? value
    }

    /// Puts in what the tests put in and the recording shows: the resource, or the path in the id.
    private func filled(_ value: JSON) -> JSON {
        switch value {
        case .array(let elements): return .array(elements.map(filled))
        case .object(let object):
            var filled = JSONObject()
            for member in object { filled[member.key] = self.filled(member.value) }
            if let resource = object["Resource"]?.string?.lowercased(),
                ["__tbd__", "_tbd_"].contains(resource)
                    || resource.hasPrefix("arn:aws:lambda:your-region:")
            {
                // Below a distributed Map the recording shows no task: some function.
                filled["Resource"] = .string(recorded ?? "arn:aws:lambda:r:1:function:f")
            }
            return .object(filled)
        case "%CONTEXT_OBJECT_LITERAL_PLACEHOLDER%":
            return pathInID.map { .string($0) } ?? value
        case "%LAMBDA_FUNCTION_ARN_LITERAL_PLACEHOLDER%":
            return "arn:aws:lambda:here:111111111111:function:f"
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
    var answers: [String: [Mocks.Answer]] {
        var answers = hiddenAnswers
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
            let answer: Mocks.Answer =
                switch kind {
                case "Succeeded": .output(Self.unfolded(details.value["output"] ?? .null))
                case "Failed": .error(details.value["error"]?.string, cause: cause)
                default: .timeout(heartbeat: false)
                }
            answers[state, default: []].append(answer)
        }
        return answers
    }
}

extension JSON {
    /// Puts a value at a path of keys and indices; null takes a setting of a state away.
    fileprivate mutating func set(_ path: ArraySlice<String>, _ value: JSON) {
        if path == ["TimeoutSeconds"], value.isNull {
            self["TimeoutSeconds"] = nil
            return
        }
        guard let key = path.first else {
            self = value
            return
        }
        if case .array(var elements) = self, let at = Int(key), elements.indices.contains(at) {
            elements[at].set(path.dropFirst(), value)
            self = .array(elements)
        } else {
            var inner = self[key] ?? .object(JSONObject())
            inner.set(path.dropFirst(), value)
            self[key] = inner
        }
    }
}
