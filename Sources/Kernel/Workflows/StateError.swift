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
        static let noChoiceMatched = "States.NoChoiceMatched"
        static let intrinsicFailure = "States.IntrinsicFailure"
        static let queryEvaluation = "States.QueryEvaluationError"
        static let itemReaderFailed = "States.ItemReaderFailed"
        static let resultWriterFailed = "States.ResultWriterFailed"
        static let exceededThreshold = "States.ExceedToleratedFailureThreshold"
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
    /// Set when an evaluation in a JSONata state failed, which the history tells as such.
    var isEvaluation = false
    /// The field of the expression that failed.
    var location: String?
    /// Set when the event of the failure follows the one before the state was entered, as AWS has
    /// it for what a Map goes over.
    var isBeforeEntry = false

    static func runtime(_ cause: String) -> StateError {
        StateError(name: Name.runtime, cause: cause, needsPlace: true)
    }

    static func here(_ name: String, _ cause: String) -> StateError {
        StateError(name: name, cause: cause, needsPlace: true)
    }

    /// An evaluation in a JSONata state failed.
    static func query(_ cause: String, _ location: String?) -> StateError {
        StateError(
            name: Name.queryEvaluation,
            cause: cause,
            needsPlace: true,
            isEvaluation: true,
            location: location
        )
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
