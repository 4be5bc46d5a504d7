import Core
import Testing

@testable import MCP

@Suite struct ServedToolTests {
    private static let text: JSON = ["type": "string", "x-mcp-header": "Region"]

    private static func refusal(_ properties: JSON) -> String? {
        do throws(GeneralFault) {
            _ = try ServedTool(
                name: "a.b",
                purpose: "",
                input: ["type": "object", "properties": properties]
            )
            return nil
        } catch {
            return error.code
        }
    }

    @Test(
        "Annotations that the protocol does not allow are refused wherever they stand",
        arguments: [
            ["list": ["type": "array", "items": text]],
            ["either": ["anyOf": [text]]],
            ["n": ["type": "number", "x-mcp-header": "N"]],
            ["a": text, "b": ["type": "string", "x-mcp-header": "region"]],
            ["a": ["type": "string", "x-mcp-header": "My Region"]],
        ] as [JSON]
    )
    func misplaced(_ properties: JSON) {
        #expect(Self.refusal(properties) == "invalid-schema")
    }

    @Test("Arguments nested deeper than sixteen objects are mirrored, too")
    func deep() throws {
        var schema = Self.text
        for _ in 0..<20 { schema = ["type": "object", "properties": ["p": schema]] }
        let tool = try ServedTool(name: "a.b", purpose: "", input: schema)
        #expect(
            tool.mirrored == [
                HeaderParameter(path: Array(repeating: "p", count: 20), name: "Region")
            ]
        )
    }
}
