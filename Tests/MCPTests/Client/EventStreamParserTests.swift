import Testing

@testable import MCP

/// The streams are examples of WHATWG HTML, section 9.2.6, and its rules one by one.
@Suite struct EventStreamParserTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var stream: String
        var events: [String]
        var lastID: String?
        var retry: Duration?
        var testDescription: String { stream.debugDescription }

        init(
            _ stream: String,
            _ events: [String],
            lastID: String? = nil,
            retry: Duration? = nil
        ) {
            self.stream = stream
            self.events = events
            self.lastID = lastID
            self.retry = retry
        }
    }

    static let cases: [Case] = [
        Case("data: YHOO\ndata: +2\ndata: 10\n\n", ["message|YHOO\n+2\n10"]),
        Case(
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
            ["message|first event|1", "message|second event", "message| third event"]
        ),
        // Data without its blank line is no event.
        Case("data: a\n\ndata: b\n", ["message|a"]),
        Case("data\n\ndata\ndata\n\ndata:", ["message|\n"]),
        Case("data:test\n\ndata: test\n\n", ["message|test", "message|test"]),
        Case("event: add\r\ndata: 1\r\n\r\nevent: remove\rdata: 2\r\r", ["add|1", "remove|2"]),
        Case("id: e-1\nretry: 500\ndata: \n\n", [], lastID: "e-1", retry: .milliseconds(500)),
        Case("retry: 5x\nretry:\nretry: -1\ndata: a\n\n", ["message|a"]),
        Case("\u{FEFF}data: a\n\n", ["message|a"]),
        Case("id: a\u{0}b\ndata: x\n\n", ["message|x"]),
        Case("unknown: x\n:comment\ndata: a:b\n\n", ["message|a:b"]),
        // An id counts from the event's end on, not before.
        Case("data: a\nid: 7\n", []),
    ]

    @Test("Streams are read as the standard says, at any split", arguments: cases)
    func reads(_ example: Case) throws {
        let bytes = Array(example.stream.utf8)
        for size in 1...max(1, bytes.count) {
            var parser = EventStreamParser(limit: 1_000)
            var found: [String] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                for event in try parser.feed(bytes[start..<min(start + size, bytes.count)]) {
                    let data = String(decoding: event.data, as: UTF8.self)
                    found.append("\(event.type)|\(data)" + (event.id.map { "|\($0)" } ?? ""))
                }
            }
            #expect(found == example.events, "in pieces of \(size)")
            #expect(parser.lastID == example.lastID)
            #expect(parser.retry == example.retry)
        }
    }

    @Test("What is longer than the limit is refused before it is kept")
    func limits() throws {
        var line = EventStreamParser(limit: 10)
        #expect(throws: EventStreamParser.TooLarge.self) {
            try line.feed(Array("data: 12345678".utf8))
        }
        var data = EventStreamParser(limit: 18)
        #expect(throws: EventStreamParser.TooLarge.self) {
            try data.feed(Array("data: 1234567\ndata: 1234567\n".utf8))
        }
        var many = EventStreamParser(limit: 20)
        for _ in 0..<100 { #expect(try many.feed(Array("data: 123\n\n".utf8)).count == 1) }
    }

    @Test("Resuming goes on with the id that was seen last")
    func resumes() throws {
        var parser = EventStreamParser(limit: 100, lastID: "old")
        #expect(try parser.feed(Array("data: a\n\n".utf8)).first?.id == "old")
        #expect(try parser.feed(Array("id: new\ndata: b\n\n".utf8)).first?.id == "new")
    }
}
