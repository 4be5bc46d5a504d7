import Core
import Testing

@testable import Agents

@Suite struct OutsideSchemaTests {
    @Test("What is known is checked, what is not is named, and the text stays the author's")
    func checks() throws {
        let json: JSON = [
            "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:x",
            "type": "object", "required": ["id"], "unevaluatedProperties": false,
            "$defs": ["user": ["type": "string", "pattern": "^a", "maxLength": 3]],
            "properties": [
                "id": ["$ref": "#/$defs/user"],
                "n": ["oneOf": [["type": "integer"], ["type": "null"]]],
                "when": ["type": "string", "format": "duration"],
                "deep": ["$ref": "#/properties/n"],
            ],
            "if": ["required": ["n"]],
        ]
        let outside = try Schema.outside(json)
        #expect(outside.schema.json == json)
        #expect(
            outside.unchecked == [
                "/unevaluatedProperties", "/$defs/user/pattern", "/properties/n/oneOf",
                "/properties/when/format", "/properties/deep/$ref", "/if",
            ]
        )
        func violations(_ value: JSON) -> [String] {
            outside.schema.violations(of: value).map(\.pointer)
        }
        #expect(violations(["id": "abc", "n": .null, "more": 1]).isEmpty)
        #expect(violations([:]) == ["/id"])
        #expect(violations(["id": "abcd"]) == ["/id"])
        #expect(violations(["id": "a", "n": "x"]) == ["/n"])
    }

    @Test(
        "References to other documents are not followed: such schemas say nothing here",
        arguments: [
            ["properties": ["a": ["$ref": "https://evil.example/s"]]],
            ["$ref": "other.json"], ["items": ["anyOf": [["$ref": "file:///etc/passwd"]]]],
        ] as [JSON]
    )
    func refuses(_ json: JSON) {
        #expect(throws: GeneralFault.self) { try Schema.outside(json) }
    }

    @Test("A weakened check is never turned round")
    func negations() throws {
        // `not` of what cannot be checked would refuse everything.
        let outside = try Schema.outside(["not": ["pattern": "^x"]])
        #expect(outside.schema.violations(of: "yes").isEmpty)
        #expect(outside.unchecked == ["/not/pattern"])
        let whole = try Schema.outside(["not": ["type": "string"]])
        #expect(whole.schema.violations(of: "no").count == 1)
    }

    @Test("Hostile schemas are bounded")
    func bounds() {
        var deep: JSON = true
        for _ in 0..<100 { deep = ["not": deep] }
        #expect(throws: GeneralFault.self) { try Schema.outside(deep) }
        let wide = JSON.object(JSONObject((0..<6_000).map { ("p\($0)", JSON.bool(true)) }))
        #expect(throws: GeneralFault.self) { try Schema.outside(["properties": wide]) }
        #expect(throws: GeneralFault.self) { try Schema.outside(["properties": 7]) }
        #expect(throws: GeneralFault.self) { try Schema.outside("x") }
    }
}
