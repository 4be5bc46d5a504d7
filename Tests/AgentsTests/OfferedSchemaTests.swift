import Core
import Testing

@testable import Agents

/// Providers take no alternatives at the root of a tool's schema.
@Suite struct OfferedSchemaTests {
    @Test("An object without alternatives is told as it is")
    func plain() {
        let schema: JSON = [
            "type": "object", "properties": ["a": ["type": "string"]], "required": ["a"],
            "additionalProperties": false,
        ]
        #expect(OfferedSchema.of(schema) == schema)
    }

    @Test("Anything is an object to a model")
    func anything() {
        #expect(OfferedSchema.of(true) == ["type": "object"])
    }

    @Test("Alternatives are laid together: what any may have, what all must have")
    func alternatives() {
        let offered = OfferedSchema.of([
            "description": "By name or by number.",
            "properties": ["unit": ["type": "string"]],
            "required": ["unit"],
            "anyOf": [
                [
                    "type": "object",
                    "properties": ["name": ["type": "string"], "day": ["type": "string"]],
                    "required": ["day", "name"], "additionalProperties": false,
                ],
                [
                    "type": "object",
                    "properties": ["number": ["type": "integer"], "day": ["type": "string"]],
                    "required": ["day", "number"], "additionalProperties": false,
                ],
            ],
        ])
        #expect(offered["type"] == "object")
        #expect(offered["anyOf"] == nil && offered["additionalProperties"] == nil)
        #expect(
            Set(offered["properties"]?.object?.keys ?? []) == ["unit", "name", "day", "number"]
        )
        #expect(offered["required"] == ["unit", "day"])
        #expect(offered["description"] == "By name or by number.")
    }

    @Test("What must all hold is needed altogether")
    func all() {
        let offered = OfferedSchema.of([
            "type": "object",
            "allOf": [
                ["properties": ["a": true], "required": ["a"]],
                ["properties": ["b": true], "required": ["b"]],
            ],
        ])
        #expect(offered["required"] == ["a", "b"])
        #expect(offered["allOf"] == nil)
    }
}
