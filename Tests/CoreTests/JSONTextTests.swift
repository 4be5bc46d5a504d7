import Core
import Testing

@Suite struct JSONTextTests {
    private static let object: JSON = [
        "id": "a\"b\\", "list": [1, ["x", "]", "}"], [:]], "nested": ["id": 7, "open": "{"],
        "number": -1.5, "flag": true, "none": .null, "last": "ü",
    ]

    @Test("a member's text is what parsing would find", arguments: object.object?.keys ?? [])
    func members(_ key: String) throws {
        // StaticString cannot be made at run time, so each key is spelled out.
        let keys: [StaticString] = ["id", "list", "nested", "number", "flag", "none", "last"]
        let name = try #require(keys.first { $0.description == key })
        let text = Self.object.bytes()
        let range = JSONText.member(name, of: text.span)
        #expect(try JSON(parsing: text[try #require(range)]) == Self.object[key])
    }

    @Test(
        "what is no member of the object itself is not found",
        arguments: ["{}", #"{"a":{"b":1}}"#]
    )
    func absent(_ text: String) {
        let bytes = Array(text.utf8)
        let range = JSONText.member("b", of: bytes.span)
        #expect(range == nil)
    }

    @Test(
        "text that is cut anywhere is searched without harm",
        arguments: 0..<object.bytes().count
    )
    func cut(_ length: Int) {
        let text = Array(Self.object.bytes().prefix(length))
        _ = JSONText.member("absent", of: text.span)
    }

    @Test("pieces become one text, with commas where they belong")
    func writing() throws {
        let text = Self.object.bytes()
        var writer = JSONTextWriter()
        writer.beginObject()
        writer.members(of: text.span)
        writer.key("copy")
        writer.text(member: "nested", of: text.span)
        writer.key("missing")
        writer.text(member: "nothing", of: text.span)
        writer.key("array")
        writer.beginArray()
        writer.string("a\nb")
        writer.beginObject()
        writer.members(of: Array("{}".utf8).span)
        writer.endObject()
        writer.value(3)
        writer.endArray()
        writer.endObject()
        var expected = Self.object
        expected["copy"] = expected["nested"]
        expected["missing"] = .null
        expected["array"] = ["a\nb", [:], 3]
        #expect(try writer.finish().value() == expected)
    }
}
