/// An error inside an execution, as `Retry` and `Catch` see it.
struct StateError: Error, Sendable, Hashable {
    /// The States Language's own error names.
    enum Name {
        static let all = "States.ALL"
        static let heartbeatTimeout = "States.HeartbeatTimeout"
        static let timeout = "States.Timeout"
        static let taskFailed = "States.TaskFailed"
        static let runtime = "States.Runtime"
        static let dataLimitExceeded = "States.DataLimitExceeded"
        static let resultPathMatchFailure = "States.ResultPathMatchFailure"
        static let parameterPathFailure = "States.ParameterPathFailure"
        static let noChoiceMatched = "States.NoChoiceMatched"
        static let intrinsicFailure = "States.IntrinsicFailure"
    }

    /// The error's name; a task may fail without one.
    var name: String?
    var cause: String?
    /// Set when the task ran out of time; such an error is caught with an empty cause.
    var timedOut = false
    /// Set when it was the heartbeat that did not come.
    var missedHeartbeat = false
    /// Set when the cause should be told with the state and the event it was entered at.
    var needsPlace = false

    static func runtime(_ cause: String) -> StateError {
        StateError(name: Name.runtime, cause: cause, needsPlace: true)
    }

    static func here(_ name: String, _ cause: String) -> StateError {
        StateError(name: name, cause: cause, needsPlace: true)
    }

    /// Whether a retrier or catcher with these names applies.
    ///
    /// `States.Runtime` always ends the execution and nothing handles it. `States.ALL` handles
    /// everything else, `States.TaskFailed` everything else but a timeout.
    func isHandled(by names: [String]) -> Bool {
        guard name != Name.runtime else { return false }
        return names.contains { candidate in
            switch candidate {
            case Name.all: true
            case Name.taskFailed: !timedOut && name != Name.timeout
            case Name.heartbeatTimeout: missedHeartbeat || name == candidate
            default: name == candidate
            }
        }
    }
}
