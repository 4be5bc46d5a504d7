public import Core
import Models

/// What a language model that decides for an agent can call: the agent's tools, a conclusion, a colleague.
struct ModelToolbox: Sendable {
    /// Ends the run with a decision.
    static let conclude = "conclude"
    /// Gives the case to a colleague.
    static let handOff = "hand_off"
    /// More calls in one answer are refused.
    static let mostCalls = 32

    /// What a call means.
    enum Meaning: Sendable {
        case call(tool: String, input: JSON)
        case conclude(JSON)
        case handOff(HandOff)
        /// It means nothing that may be done; the model is told this.
        case mistake(JSON)
    }

    /// What the model is told of.
    let tools: [ModelTool]
    private let names: [String: Tool]
    private let conclusion: Schema
    private let colleagues: [String: Agent]

    /// The tools of an agent, in the order of their names.
    ///
    /// - Throws: a fault of code `invalid-schema` when the agent's output cannot be said in a schema.
    init(agent: Agent, tools: [Tool], colleagues: [Agent]) throws(GeneralFault) {
        conclusion = try Schema(Self.conclusion(of: agent))
        self.colleagues = Dictionary(colleagues.map { ($0.name, $0) }) { first, _ in first }
        var names: [String: Tool] = [:]
        var told: [ModelTool] = []
        for tool in tools.sorted(by: { $0.name < $1.name }) {
            let name = Self.name(for: tool.name, taken: names)
            names[name] = tool
            told.append(
                ModelTool(
                    name: name,
                    purpose: tool.purpose,
                    input: OfferedSchema.of(tool.input.json)
                )
            )
        }
        told.append(
            ModelTool(
                name: Self.conclude,
                purpose: """
                    Ends your work with a decision. Call it alone, once everything is done that your \
                    purpose asks for.
                    """,
                input: conclusion.json
            )
        )
        if !colleagues.isEmpty {
            told.append(
                ModelTool(
                    name: Self.handOff,
                    purpose: """
                        Gives the whole case to a colleague who then decides in your place: \
                        \(colleagues.map { "\($0.name) (\($0.purpose))" }.sorted()
                            .joined(separator: "; ")). Call it alone.
                        """,
                    input: Shape.record(
                        nil,
                        [
                            ("agent", Shape.choice(colleagues.map(\.name).sorted())),
                            ("reason", ["type": "string", "minLength": 1, "maxLength": 2_000]),
                            ("input", Shape.object),
                        ]
                    )
                )
            )
        }
        self.names = names
        self.tools = told
    }

    /// Providers allow letters, digits, `_` and `-`, at most 64.
    private static func name(for tool: String, taken: [String: Tool]) -> String {
        var name = String(
            tool.map { character in
                character.isASCII && (character.isLetter || character.isNumber)
                    || character == "_" || character == "-" ? character : "_"
            }
            .prefix(60)
        )
        var number = 2
        while taken[name] != nil || name == conclude || name == handOff {
            name = String(name.prefix(57)) + "_\(number)"
            number += 1
        }
        return name
    }

    /// The shape of a conclusion; definitions of the agent's output come to its top.
    private static func conclusion(of agent: Agent) -> JSON {
        var output = agent.output.json
        let definitions = output["$defs"]
        if definitions != nil, var object = output.object {
            object["$defs"] = nil
            output = .object(object)
        }
        let option = Shape.record(
            nil,
            [
                ("label", text(300)),
                (
                    "score",
                    Shape.described(
                        ["type": ["number", "null"], "minimum": 0, "maximum": 1],
                        "0 to 1, higher is better; null when it was ruled out."
                    )
                ),
                ("reasons", ["type": "array", "items": text(500), "maxItems": 20]),
                ("detail", Shape.object),
            ],
            optional: ["detail"]
        )
        var shape = Shape.record(
            nil,
            [
                (
                    "subject",
                    Shape.described(text(200), "What it is about: a kind and an id, as order:ID.")
                ),
                ("options", ["type": "array", "items": option, "minItems": 1, "maxItems": 50]),
                (
                    "choice",
                    Shape.described(text(300), "The label of what was chosen.")
                ),
                (
                    "rationale",
                    Shape.described(text(4_000), "Why, in a sentence or two, with the numbers.")
                ),
                ("confidence", Shape.share),
                ("task", Shape.described(text(100), "The type of task, if you know it.")),
                ("output", output),
            ],
            optional: ["task"]
        )
        if let definitions { shape["$defs"] = definitions }
        return shape
    }

    private static func text(_ most: Int) -> JSON {
        ["type": "string", "minLength": 1, "maxLength": .int(most)]
    }

    /// What a call means; it changes nothing.
    func understand(_ call: ModelToolCall, isAlone: Bool) -> Meaning {
        if call.name == Self.conclude || call.name == Self.handOff, !isAlone {
            return .mistake([
                "error": .string("call \(call.name) alone, when the others have answered")
            ])
        }
        if call.name == Self.conclude { return concluded(call.input) }
        if call.name == Self.handOff, !colleagues.isEmpty { return handedOff(call.input) }
        guard let tool = names[call.name] else {
            let known = tools.map(\.name).joined(separator: ", ")
            return .mistake([
                "error": .string("there is no tool \"\(call.name.prefix(80))\" for you"),
                "tools": .string(known),
            ])
        }
        if let mistake = Self.violations(of: tool.input, in: call.input) {
            return .mistake(mistake)
        }
        return .call(tool: tool.name, input: call.input)
    }

    private func concluded(_ input: JSON) -> Meaning {
        if let mistake = Self.violations(of: conclusion, in: input) { return .mistake(mistake) }
        let labels = input["options"]?.array?.compactMap { $0["label"]?.string } ?? []
        guard let choice = input["choice"]?.string, labels.contains(choice) else {
            return .mistake([
                "error": "choice must be the label of one of the options",
                "pointer": "/choice", "labels": .array(labels.map { .string($0) }),
            ])
        }
        return .conclude(input)
    }

    private func handedOff(_ input: JSON) -> Meaning {
        guard let name = input["agent"]?.string, let colleague = colleagues[name] else {
            return .mistake([
                "error": "there is no such colleague", "pointer": "/agent",
                "colleagues": .array(colleagues.keys.sorted().map { .string($0) }),
            ])
        }
        let given = input["input"] ?? [:]
        if let mistake = Self.violations(of: colleague.input, in: given, at: "/input") {
            return .mistake(mistake)
        }
        return .handOff(
            HandOff(
                to: name,
                input: given,
                reason: String((input["reason"]?.string ?? "").prefix(2_000))
            )
        )
    }

    private static func violations(
        of schema: Schema,
        in input: JSON,
        at place: String = ""
    ) -> JSON? {
        let found = schema.violations(of: input)
        guard !found.isEmpty else { return nil }
        return [
            "error": "the input does not fit the schema; nothing was done",
            "violations": .array(
                found.map {
                    ["pointer": .string(place + $0.pointer), "message": .string($0.message)]
                }
            ),
        ]
    }
}

/// A case that one agent gives to another, who decides in its place.
public struct HandOff: Sendable, Equatable {
    /// The colleague.
    public var agent: String
    /// The case as the colleague gets it.
    public var input: JSON
    /// Why.
    public var reason: String

    /// A case for a colleague.
    public init(to agent: String, input: JSON, reason: String) {
        self.agent = agent
        self.input = input
        self.reason = reason
    }
}
