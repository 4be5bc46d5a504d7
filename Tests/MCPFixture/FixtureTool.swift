import Core
import Glibc
import MCP

/// A tool of the fixture.
struct FixtureTool: Sendable {
    typealias Run = @Sendable (JSON, Exchange) async throws -> ToolAnswer

    let served: ServedTool
    let run: Run

    /// A tool that takes `input`, by default nothing.
    init(
        _ name: String,
        _ purpose: String,
        input: JSON = ["type": "object"],
        output: JSON? = nil,
        speaks: Bool = false,
        _ run: @escaping Run
    ) {
        do {
            served = try ServedTool(
                name: name,
                purpose: purpose,
                input: input,
                output: output,
                hints: .init(isReadOnly: true),
                speaks: speaks
            )
        } catch {
            preconditionFailure("\(error)")
        }
        self.run = run
    }
}

/// The tools by what they are for.
enum FixtureTools {
    static func object(_ properties: JSON, required: JSON = []) -> JSON {
        ["type": "object", "properties": properties, "required": required]
    }

    static let plain: [FixtureTool] = [
        FixtureTool("test_simple_text", "Answers a text.") { _, _ in
            .content([.text("This is a simple text response for testing.")])
        },
        FixtureTool("test_image_content", "Answers a picture.") { _, _ in
            .content([.image(FixtureFeatures.image, mediaType: "image/png")])
        },
        FixtureTool("test_audio_content", "Answers a sound.") { _, _ in
            .content([.audio(FixtureFeatures.sound, mediaType: "audio/wav")])
        },
        FixtureTool("test_embedded_resource", "Answers a resource.") { _, _ in
            .content([
                .resource(
                    ResourceContents(
                        uri: "test://embedded-resource",
                        mediaType: "text/plain",
                        text: "This is an embedded resource content."
                    )
                )
            ])
        },
        FixtureTool("test_multiple_content_types", "Answers several things.") { _, _ in
            .content([
                .text("Multiple content types test:"),
                .image(FixtureFeatures.image, mediaType: "image/png"),
                .resource(
                    ResourceContents(
                        uri: "test://mixed-content-resource",
                        mediaType: "application/json",
                        text: "{\"test\":\"data\",\"value\":123}"
                    )
                ),
            ])
        },
        FixtureTool(
            "test_structured",
            "Answers a value.",
            output: object(["sum": ["type": "integer"]], required: ["sum"])
        ) { _, _ in .document(JSONText(["sum": 3])) },
        FixtureTool("test_error_handling", "Always fails.") { _, _ in
            throw GeneralFault(
                .conflict,
                code: "test-error",
                "This tool intentionally returns an error for testing"
            )
        },
        FixtureTool("test_internal_error", "Always fails for a reason of its own.") { _, _ in
            throw GeneralFault(.internal, code: "secret", "nobody may read this")
        },
        FixtureTool("test_trigger_tool_change", "Announces another list of tools.") { _, _ in
            .content([])
        },
        FixtureTool("test_trigger_prompt_change", "Announces another list of prompts.") { _, _ in
            .content([])
        },
        FixtureTool("test_trigger_resource_change", "Announces a changed resource.") { _, _ in
            .content([])
        },
        FixtureTool(
            "test_header_parameter",
            "Takes an argument that a header field repeats.",
            input: object([
                "region": ["type": "string", "x-mcp-header": "Region"],
                "count": ["type": "integer", "x-mcp-header": "Count"],
            ])
        ) { arguments, _ in .content([.text(arguments.text())]) },
        FixtureTool("json_schema_2020_12_tool", "Has a schema of many words.", input: schema) {
            arguments,
            _ in .content([.text(arguments.text())])
        },
    ]

    private static let schema: JSON = [
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": [
            "address": [
                "$anchor": "addressDef", "type": "object",
                "properties": ["street": ["type": "string"], "city": ["type": "string"]],
            ]
        ],
        "properties": [
            "name": ["type": "string"],
            "address": ["$ref": "#/$defs/address"],
            "contactMethod": ["type": "string", "enum": ["phone", "email"]],
            "phone": ["type": "string"],
            "email": ["type": "string"],
        ],
        "allOf": [["anyOf": [["required": ["phone"]], ["required": ["email"]]]]],
        "if": [
            "properties": ["contactMethod": ["const": "phone"]], "required": ["contactMethod"],
        ],
        "then": ["required": ["phone"]],
        "else": ["required": ["email"]],
        "additionalProperties": false,
    ]

    private static let pause: Duration = .milliseconds(30)

    static let speaking: [FixtureTool] = [
        FixtureTool("test_tool_with_logging", "Writes log messages.", speaks: true) {
            _,
            exchange in
            exchange.log(.info, "Tool execution started")
            try await SystemClock().sleep(for: pause)
            exchange.log(.info, "Tool processing data")
            try await SystemClock().sleep(for: pause)
            exchange.log(.info, "Tool execution completed")
            return .content([.text("Tool with logging executed successfully")])
        },
        FixtureTool("test_logging_tool", "Writes a log message.", speaks: true) { _, exchange in
            exchange.log(.info, "Logging evaluated", logger: "fixture")
            return .content([.text("Logging evaluated")])
        },
        FixtureTool("test_tool_with_progress", "Reports progress.", speaks: true) { _, exchange in
            for step in [0.0, 50, 100] {
                exchange.progress(step, of: 100, "\(Int(step)) of 100")
                try await SystemClock().sleep(for: pause)
            }
            return .content([.text("done")])
        },
        FixtureTool("test_slow", "Takes a minute unless cancelled.", speaks: true) { _, exchange in
            exchange.progress(1, of: 2)
            do {
                try await SystemClock().sleep(for: .seconds(60))
            } catch {
                complainOfCancellation()
                throw error
            }
            return .content([.text("done")])
        },
        FixtureTool("test_reconnection", "Lets go of its stream.", speaks: true) { _, exchange in
            exchange.pauseStream()
            try await SystemClock().sleep(for: .milliseconds(100))
            return .content([.text("Reconnection test completed successfully.")])
        },
    ]

    /// Tests see on standard error that a call was cancelled.
    private static func complainOfCancellation() {
        let line = Array("test_slow was cancelled\n".utf8)
        _ = write(2, line, line.count)
    }
}
