import Core
import MCP
import Synchronization

/// What the fixture offers.
final class FixtureFeatures: ServerFeatures {
    /// One pixel of red, and a sound of two samples.
    static let image =
        Base64.decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
        ) ?? []
    static let sound =
        Base64.decode(
            "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="
        ) ?? []

    let info = ServerInfo(
        name: "weft-mcp-fixture",
        title: "Fixture",
        version: "1.0.0",
        instructions: "Tools for tests."
    )
    let changing: ListChanges = [.tools, .resources, .prompts]
    let all: [FixtureTool]
    private let server = Mutex<MCPServer?>(nil)

    init() {
        all =
            (FixtureTools.plain + FixtureTools.speaking + FixtureTools.asking + FixtureTools.rounds)
            .sorted { $0.served.name < $1.served.name }
    }

    func bind(_ server: MCPServer) { self.server.withLock { $0 = server } }

    func announce(_ change: ServerChange) { server.withLock { $0 }?.announce(change) }

    // MARK: Tools

    func tools(for scope: Scope) -> [ServedTool] { all.map(\.served) }

    func tool(_ name: String, for scope: Scope) -> ServedTool? {
        all.first { $0.served.name == name }?.served
    }

    func call(_ name: String, _ arguments: JSON, _ exchange: Exchange) async throws -> ToolAnswer {
        switch name {
        case "test_trigger_tool_change": announce(.tools(nil))
        case "test_trigger_prompt_change": announce(.prompts(nil))
        case "test_trigger_resource_change":
            announce(.resource("test://watched-resource", exchange.scope.organisation))
        default:
            guard let tool = all.first(where: { $0.served.name == name }) else { break }
            return try await tool.run(arguments, exchange)
        }
        return .content([.text("changed")])
    }

    // MARK: Resources

    func resources(for scope: Scope) async throws -> [ServedResource] {
        [
            ServedResource(
                uri: "test://static-binary",
                name: "static-binary",
                purpose: "A picture.",
                mediaType: "image/png"
            ),
            ServedResource(
                uri: "test://static-text",
                name: "static-text",
                title: "Static text",
                purpose: "A text.",
                mediaType: "text/plain"
            ),
            ServedResource(
                uri: "test://watched-resource",
                name: "watched-resource",
                purpose: "A text to be watched.",
                mediaType: "text/plain"
            ),
        ]
    }

    private let template = ServedTemplate(
        "test://template/{id}/data",
        name: "template",
        purpose: "Data of an id.",
        mediaType: "application/json"
    )

    func templates(for scope: Scope) -> [ServedTemplate] { [template] }

    func read(_ uri: String, _ exchange: Exchange) async throws -> ResourceAnswer? {
        let cache = CacheHint(milliseconds: 60_000)
        if let id = template.pattern.match(uri)?["id"] {
            let data: JSON = [
                "id": .string(id), "templateTest": true, "data": .string("Data for ID: \(id)"),
            ]
            return ResourceAnswer(
                [ResourceContents(uri: uri, mediaType: "application/json", text: data.text())],
                cache: cache
            )
        }
        switch uri {
        case "test://static-text":
            return ResourceAnswer(
                [
                    ResourceContents(
                        uri: uri,
                        mediaType: "text/plain",
                        text: "This is the content of the static text resource."
                    )
                ],
                cache: cache
            )
        case "test://static-binary":
            return ResourceAnswer(
                [ResourceContents(uri: uri, mediaType: "image/png", bytes: Self.image)],
                cache: cache
            )
        case "test://watched-resource":
            return ResourceAnswer(
                [ResourceContents(uri: uri, mediaType: "text/plain", text: "watched")]
            )
        default: return nil
        }
    }

    // MARK: Prompts

    func prompts(for scope: Scope) -> [ServedPrompt] {
        [
            ServedPrompt(
                name: "test_input_required_result_prompt",
                purpose: "A prompt that must know something first."
            ),
            ServedPrompt(
                name: "test_prompt_with_arguments",
                purpose: "A prompt with arguments.",
                arguments: [
                    .init("arg1", "The first.", isRequired: true),
                    .init("arg2", "The second.", isRequired: true),
                ]
            ),
            ServedPrompt(
                name: "test_prompt_with_embedded_resource",
                purpose: "A prompt with a resource in it.",
                arguments: [.init("resourceUri", "The resource.", isRequired: true)]
            ),
            ServedPrompt(name: "test_prompt_with_image", purpose: "A prompt with a picture."),
            ServedPrompt(name: "test_simple_prompt", title: "Simple", purpose: "A prompt."),
        ]
    }

    func prompt(
        _ name: String,
        _ arguments: [String: String],
        _ exchange: Exchange
    ) async throws -> PromptAnswer {
        switch name {
        case "test_simple_prompt":
            return PromptAnswer([
                PromptMessage(.user, .text("This is a simple prompt for testing."))
            ])
        case "test_prompt_with_arguments":
            let text =
                "Prompt with arguments: arg1='\(arguments["arg1"] ?? "")', "
                + "arg2='\(arguments["arg2"] ?? "")'"
            return PromptAnswer([PromptMessage(.user, .text(text))])
        case "test_prompt_with_embedded_resource":
            let contents = ResourceContents(
                uri: arguments["resourceUri"] ?? "",
                mediaType: "text/plain",
                text: "Embedded resource content for testing."
            )
            return PromptAnswer([
                PromptMessage(.user, .resource(contents)),
                PromptMessage(.user, .text("Please process the embedded resource above.")),
            ])
        case "test_prompt_with_image":
            return PromptAnswer([
                PromptMessage(.user, .image(Self.image, mediaType: "image/png")),
                PromptMessage(.user, .text("Please analyze the image above.")),
            ])
        default:
            let answers = try await exchange.ask(
                .user(
                    "user_context",
                    "What context should the prompt use?",
                    form: [
                        "type": "object", "properties": ["context": ["type": "string"]],
                        "required": ["context"],
                    ]
                )
            )
            let context = answers["user_context"]?["content"]?["context"]?.string ?? ""
            return PromptAnswer([PromptMessage(.user, .text("Context: \(context)"))])
        }
    }

    func complete(
        _ reference: CompletionReference,
        argument: String,
        value: String,
        known: [String: String],
        _ exchange: Exchange
    ) async throws -> CompletionAnswer {
        let words = (0..<150).map { "test-\($0)" } + ["paris", "park", "party"]
        return CompletionAnswer(words.filter { $0.hasPrefix(value) })
    }
}
