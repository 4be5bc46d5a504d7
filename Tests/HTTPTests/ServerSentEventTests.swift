import Testing

@testable import HTTP

/// What is sent follows WHATWG HTML section 9.2.6, "Interpreting an event stream".
@Suite struct ServerSentEventTests {
    @Test(
        "An event is fields, each on a line, and an empty line",
        arguments: [
            (ServerSentEvent(data: "a"), "data: a\n\n"),
            (ServerSentEvent(data: ""), "data: \n\n"),
            (
                ServerSentEvent(data: "a\nb\r\nc\rd\r\r\ne"),
                "data: a\ndata: b\ndata: c\ndata: d\ndata: \ndata: e\n\n"
            ),
            (ServerSentEvent(data: "a\n"), "data: a\ndata: \n\n"),
            (
                ServerSentEvent(data: "{}", event: "order.placed", id: "7", retry: .seconds(3)),
                "retry: 3000\nid: 7\nevent: order.placed\ndata: {}\n\n"
            ),
            (ServerSentEvent(data: " ü", id: ""), "id: \ndata:  ü\n\n"),
        ]
    )
    func events(_ event: ServerSentEvent, _ text: String) {
        #expect(String(decoding: event.bytes, as: UTF8.self) == text)
    }

    @Test("A comment is lines that begin with a colon")
    func comments() {
        #expect(ServerSentEvent.comment() == Array(": \n\n".utf8))
        #expect(ServerSentEvent.comment("a\nb") == Array(": a\n: b\n\n".utf8))
    }
}
