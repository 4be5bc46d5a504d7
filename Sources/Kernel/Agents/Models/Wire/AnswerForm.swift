import Core

/// How a model is held to a JSON Schema.
public enum AnswerMeans: String, Sendable, CaseIterable {
    /// By the provider itself.
    case native
    /// By a tool that it must call with its answer.
    case tool
    /// By being told.
    case instruction
}

/// A schema for an answer on its way to a provider, and the answer on its way back.
///
/// Providers take objects only, so another value travels as the one member of an object.
struct AnswerForm: Sendable {
    /// The tool by which an answer is given.
    static let toolName = "give_answer"
    private static let member = "answer"

    /// By what means.
    let means: AnswerMeans
    /// The schema, of an object.
    let schema: JSON
    private let isWrapped: Bool

    /// The form of what a request asks for; nil when it asks for words.
    init?(_ request: ModelRequest, means: AnswerMeans) {
        guard let asked = request.answerSchema else { return nil }
        self.means = means
        isWrapped = asked["type"] != "object"
        guard isWrapped else {
            schema = asked
            return
        }
        var inner = asked
        inner["$defs"] = nil
        var outer: JSON = [
            "type": "object", "properties": [Self.member: inner],
            "required": [.string(Self.member)],
            "additionalProperties": false,
        ]
        if let definitions = asked["$defs"] { outer["$defs"] = definitions }
        schema = outer
    }

    /// The same by another means.
    func by(_ means: AnswerMeans) -> AnswerForm { AnswerForm(means, schema, isWrapped) }

    /// The same with the schema as a provider takes it.
    func sending(_ schema: JSON) -> AnswerForm { AnswerForm(means, schema, isWrapped) }

    private init(_ means: AnswerMeans, _ schema: JSON, _ isWrapped: Bool) {
        self.means = means
        self.schema = schema
        self.isWrapped = isWrapped
    }

    /// The request as it goes out: with the tool, or the instruction.
    func applied(to request: ModelRequest) -> ModelRequest {
        var request = request
        switch means {
        case .native: break
        case .tool:
            request.toolChoice = request.tools.isEmpty ? .tool(Self.toolName) : .any
            request.tools.append(
                ModelTool(
                    name: Self.toolName,
                    purpose: "Gives the final answer. Call it once, when everything else is done.",
                    input: schema
                )
            )
        case .instruction:
            request.system += """
                \n\nThe final answer must be one JSON value that satisfies this JSON Schema, and nothing \
                else: no words before or after it, no code fence.
                \(schema.text())
                """
        }
        return request
    }

    /// Whether a piece may be told to whoever listens.
    static func isHeard(_ piece: ModelPiece) -> Bool {
        if case .callBegan(_, toolName) = piece { false } else { true }
    }

    /// The reply as whoever asked expects it: the answer as JSON text.
    func unwrapped(_ reply: ModelReply) -> ModelReply {
        var reply = reply
        if means == .tool {
            let others = reply.calls.contains { $0.name != Self.toolName }
            reply.parts = reply.parts.compactMap { part -> ModelPart? in
                guard case .call(let call) = part, call.name == Self.toolName else {
                    // The answer is what the tool was given, not what was said beside it.
                    if case .text = part, !others { return nil }
                    return part
                }
                // Still at work: it will be asked again.
                return others ? nil : .text(call.input.string ?? plain(call.input).text())
            }
            if !others, reply.stop == .toolCalls { reply.stop = .end }
            return reply
        }
        guard reply.calls.isEmpty, reply.stop == .end else { return reply }
        let text = Self.withoutFence(reply.text)
        let rest = reply.parts.filter { if case .text = $0 { false } else { true } }
        var answer = text
        if isWrapped {
            do throws(JSONSyntaxError) {
                answer = plain(try JSON(parsing: text)).text()
            } catch {
                // What is no JSON is whoever asked's to refuse.
            }
        }
        reply.parts = rest + (answer.isEmpty ? [] : [.text(answer)])
        return reply
    }

    private func plain(_ value: JSON) -> JSON {
        isWrapped ? value[Self.member] ?? value : value
    }

    /// The text within a code fence, and without thoughts in tags: models of one's own like both.
    private static func withoutFence(_ text: String) -> String {
        var text = text[...]
        if let end = text.firstRange(of: "</think>"),
            text.drop(while: \.isWhitespace).hasPrefix("<think>")
        {
            text = text[end.upperBound...]
        }
        text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        guard text.hasPrefix("```"), text.hasSuffix("```"), text.count > 6,
            let line = text.firstIndex(where: \.isNewline)
        else { return String(text) }
        return String(text[text.index(after: line)...].dropLast(3))
    }
}
