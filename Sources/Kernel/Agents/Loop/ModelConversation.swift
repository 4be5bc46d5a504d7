import Core
import Models
import Privacy

/// The conversation of one run with a language model: a pure state machine.
///
/// It is told what the model said and what came of tools, and tells what is to be done next. What the
/// model may reach is decided here and again by the registry: a name that is not on the agent's list
/// leads to an answer that says so, and to nothing else.
struct ModelConversation: Sendable {
    /// What happened.
    enum Input: Sendable {
        case start(case: JSON)
        /// The model's turn, and what the placeholders in it stand for.
        case replied(ModelReply, PersonalMask)
        /// What came of the calls that were planned last, in their order.
        case called([Result<JSON, GeneralFault>])
    }

    /// What is to be done.
    enum Action: Sendable {
        case ask(ModelRequest)
        case call([PlannedCall])
        case conclude(JSON)
        case handOff(HandOff, about: String)
        case giveUp(code: String, message: String)
    }

    /// A call that the model asked for and may make.
    struct PlannedCall: Sendable, Equatable {
        var id: String
        var tool: String
        var input: JSON
    }

    let toolbox: ModelToolbox
    let system: String
    let limits: AgentLimits
    private(set) var messages: [ModelMessage] = []
    private(set) var turns = 0
    private(set) var repairs = 0
    private var planned: [PlannedCall] = []
    /// Answers that need no tool, by the call's id, to be given with those that do.
    private var answered: [ModelToolResult] = []
    /// The calls of the last answer, in order.
    private var order: [String] = []
    /// What tools answered, for arguments that refer to it.
    private var results = ToolResults()

    init(toolbox: ModelToolbox, system: String, limits: AgentLimits) {
        self.toolbox = toolbox
        self.system = system
        self.limits = limits
    }

    /// The next thing to do.
    mutating func handle(_ input: Input) -> Action {
        switch input {
        case .start(let given):
            messages = [
                ModelMessage(.user, [.text("The case, as JSON:\n" + given.text(.canonical))])
            ]
            return ask()
        case .replied(let reply, let mask): return take(reply, mask)
        case .called(let results): return take(results)
        }
    }

    private mutating func ask() -> Action {
        guard turns < limits.turns else {
            return .giveUp(
                code: "agent-too-many-turns",
                message: "no conclusion after \(limits.turns) turns"
            )
        }
        turns += 1
        return .ask(
            ModelRequest(
                system: system,
                messages: messages,
                tools: toolbox.tools,
                toolChoice: .any,
                maximumTokens: limits.answerTokens,
                temperature: 0
            )
        )
    }

    private mutating func repair(_ message: ModelMessage) -> Action {
        repairs += 1
        guard repairs <= limits.repairs else {
            return .giveUp(
                code: "agent-too-many-mistakes",
                message: "the model made more than \(limits.repairs) mistakes of form"
            )
        }
        messages.append(message)
        return ask()
    }

    private mutating func take(_ reply: ModelReply, _ mask: PersonalMask) -> Action {
        if reply.stop == .refusal {
            return .giveUp(code: "model-refused", message: "the model will not answer this")
        }
        messages.append(ModelMessage(.assistant, reply.parts.isEmpty ? [.text("…")] : reply.parts))
        let calls = reply.calls
        guard !calls.isEmpty else {
            let reason =
                reply.stop == .length
                ? "Your answer was cut off. Be brief: call one tool."
                : "Call a tool; when you know what to do, call \(ModelToolbox.conclude)."
            return repair(ModelMessage(.user, [.text(reason)]))
        }
        guard calls.count <= ModelToolbox.mostCalls else {
            return refuse(calls, "at most \(ModelToolbox.mostCalls) calls at once")
        }
        if reply.stop == .length {
            // The last call's input may be only a part of what was meant.
            return refuse(calls, "your answer was cut off; make fewer calls at once")
        }
        return plan(calls, mask)
    }

    private mutating func refuse(_ calls: [ModelToolCall], _ reason: String) -> Action {
        repair(
            ModelMessage(
                .user,
                calls.map {
                    .result(
                        ModelToolResult(
                            id: $0.id,
                            content: ["error": .string(reason)],
                            isError: true
                        )
                    )
                }
            )
        )
    }

    private mutating func plan(_ calls: [ModelToolCall], _ mask: PersonalMask) -> Action {
        var left = ToolResults.mostResolved
        planned = []
        answered = []
        order = calls.map(\.id)
        var final: Action?
        for call in calls {
            var call = call
            if let mistake = results.resolve(&call.input, left: &left) {
                answered.append(ModelToolResult(id: call.id, content: mistake, isError: true))
                continue
            }
            switch toolbox.understand(call, mask, isAlone: calls.count == 1) {
            case .call(let tool, let input):
                planned.append(PlannedCall(id: call.id, tool: tool, input: input))
            case .conclude(let conclusion): final = .conclude(conclusion)
            case .handOff(let handOff, let subject): final = .handOff(handOff, about: subject)
            case .mistake(let mistake):
                answered.append(ModelToolResult(id: call.id, content: mistake, isError: true))
            }
        }
        if let final { return final }
        if planned.isEmpty {
            return repair(ModelMessage(.user, answered.map { .result($0) }))
        }
        if !answered.isEmpty {
            repairs += 1
            guard repairs <= limits.repairs else {
                return .giveUp(
                    code: "agent-too-many-mistakes",
                    message: "the model made more than \(limits.repairs) mistakes of form"
                )
            }
        }
        return .call(planned)
    }

    private mutating func take(_ results: [Result<JSON, GeneralFault>]) -> Action {
        var byID: [String: ModelToolResult] = [:]
        for result in answered { byID[result.id] = result }
        for (call, result) in zip(planned, results) {
            switch result {
            case .success(let output):
                byID[call.id] = ModelToolResult(id: call.id, content: self.results.add(output))
            case .failure(let fault):
                var error: JSON = [
                    "code": .string(fault.code), "message": .string(fault.message),
                ]
                if let pointer = fault.pointer { error["pointer"] = .string(pointer) }
                byID[call.id] = ModelToolResult(
                    id: call.id,
                    content: ["error": error],
                    isError: true
                )
            }
        }
        messages.append(
            ModelMessage(.user, order.compactMap { byID[$0] }.map { .result($0) })
        )
        return ask()
    }
}
