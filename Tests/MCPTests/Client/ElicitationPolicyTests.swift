import Core
import Testing

@testable import MCP

@Suite struct ElicitationPolicyTests {
    private static let form: JSON = [
        "message": "?",
        "requestedSchema": [
            "type": "object", "required": ["name"],
            "properties": [
                "name": ["type": "string"], "age": ["type": "integer", "default": 30],
                "status": ["type": "string", "enum": ["a", "b"], "default": "b"],
                "kind": [
                    "type": "string", "oneOf": [["const": "x", "title": "X"]], "default": "x",
                ],
                "tags": [
                    "type": "array", "items": ["type": "string", "enum": ["p", "q"]],
                    "default": ["p"],
                ],
            ],
        ],
    ]

    @Test("Who answers nothing declines, and says beforehand that it cannot be asked")
    func declines() {
        #expect(ElicitationPolicy.decline.result(Self.form) == ["action": "decline"])
        #expect(ElicitationPolicy.decline.capabilities.isEmpty)
    }

    @Test("Values come first, then defaults; a value of another kind is not taken")
    func answers() {
        let policy = ElicitationPolicy.answer([
            "name": "Ada", "age": "old", "status": "c", "other": 1,
        ])
        #expect(
            policy.result(Self.form) == [
                "action": "accept",
                "content": [
                    "name": "Ada", "age": 30, "status": "b", "kind": "x", "tags": ["p"],
                ],
            ]
        )
    }

    @Test("A form whose required field has no value is declined whole")
    func requires() {
        #expect(ElicitationPolicy.answer([:]).result(Self.form) == ["action": "decline"])
    }

    @Test("Addresses are never opened for a server")
    func addresses() {
        let visit: JSON = ["mode": "url", "url": "https://evil.example", "message": "come"]
        #expect(ElicitationPolicy.answer([:]).result(visit) == ["action": "decline"])
    }
}
