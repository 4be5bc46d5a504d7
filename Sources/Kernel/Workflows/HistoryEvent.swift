public import Core

/// One entry of an execution's history, with AWS's names and shape.
public struct HistoryEvent: Sendable, Hashable {
    /// Counts from 1 within the execution.
    public var id: Int
    /// The event that led to this one; 0 for the first ones.
    public var previousEventID: Int
    /// When it happened.
    public var timestamp: Timestamp
    /// For instance `TaskStateEntered`.
    public var type: String
    /// The name of the member that holds the details, for instance `stateEnteredEventDetails`.
    public var detailsKey: String?
    /// The details; inputs, outputs and parameters are values, not text.
    public var details: JSONObject

    init(
        id: Int,
        previous: Int,
        at timestamp: Timestamp,
        type: String,
        details: (String, JSONObject)?
    ) {
        self.id = id
        previousEventID = previous
        self.timestamp = timestamp
        self.type = type
        detailsKey = details?.0
        self.details = details?.1 ?? JSONObject()
    }

    /// The event as AWS's `GetExecutionHistory` gives it.
    public var json: JSON {
        var object = JSONObject([
            ("timestamp", timestamp.json), ("type", .string(type)), ("id", .int(id)),
            ("previousEventId", .int(previousEventID)),
        ])
        if let detailsKey { object[detailsKey] = .object(details) }
        return .object(object)
    }

    /// Reads an event back from `json`.
    ///
    /// - Throws: `GeneralFault` naming what does not fit.
    public init(_ json: JSON) throws(GeneralFault) {
        let reader = JSONReader(json)
        id = try reader.member("id").int()
        previousEventID = try reader.member("previousEventId").int()
        timestamp = try reader.member("timestamp").timestamp()
        type = try reader.member("type").string()
        let member = json.object?.first { $0.key.hasSuffix("EventDetails") }
        detailsKey = member?.key
        details = member?.value.object ?? JSONObject()
    }
}

extension JSON {
    /// What AWS says beside every payload that is there in full, as ours always are.
    static let untruncated: JSON = ["truncated": false]
}

/// How AWS names the events of a task, by what its resource is.
struct TaskEvents: Sendable {
    enum Family: Sendable {
        case lambda
        case activity
        case service(type: String, action: String)
    }

    let family: Family
    let resource: String

    init(resource: String) {
        self.resource = resource
        var parts = resource.split(separator: ":", omittingEmptySubsequences: false)
            .map(String.init)
        if resource.hasSuffix(".sync:2") {
            parts.replaceSubrange((parts.count - 2)..., with: [parts[parts.count - 2] + ":2"])
        }
        if parts.count > 6, parts[0] == "arn", parts[2] == "lambda", parts[5] == "function" {
            family = .lambda
        } else if parts.count > 6, parts[0] == "arn", parts[2] == "states", parts[5] == "activity" {
            family = .activity
        } else if parts.count > 6, parts[0] == "arn", parts[2] == "states" {
            let type = parts[5..<parts.count - 1].joined(separator: ":")
            family = .service(type: type, action: parts[parts.count - 1])
        } else if parts.count == 3, parts[0] == "weft", parts[1] == "activity" {
            family = .activity
        } else if parts.count > 1 {
            // weft:tool:logistics.book-vehicle
            let type = parts.dropLast().joined(separator: ":")
            family = .service(type: type, action: parts[parts.count - 1])
        } else {
            family = .service(type: resource, action: resource)
        }
        purpose = Self.purpose(resource, family)
    }

    /// What kind of work the task is.
    let purpose: ScheduledTask.Purpose

    private static func purpose(_ resource: String, _ family: Family) -> ScheduledTask.Purpose {
        if case .activity = family { return .activity }
        if resource.hasSuffix(".waitForTaskToken") { return .callback }
        if resource.hasSuffix(".sync") || resource.hasSuffix(".sync:2") { return .watched }
        return .call
    }

    /// Whether the task ends by a later message rather than by the call's own result.
    var isSubmitted: Bool { purpose == .callback || purpose == .watched }

    var isActivity: Bool { purpose == .activity }

    var needsToken: Bool { purpose == .callback || purpose == .activity }

    /// What AWS calls the task in the message about an oversized result.
    var shortName: String {
        if case .service(let type, _) = family { type } else { resource }
    }

    var prefix: String {
        switch family {
        case .lambda: "LambdaFunction"
        case .activity: "Activity"
        case .service: "Task"
        }
    }

    private var key: String {
        switch family {
        case .lambda: "lambdaFunction"
        case .activity: "activity"
        case .service: "task"
        }
    }

    func scheduled(_ task: ScheduledTask) -> (String, JSONObject) {
        var details = JSONObject()
        if case .service(let type, let action) = family {
            details["parameters"] = task.input
            details["region"] = ""
            details["resource"] = .string(action)
            details["resourceType"] = .string(type)
            if let role = task.credentials?["RoleArn"] {
                details["taskCredentials"] = .object(JSONObject([("roleArn", role)]))
            }
        } else {
            details["input"] = task.input
            details["inputDetails"] = .untruncated
            details["resource"] = .string(resource)
        }
        if let timeout = task.timeoutSeconds { details["timeoutInSeconds"] = .int(timeout) }
        if let heartbeat = task.heartbeatSeconds { details["heartbeatInSeconds"] = .int(heartbeat) }
        return (key + "ScheduledEventDetails", details)
    }

    func details(_ event: String, _ members: JSONObject = JSONObject()) -> (String, JSONObject)? {
        var details = members
        if case .service(let type, let action) = family {
            details["resource"] = .string(action)
            details["resourceType"] = .string(type)
        } else if details.isEmpty {
            return nil
        }
        return ("\(key)\(event)EventDetails", details)
    }
}
