import Core

/// A conversation in the form that all providers take.
enum Conversation {
    /// The messages without what this provider cannot be told: others' own parts, and blank words.
    ///
    /// Messages of one side that follow each other are one; a user's begins with what tools said.
    static func turns(_ messages: [ModelMessage], for provider: String) -> [ModelMessage] {
        var turns: [ModelMessage] = []
        for message in messages {
            let parts = message.parts.filter { part in
                switch part {
                case .text(let text): !text.allSatisfy(\.isWhitespace)
                case .opaque(let owner, _): owner == provider
                case .call, .result: true
                }
            }
            guard !parts.isEmpty else { continue }
            if turns.last?.role == message.role {
                turns[turns.count - 1].parts += parts
            } else {
                turns.append(ModelMessage(message.role, parts))
            }
        }
        for index in turns.indices where turns[index].role == .user {
            let parts = turns[index].parts
            turns[index].parts = parts.filter(\.isResult) + parts.filter { !$0.isResult }
        }
        return turns
    }

    /// A call's id in letters that all providers take.
    static func callID(_ id: String) -> String {
        String(
            id.unicodeScalars.prefix(64).map { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "_", "-": Character(scalar)
                default: "_"
                }
            }
        )
    }

    /// A call's input as an object: providers take nothing else back, whatever their models wrote.
    static func input(_ input: JSON) -> JSON {
        if case .object = input { return input }
        return ["unreadable": input]
    }

    /// A tool's answer as text.
    static func text(_ content: JSON) -> String { content.string ?? content.text() }
}

extension ModelPart {
    fileprivate var isResult: Bool {
        if case .result = self { true } else { false }
    }
}
