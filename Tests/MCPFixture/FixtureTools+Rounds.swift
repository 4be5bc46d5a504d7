import Core
import MCP

extension FixtureTools {
    private static func question(_ key: String, _ message: String, _ field: String)
        -> ClientQuestion
    {
        .user(
            key,
            message,
            form: object(
                .object(JSONObject([(field, ["type": "string"] as JSON)])),
                required: [.string(field)]
            )
        )
    }

    private static func confirmation() -> ClientQuestion {
        .user(
            "confirm",
            "Please confirm",
            form: object(["ok": ["type": "boolean"]], required: ["ok"])
        )
    }

    /// Tools whose calls come again with answers, since 2026-07-28.
    static let rounds: [FixtureTool] = [
        FixtureTool("test_input_required_result_elicitation", "Asks for a name.") { _, exchange in
            let answers = try await exchange.ask(
                question("user_name", "What is your name?", "name")
            )
            let name = answers["user_name"]?["content"]?["name"]?.string ?? "nobody"
            return .content([.text("Hello, \(name)!")])
        },
        FixtureTool("test_input_required_result_sampling", "Asks the model.") { _, exchange in
            let answers = try await exchange.ask(
                .model("capital_question", "What is the capital of France?", tokens: 100)
            )
            let text = answers["capital_question"]?["content"]?["text"]?.string ?? ""
            return .content([.text(text)])
        },
        FixtureTool("test_input_required_result_list_roots", "Asks for folders.") { _, exchange in
            let answers = try await exchange.ask(.roots("client_roots"))
            let roots = answers["client_roots"]?["roots"]?.array ?? []
            return .content([
                .text("roots: " + roots.compactMap { $0["uri"]?.string }.joined(separator: " "))
            ])
        },
        FixtureTool("test_input_required_result_request_state", "Keeps a state.") { _, exchange in
            _ = try await exchange.ask(confirmation())
            return .content([.text("state-ok")])
        },
        FixtureTool("test_input_required_result_multiple_inputs", "Asks thrice.") { _, exchange in
            let answers = try await exchange.ask(
                question("user_name", "What is your name?", "name"),
                .model("greeting", "Generate a greeting", tokens: 50),
                .roots("client_roots")
            )
            return .content([.text(answers.keys.sorted().joined(separator: ","))])
        },
        FixtureTool("test_input_required_result_multi_round", "Asks twice.") { _, exchange in
            let first = try await exchange.ask(
                question("step1", "Step 1: What is your name?", "name")
            )
            let second = try await exchange.ask(
                question("step2", "Step 2: What is your favorite color?", "color")
            )
            let name = first["step1"]?["content"]?["name"]?.string ?? ""
            let color = second["step2"]?["content"]?["color"]?.string ?? ""
            return .content([.text("\(name) likes \(color)")])
        },
        FixtureTool("test_input_required_result_tampered_state", "Keeps a state.") {
            _,
            exchange in
            _ = try await exchange.ask(confirmation())
            return .content([.text("integrity-ok")])
        },
        FixtureTool("test_input_required_result_capabilities", "Asks what it may.") {
            _,
            exchange in
            if exchange.client.can(.elicitation) {
                _ = try await exchange.ask(question("elicit_input", "Elicitation input", "value"))
            }
            if exchange.client.can(.sampling) {
                _ = try await exchange.ask(.model("sample_input", "Sample request", tokens: 50))
            }
            return .content([.text("capabilities-ok")])
        },
    ]
}
