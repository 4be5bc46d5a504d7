import Testing

@testable import Models

@Suite struct ServerSentEventParserTests {
    private func events(_ parts: [[UInt8]]) throws -> [String] {
        var parser = ServerSentEventParser()
        return try parts.flatMap { part in
            try parser.take(part).map { "\($0.type)=\(String(decoding: $0.data, as: UTF8.self))" }
        }
    }

    // The examples of the standard, https://html.spec.whatwg.org/multipage/server-sent-events.html
    @Test(
        "Streams are read as the standard's examples say",
        arguments: [
            ("data: YHOO\ndata: +2\ndata: 10\n\n", ["message=YHOO\n+2\n10"]),
            (
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
                ["message=first event", "message=second event", "message= third event"]
            ),
            // The last one has no empty line after it and is left out.
            ("data\n\ndata\ndata\n\ndata:", ["message=", "message=\n"]),
            ("data:test\n\ndata: test\n\n", ["message=test", "message=test"]),
            (
                "event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n",
                ["add=73857293", "remove=2153"]
            ),
            ("event: lonely\n\ndata: x\n\n", ["message=x"]),
            ("\u{FEFF}data: after the mark\n\n", ["message=after the mark"]),
            ("data: grün 🚚\nretry: 10\nunknown: y\n\n", ["message=grün 🚚"]),
        ]
    )
    func examples(text: String, expected: [String]) throws {
        for ending in ["\n", "\r\n", "\r"] {
            let bytes = Array(text.replacing("\n", with: ending).utf8)
            let expected = expected
            #expect(try events([bytes]) == expected)
            #expect(try events(bytes.map { [$0] }) == expected)
            for place in bytes.indices {
                #expect(try events([Array(bytes[..<place]), Array(bytes[place...])]) == expected)
            }
        }
    }

    @Test("What never ends is refused")
    func limits() {
        #expect(throws: ModelFault.self) {
            var parser = ServerSentEventParser()
            for _ in 0...(ServerSentEventParser.limit / 65_536) {
                _ = try parser.take(Array(repeating: 0x61, count: 65_536))
            }
        }
        #expect(throws: ModelFault.self) {
            var parser = ServerSentEventParser()
            let line = Array("data: \(String(repeating: "x", count: 65_536))\n".utf8)
            for _ in 0...(ServerSentEventParser.limit / 65_536) { _ = try parser.take(line) }
        }
    }
}
