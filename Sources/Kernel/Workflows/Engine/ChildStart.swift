import Core

/// What a task of resource `startExecution` asks for.
struct ChildStart: Sendable {
    /// The workflow, or `name:version` or `name:alias`.
    var workflow: String
    /// The child's name; nil for one of its own.
    var name: String?
    var input: JSON

    /// Longest name of an execution, in characters.
    static let longestName = 200

    /// Reads `{"StateMachineArn","Input"?,"Name"?}`.
    ///
    /// `StateMachineArn` is a workflow's name, what `$$.StateMachine.Id` gives, or a state machine's ARN,
    /// of which the name counts. `Input` is any value; a text is JSON, as AWS has it.
    ///
    /// - Throws: a fault with the error's name in the States Language as its code.
    init(_ parameters: JSON) throws(GeneralFault) {
        guard let members = parameters.object else {
            throw Self.refusal("States.Runtime", "the parameters must be an object")
        }
        for member in members
        where !["StateMachineArn", "Input", "Name"].contains(member.key) {
            throw Self.refusal(
                "States.Runtime",
                "startExecution has no parameter \"\(member.key)\""
            )
        }
        guard let target = members["StateMachineArn"]?.string, !target.isEmpty else {
            throw Self.refusal("States.Runtime", "StateMachineArn must name a workflow")
        }
        workflow = Self.workflow(named: target)
        switch members["Input"] {
        case nil, .null?: input = [:]
        case .string(let text)?:
            do throws(JSONSyntaxError) {
                input = try JSON(parsing: text)
            } catch {
                throw Self.refusal(
                    "StepFunctions.InvalidExecutionInputException",
                    "Input is a text and no JSON: \(error)"
                )
            }
        case let value?: input = value
        }
        switch members["Name"] {
        case nil, .null?: name = nil
        case .string(let text)? where (1...Self.longestName).contains(text.count): name = text
        default:
            throw Self.refusal(
                "StepFunctions.InvalidNameException",
                "Name must be a text of 1 to \(Self.longestName) characters"
            )
        }
    }

    private static func workflow(named target: String) -> String {
        for mark in [":stateMachine:", "weft:workflow:"] {
            if let range = target.ranges(of: mark).last {
                return String(target[range.upperBound...])
            }
        }
        return target
    }

    static func refusal(_ error: String, _ message: String) -> GeneralFault {
        GeneralFault(.invalid, code: error, message)
    }
}

/// The execution and the step of it that wait for a child's end.
struct Parent: Sendable, Hashable {
    var id: ID<Execution>
    var step: Int
}
