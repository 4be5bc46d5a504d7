import MCP
import Testing

@Suite struct URIPatternTests {
    @Test(
        "A gap takes what has no slash, and all the rest must be there",
        arguments: [
            ("weft://orders/{id}", "weft://orders/7", ["id": "7"]),
            ("weft://orders/{id}", "weft://orders/", nil),
            ("weft://orders/{id}", "weft://orders/7/8", nil),
            ("weft://orders/{id}", "weft://vehicles/7", nil),
            ("test://template/{id}/data", "test://template/123/data", ["id": "123"]),
            ("test://template/{id}/data", "test://template/123/more", nil),
            ("a://{x}-{y}", "a://1-2", ["x": "1", "y": "2"]),
            ("a://{x}-{y}", "a://12", nil),
            ("weft://orders", "weft://orders", [:]),
            ("weft://orders", "weft://orders/7", nil),
        ] as [(String, String, [String: String]?)]
    )
    func matches(_ pattern: String, _ uri: String, _ expected: [String: String]?) {
        #expect(URIPattern(pattern).match(uri) == expected)
    }

    @Test("The names of the gaps are in their order")
    func names() { #expect(URIPattern("a://{x}/{y}").names == ["x", "y"]) }
}
