import Testing

@testable import HTTP

/// A stream and what it says, after RFC 9112.
struct Stream: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let lines: [String]
    var testDescription: String { name }

    static let good: [Stream] = [
        Stream(
            name: "plain GET",
            text: "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n",
            lines: ["GET /a?b=c 1.1 none keep=true continue=false [Host=x]", "body "]
        ),
        Stream(
            name: "white space around values, empty values, an empty line before",
            text: "\r\nGET / HTTP/1.1\r\nHost:x\r\nA: \t b c \t\r\nB:\r\nC: \r\n\r\n",
            lines: ["GET / 1.1 none keep=true continue=false [Host=x|A=b c|B=|C=]", "body "]
        ),
        Stream(
            name: "fixed body and a pipelined request",
            text: "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
                + "DELETE /q HTTP/1.1\r\nHost: x:8080\r\nConnection: Close\r\n\r\n",
            lines: [
                "POST /p 1.1 length(5) keep=true continue=false [Host=x|Content-Length=5]",
                "body hello",
                "DELETE /q 1.1 none keep=false continue=false [Host=x:8080|Connection=Close]",
                "body ",
            ]
        ),
        Stream(
            name: "chunks with extensions and trailers",
            text: "PUT /p HTTP/1.1\r\nHost: [::1]:80\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "5\r\nhello\r\n00A;a;b=c;d=\"e \\\" f\"\r\n, world 12\r\n0;last\r\nDigest: x\r\n\r\n"
                + "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            lines: [
                "PUT /p 1.1 chunked keep=true continue=false "
                    + "[Host=[::1]:80|Transfer-Encoding=Chunked]",
                "body hello, world 12",
                "GET / 1.1 none keep=true continue=false [Host=x]", "body ",
            ]
        ),
        Stream(
            name: "HTTP/1.0 closes unless asked to keep",
            text: "GET /a HTTP/1.0\r\nConnection: x, Keep-Alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n",
            lines: [
                "GET /a 1.0 none keep=true continue=false [Connection=x, Keep-Alive]", "body ",
                "GET /b 1.0 none keep=false continue=false []", "body ",
            ]
        ),
        Stream(
            name: "expectation, absolute form, asterisk form",
            text: "POST http://x/p?q HTTP/1.1\r\nHost: X\r\nExpect: 100-Continue\r\n"
                + "Content-Length: 1\r\n\r\n!"
                + "OPTIONS * HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
            lines: [
                "POST /p?q 1.1 length(1) keep=true continue=true "
                    + "[Host=X|Expect=100-Continue|Content-Length=1]", "body !",
                "OPTIONS * 1.1 none keep=true continue=false [Host=x|Content-Length=0]", "body ",
            ]
        ),
    ]

    private static func bad(_ name: String, _ text: String, _ status: Int = 400) -> Stream {
        Stream(name: name, text: text, lines: ["fault \(status)"])
    }

    private static func fields(_ name: String, _ fields: String, _ status: Int = 400) -> Stream {
        bad(name, "POST / HTTP/1.1\r\n\(fields)\r\n\r\n", status)
    }

    private static func chunks(_ name: String, _ text: String) -> Stream {
        let head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        let line =
            "POST / 1.1 chunked keep=true continue=false [Host=x|Transfer-Encoding=chunked]"
        return Stream(name: name, text: head + text, lines: [line, "fault 400"])
    }

    static let refused: [Stream] = [
        bad(
            "a tab behind the length",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1 \t\r\n\r\na"
        ),
        bad(
            "a tab behind the coding",
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n"
        ),
        bad("two empty lines before", "\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        bad("bare LF before", "\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        bad("double space after the method", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n"),
        bad("double space before the version", "GET /  HTTP/1.1\r\nHost: x\r\n\r\n"),
        bad("tab in the request line", "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n"),
        bad("space after the version", "GET / HTTP/1.1 \r\nHost: x\r\n\r\n"),
        bad("space before the method", " GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        bad("no target", "GET HTTP/1.1\r\nHost: x\r\n\r\n"),
        bad("no version", "GET /\r\nHost: x\r\n\r\n"),
        bad("lower-case version", "GET / http/1.1\r\nHost: x\r\n\r\n"),
        bad("two-digit version", "GET / HTTP/1.10\r\nHost: x\r\n\r\n"),
        bad("HTTP/2.0", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
        bad("HTTP/1.2", "GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505),
        bad("unknown method", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501),
        bad("lower-case method", "get / HTTP/1.1\r\nHost: x\r\n\r\n", 501),
        bad("CONNECT", "CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n", 501),
        bad("method with a colon", "G:T / HTTP/1.1\r\nHost: x\r\n\r\n"),
        bad("fragment", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n"),
        bad("NUL in the target", "GET /a\u{0}b HTTP/1.1\r\nHost: x\r\n\r\n"),
        bad("non-ASCII target", "GET /\u{e9} HTTP/1.1\r\nHost: x\r\n\r\n"),
        bad("target without a slash", "GET a HTTP/1.1\r\nHost: x\r\n\r\n"),
        bad("asterisk with GET", "GET * HTTP/1.1\r\nHost: x\r\n\r\n"),
        bad("authority differs from Host", "GET http://y/ HTTP/1.1\r\nHost: x\r\n\r\n"),
        bad("user information", "GET http://u@x/ HTTP/1.1\r\nHost: u@x\r\n\r\n"),
        bad("bare LF after the request line", "GET / HTTP/1.1\nHost: x\r\n\r\n"),
        bad("bare CR after the request line", "GET / HTTP/1.1\rHost: x\r\n\r\n"),
        bad("TLS hello", "\u{16}\u{3}\u{1}\u{0}"),
        fields("Host missing", "A: b"),
        fields("Host repeated", "Host: x\r\nHost: x"),
        fields("Host differing", "Host: x\r\nHost: y"),
        fields("Host empty", "Host:"),
        fields("Host a list", "Host: x, y"),
        fields("Host with a path", "Host: x/y"),
        fields("Host with a bad port", "Host: x:8a"),
        fields("Host an open bracket", "Host: [::1"),
        fields("space before the colon", "Host : x"),
        fields("tab before the colon", "Host: x\r\nA\t: b"),
        fields("name with a space", "Host: x\r\nA B: c"),
        fields("name with a control", "Host: x\r\nA\u{1}: c"),
        fields("name with NUL", "Host: x\r\nA\u{0}: c"),
        fields("name not ASCII", "Host: x\r\n\u{e9}: c"),
        fields("empty name", "Host: x\r\n: c"),
        fields("no colon", "Host: x\r\nabc"),
        fields("folded line", "Host: x\r\nA: b\r\n c"),
        fields("folded line with a tab", "Host: x\r\nA: b\r\n\tc"),
        fields("space before the first field", " Host: x"),
        fields("NUL in a value", "Host: x\r\nA: b\u{0}c"),
        fields("control in a value", "Host: x\r\nA: b\u{8}c"),
        fields("DEL in a value", "Host: x\r\nA: b\u{7f}c"),
        fields("bare LF in the fields", "Host: x\nA: b"),
        fields("bare CR in a value", "Host: x\r\nA: b\rc"),
        fields("CR CR LF", "Host: x\r\r\nA: b"),
        bad("bare LF at the end", "GET / HTTP/1.1\r\nHost: x\r\n\n"),
        bad("CR CR at the end", "GET / HTTP/1.1\r\nHost: x\r\n\r\r"),
        fields("length and coding", "Host: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked"),
        fields("coding and length", "Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3"),
        fields("length repeated", "Host: x\r\nContent-Length: 3\r\nContent-Length: 3"),
        fields("length differing", "Host: x\r\nContent-Length: 3\r\nContent-Length: 4"),
        fields("length a list", "Host: x\r\nContent-Length: 3, 3"),
        fields("length +0", "Host: x\r\nContent-Length: +0"),
        fields("length -1", "Host: x\r\nContent-Length: -1"),
        fields("length hexadecimal", "Host: x\r\nContent-Length: 0x3"),
        fields("length with a space", "Host: x\r\nContent-Length: 1 2"),
        fields("length a fraction", "Host: x\r\nContent-Length: 1.0"),
        fields("length empty", "Host: x\r\nContent-Length:"),
        fields("length beyond 64 bits", "Host: x\r\nContent-Length: 18446744073709551616"),
        fields("coding unknown", "Host: x\r\nTransfer-Encoding: gzip"),
        fields("coding identity", "Host: x\r\nTransfer-Encoding: identity"),
        fields("coding chunked last", "Host: x\r\nTransfer-Encoding: gzip, chunked"),
        fields("coding chunked first", "Host: x\r\nTransfer-Encoding: chunked, gzip"),
        fields("coding with a vertical tab", "Host: x\r\nTransfer-Encoding: \u{b}chunked"),
        fields("coding quoted", "Host: x\r\nTransfer-Encoding: \"chunked\""),
        fields("coding empty", "Host: x\r\nTransfer-Encoding:"),
        fields(
            "coding repeated",
            "Host: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked"
        ),
        bad("coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
        fields("unknown expectation", "Host: x\r\nExpect: 200-ok", 417),
        chunks("chunk size missing", "\r\n"),
        chunks("chunk size not hexadecimal", "g\r\n"),
        chunks("chunk size with a sign", "+1\r\na\r\n"),
        chunks("chunk size with 0x", "0x1\r\na\r\n"),
        chunks("chunk size with a space before", " 1\r\na\r\n"),
        chunks("chunk size with a space after", "1 \r\na\r\n"),
        chunks("chunk size of nine digits", "000000001\r\na\r\n"),
        chunks("bare LF after the size", "1\na\r\n"),
        chunks("bare CR after the size", "1\ra\r\n"),
        chunks("bare LF at the end of a trailer", "0\r\nA: b\n\r\n"),
        chunks("bare LF at the end of the body", "0\r\n\n"),
        chunks("extension without a name", "1;\r\na\r\n"),
        chunks("extension with white space", "1 ;a\r\na\r\n"),
        chunks("extension with bare LF", "1;a\nb\r\na\r\n"),
        chunks("extension without a value", "1;a=\r\na\r\n"),
        chunks("extension with an open quote", "1;a=\"b\r\na\r\n"),
        chunks("extension with text behind a quote", "1;a=\"b\"c\r\na\r\n"),
        chunks("extension with NUL", "1;a\u{0}\r\na\r\n"),
        chunks("trailer folded", "0\r\n a: b\r\n\r\n"),
        chunks("trailer with space before the colon", "0\r\nA : b\r\n\r\n"),
        chunks("trailer that frames", "0\r\nContent-Length: 5\r\n\r\n"),
        chunks("trailer that names a coding", "0\r\ntransfer-encoding: chunked\r\n\r\n"),
        chunks("trailer without a colon", "0\r\nabc\r\n\r\n"),
    ]
}

@Suite struct RequestParserTests {
    @Test("A valid stream is read as RFC 9112 says", arguments: Stream.good)
    func good(_ stream: Stream) { #expect(Transcript.whole(stream.text) == stream.lines) }

    @Test("What two readers could understand differently is refused", arguments: Stream.refused)
    func refused(_ stream: Stream) {
        #expect(Transcript.whole(stream.text).suffix(stream.lines.count) == stream.lines[...])
    }

    @Test(
        "A stream means the same however it is split",
        arguments: Stream.good + Stream.refused
    )
    func splits(_ stream: Stream) {
        let bytes = Array(stream.text.utf8)
        for split in 0...bytes.count {
            var transcript = Transcript()
            transcript.feed(bytes[..<split])
            transcript.feed(bytes[split...])
            #expect(transcript.lines == stream.lines, "split at \(split)")
        }
        var transcript = Transcript()
        for index in bytes.indices { transcript.feed(bytes[index...index]) }
        #expect(transcript.lines == stream.lines, "byte by byte")
    }

    @Test(
        "Data that does not end with its chunk is refused",
        arguments: ["1\r\nab\r\n", "1\r\na\n"]
    )
    func chunkEnd(_ text: String) {
        let head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(Transcript.whole(head + text).last == "fault 400")
    }

    @Test("The head's limit counts every byte, wherever the stream is split")
    func headLimit() {
        // 26 bytes of line and Host, 2 of the end, 5 of `A: ` and CR LF.
        let head = "GET / HTTP/1.1\r\nHost: x\r\n"
        func padded(_ total: Int) -> String {
            head + "A: " + String(repeating: "a", count: total - head.utf8.count - 7) + "\r\n\r\n"
        }
        #expect(padded(16_384).utf8.count == 16_384)
        #expect(Transcript.whole(padded(16_384)).last == "body ")
        #expect(Transcript.whole(padded(16_385)) == ["fault 431"])
        var transcript = Transcript()
        for byte in padded(16_385).utf8 { transcript.feed([byte]) }
        #expect(transcript.lines == ["fault 431"])
    }

    @Test("A long target is answered 414, many fields 431")
    func otherLimits() {
        let target = "GET /" + String(repeating: "a", count: 20_000)
        #expect(Transcript.whole(target) == ["fault 414"])
        let fields = String(repeating: "A: b\r\n", count: 100)
        #expect(
            Transcript.whole("GET / HTTP/1.1\r\nHost: x\r\n\(fields)\r\n") == ["fault 431"]
        )
    }

    @Test("A chunked body above its limit is refused before the chunk is taken")
    func bodyLimit() {
        let head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(
            Transcript.whole(head + "5\r\nhello\r\n0\r\n\r\n", bodyLimit: 5).last == "body hello"
        )
        #expect(Transcript.whole(head + "5\r\nhello\r\n1\r\n", bodyLimit: 5).last == "fault 413")
        #expect(Transcript.whole(head + "ffffffff\r\n", bodyLimit: 5).last == "fault 413")
    }

    @Test("A body of a length above its limit is refused before a byte of it, however it is split")
    func lengthLimit() {
        let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n"
        #expect(Transcript.whole(head + "123456", bodyLimit: 6).last == "body 123456")
        #expect(Transcript.whole(head + "123456", bodyLimit: 5).last == "fault 413")
        var transcript = Transcript()
        for byte in (head + "1").utf8 { transcript.feed([byte], bodyLimit: 5) }
        #expect(transcript.lines.last == "fault 413")
        #expect(transcript.body.isEmpty)
    }

    @Test("Endless extensions and trailers are refused")
    func overhead() {
        let head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        let long = String(repeating: "a", count: 17_000)
        #expect(Transcript.whole(head + "1;" + long).last == "fault 431")
        #expect(Transcript.whole(head + "0\r\nA: " + long).last == "fault 431")
    }

    @Test("Token bytes are those of RFC 9110 section 5.6.2")
    func tokens() {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        let expected = Set("!#$%&'*+-.^_`|~\(letters)".utf8)
        for byte in UInt8.min...UInt8.max {
            #expect(Byte.isToken(byte) == expected.contains(byte), "byte \(byte)")
        }
    }
}
