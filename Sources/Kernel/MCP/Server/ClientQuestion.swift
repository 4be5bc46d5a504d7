public import Core

/// Something that a tool or a prompt must know from the client before it can go on.
public struct ClientQuestion: Sendable {
    /// What the answer is known by; unique within a call.
    public var key: String
    /// What the client must be able to do.
    public var capability: ClientCapability
    /// The request's method.
    public var method: String
    /// The request's parameters.
    public var params: JSONObject

    /// Asks the user to fill in a form; the answer is `{"action","content"}`.
    ///
    /// - Parameters:
    ///   - key: what the answer is known by.
    ///   - message: what the user reads.
    ///   - form: an object schema with primitive properties.
    /// - Returns: the question.
    public static func user(_ key: String, _ message: String, form: JSON) -> ClientQuestion {
        ClientQuestion(
            key: key,
            capability: .elicitation,
            method: MethodName.elicit,
            params: ["message": .string(message), "requestedSchema": form]
        )
    }

    /// Asks the client's model; the answer is `{"role","content","model"}`.
    public static func model(_ key: String, _ prompt: String, tokens: Int) -> ClientQuestion {
        ClientQuestion(
            key: key,
            capability: .sampling,
            method: MethodName.sample,
            params: [
                "messages": [
                    ["role": "user", "content": ["type": "text", "text": .string(prompt)]]
                ],
                "maxTokens": .int(tokens),
            ]
        )
    }

    /// Asks for the client's folders; the answer is `{"roots"}`.
    public static func roots(_ key: String) -> ClientQuestion {
        ClientQuestion(
            key: key,
            capability: .roots,
            method: MethodName.listRoots,
            params: [:]
        )
    }

    var json: JSON { ["method": .string(method), "params": .object(params)] }

    /// What is wrong with an answer; nil when it can be used.
    func complaint(about answer: JSON) -> String? {
        guard let answer = answer.object else { return "expected an object" }
        switch capability {
        case .elicitation:
            guard let action = answer["action"]?.string,
                ["accept", "decline", "cancel"].contains(action)
            else { return "\"action\" must be \"accept\", \"decline\" or \"cancel\"" }
            if action == "accept", answer["content"]?.object == nil {
                return "\"content\" must be an object"
            }
        case .sampling:
            guard answer["role"]?.string != nil, answer["model"]?.string != nil,
                answer["content"]?.object != nil || answer["content"]?.array != nil
            else { return "\"role\", \"content\" and \"model\" are required" }
        case .roots:
            guard answer["roots"]?.array != nil else { return "\"roots\" must be an array" }
        }
        return nil
    }

    /// Whether an answer has all that was asked for; one that lacks something is asked for again.
    func isComplete(_ answer: JSON) -> Bool {
        guard capability == .elicitation, answer["action"] == "accept" else { return true }
        let required = params["requestedSchema"]?["required"]?.array ?? []
        return required.allSatisfy { name in
            guard let name = name.string else { return true }
            return answer["content"]?[name] != nil
        }
    }
}
