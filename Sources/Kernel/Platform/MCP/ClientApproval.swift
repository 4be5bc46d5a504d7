import Agents
import Core
import Identity
import MCP

/// A person's word for calls that no model may make alone.
enum ClientApproval {
    /// The key of the question.
    private static let key = "approval"

    /// Asks the client's user whether a call may be made; a client that cannot ask has its user decide
    /// by the tool's hints.
    ///
    /// - Throws: a fault of code `needs-approval` for an agent's account, which has no user; of code
    ///   `not-approved` when the user does not agree; one that says what is wrong with the arguments.
    static func obtain(
        for tool: Tool,
        _ arguments: JSON,
        _ exchange: Exchange
    ) async throws {
        guard !exchange.scope.roles.contains(.aiAgent) else {
            throw GeneralFault(
                .forbidden,
                code: "needs-approval",
                "a person must agree to each call of \"\(tool.name)\"; let a workflow ask for it"
            )
        }
        guard exchange.canAsk(.elicitation) else { return }
        // Nobody is asked for what cannot be done.
        try tool.input.validate(arguments)
        var given = arguments.text()
        if given.count > 500 { given = given.prefix(497) + "…" }
        let answers = try await exchange.ask(
            .user(
                key,
                "May this be done? \(tool.purpose) \(tool.name) \(given)",
                form: [
                    "type": "object",
                    "properties": [
                        "agree": ["type": "boolean", "description": "Whether it may be done."]
                    ],
                    "required": ["agree"],
                ]
            )
        )
        let answer = answers[key]
        guard answer?["action"] == "accept", answer?["content"]?["agree"] == true else {
            throw GeneralFault(
                .forbidden,
                code: "not-approved",
                "the user did not agree; nothing was changed"
            )
        }
    }
}
