import Core
import MCP

extension FixtureTools {
    private static func text(_ answer: JSON?) -> ToolAnswer {
        let action = answer?["action"]?.string ?? ""
        let content = answer?["content"]?.text() ?? "{}"
        return .content([.text("Elicitation completed: action=\(action), content=\(content)")])
    }

    /// Tools that ask the client in the midst of a call, until 2025-11-25.
    static let asking: [FixtureTool] = [
        FixtureTool(
            "test_sampling",
            "Asks the client's model.",
            input: object(["prompt": ["type": "string"]], required: ["prompt"]),
            speaks: true
        ) { arguments, exchange in
            let answers = try await exchange.ask(
                .model("answer", arguments["prompt"]?.string ?? "", tokens: 100)
            )
            let text = answers["answer"]?["content"]?["text"]?.string ?? "No response"
            return .content([.text("LLM response: \(text)")])
        },
        FixtureTool(
            "test_elicitation",
            "Asks the client's user.",
            input: object(["message": ["type": "string"]], required: ["message"]),
            speaks: true
        ) { arguments, exchange in
            let answers = try await exchange.ask(
                .user(
                    "answer",
                    arguments["message"]?.string ?? "",
                    form: object(
                        [
                            "username": ["type": "string", "description": "User's response"],
                            "email": ["type": "string", "description": "User's email address"],
                        ],
                        required: ["username", "email"]
                    )
                )
            )
            return text(answers["answer"])
        },
        FixtureTool(
            "test_elicitation_sep1034_defaults",
            "Asks with defaults.",
            speaks: true
        ) { _, exchange in
            let form = object([
                "name": ["type": "string", "description": "User name", "default": "John Doe"],
                "age": ["type": "integer", "description": "User age", "default": 30],
                "score": ["type": "number", "description": "User score", "default": 95.5],
                "status": [
                    "type": "string", "enum": ["active", "inactive", "pending"],
                    "default": "active",
                ],
                "verified": ["type": "boolean", "default": true],
            ])
            let answers = try await exchange.ask(.user("answer", "Please review", form: form))
            return text(answers["answer"])
        },
        FixtureTool(
            "test_elicitation_sep1330_enums",
            "Asks for choices.",
            speaks: true
        ) { _, exchange in
            let answers = try await exchange.ask(.user("answer", "Please select", form: choices))
            return text(answers["answer"])
        },
        FixtureTool(
            "test_streaming_elicitation",
            "Reports progress and asks.",
            speaks: true
        ) { _, exchange in
            exchange.progress(50, of: 100)
            let form = object(["ok": ["type": "boolean"]], required: ["ok"])
            let answers = try await exchange.ask(.user("confirm", "Go on?", form: form))
            return text(answers["confirm"])
        },
        FixtureTool("test_missing_capability", "Needs sampling.") { _, exchange in
            try exchange.require(.sampling)
            return .content([.text("the client can be asked")])
        },
    ]

    private static let choices = object([
        "untitledSingle": ["type": "string", "enum": ["option1", "option2", "option3"]],
        "titledSingle": [
            "type": "string",
            "oneOf": [
                ["const": "value1", "title": "First Option"],
                ["const": "value2", "title": "Second Option"],
                ["const": "value3", "title": "Third Option"],
            ],
        ],
        "legacyEnum": [
            "type": "string", "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        ],
        "untitledMulti": [
            "type": "array", "minItems": 1, "maxItems": 3,
            "items": ["type": "string", "enum": ["option1", "option2", "option3"]],
        ],
        "titledMulti": [
            "type": "array", "minItems": 1, "maxItems": 3,
            "items": [
                "anyOf": [
                    ["const": "value1", "title": "First Choice"],
                    ["const": "value2", "title": "Second Choice"],
                    ["const": "value3", "title": "Third Choice"],
                ]
            ],
        ],
    ])
}
