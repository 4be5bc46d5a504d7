import Core
import Testing

@testable import Platform

@Suite struct SchemaDefinitionsTests {
    private let money: JSON = [
        "title": "Money", "type": "object", "properties": ["amount": ["type": "string"]],
    ]

    @Test("What a schema says twice is said once, and referred to")
    func gathered() {
        let schema: JSON = [
            "type": "object",
            "properties": ["net": money, "all": ["type": "array", "items": money]],
        ]
        #expect(
            SchemaDefinitions.gathered(schema) == [
                "type": "object",
                "properties": [
                    "net": ["$ref": "#/$defs/Money"],
                    "all": ["type": "array", "items": ["$ref": "#/$defs/Money"]],
                ],
                "$defs": ["Money": money],
            ]
        )
    }

    @Test("What is there once, or differs, stays where it is")
    func left() {
        var other = money
        other["description"] = "Another."
        for properties in [["net": money], ["net": money, "gross": other]] as [JSON] {
            let schema: JSON = ["type": "object", "properties": properties]
            #expect(SchemaDefinitions.gathered(schema) == schema)
        }
    }
}
