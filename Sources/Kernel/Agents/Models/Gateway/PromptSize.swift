import Core

/// How many tokens a prompt has at most, before anybody has counted them.
enum PromptSize {
    /// A token for every two bytes: languages have three to five bytes a token, and JSON about three.
    static func tokens(bytes: Int) -> Int { (bytes + 1) / 2 }

    /// The tokens that a request has at most.
    static func of(_ request: ModelRequest) -> Int {
        var bytes = request.system.utf8.count + (request.answerSchema?.bytes().count ?? 0)
        for tool in request.tools {
            bytes += tool.name.utf8.count + tool.purpose.utf8.count + tool.input.bytes().count
        }
        for message in request.messages {
            for part in message.parts { bytes += size(part) }
        }
        return tokens(bytes: bytes)
    }

    private static func size(_ part: ModelPart) -> Int {
        switch part {
        case .text(let text): text.utf8.count
        case .call(let call): call.name.utf8.count + call.input.bytes().count + 32
        case .result(let result): result.content.bytes().count + 32
        case .opaque(_, let value): value.bytes().count
        }
    }
}
