import Channels
import Testing

@Suite struct EmailAddressTests {
    @Test(
        "What RFC 5321 calls a dot-string at a domain is an address",
        arguments: [
            "simple@example.com", "very.common@example.com", "a+tag@sub.example.co.uk",
            "x@localhost",
            "!#$%&'*+-/=?^_`{|}~@example.com", "user@xn--bcher-kva.example", "1@2.example",
        ]
    )
    func valid(text: String) throws {
        #expect(try EmailAddress(text).description == text)
    }

    @Test(
        "Everything else is refused",
        arguments: [
            "", "@", "a@", "@b.example", "a.example", "a@b@c.example", "a b@example.com",
            ".a@example.com",
            "a.@example.com", "a..b@example.com", "a@-b.example", "a@b-.example", "a@b..example",
            "a@.example", "a@example.", "a@[127.0.0.1]", "a@127.0.0.1", "\"a b\"@example.com",
            "Ana <a@example.com>", "<a@example.com>", "a@example.com,b@example.com",
            "a@example.com\r\nRCPT TO:<evil@example.com>", "a@example.com\nBcc: evil@example.com",
            "a\r\n@example.com", "a@exam\u{0}ple.com", "a@example.com>", "a@example.com SIZE=1",
            "ä@example.com", "a@bücher.example", "a@example.com\u{2028}",
            String(repeating: "a", count: 65) + "@example.com",
            "a@" + String(repeating: "b", count: 64) + ".example",
            "a@" + String(repeating: "b.", count: 130) + "example",
        ]
    )
    func invalid(text: String) {
        #expect(throws: ChannelError.self) { try EmailAddress(text) }
    }
}

@Suite struct MessageTests {
    @Test(
        "A subject that could write headers is refused",
        arguments: [
            "Hello\r\nBcc: evil@example.com", "Hello\nBcc: evil@example.com", "Hello\rX", "a\u{0}b",
            "a\u{2028}b", "a\u{85}b", "", String(repeating: "x", count: 201),
        ]
    )
    func subjects(subject: String) throws {
        let error = #expect(throws: ChannelError.self) { try Message(subject: subject, body: "") }
        #expect(error?.pointer == "/subject")
    }

    @Test(
        "A link is a path of ours or https",
        arguments: [
            ("/console/orders/1?x=y#z", true), ("https://example.com/a", true),
            ("//evil.example", false),
            ("javascript:alert(1)", false), ("http://example.com", false), ("/a b", false),
            ("/a\r\nX: y", false), ("/\\evil.example", false), ("", false),
        ]
    )
    func links(link: String, isFine: Bool) {
        let message = try? Message(subject: "s", body: "", link: link)
        #expect((message != nil) == isFine)
    }

    @Test("A body with a NUL or beyond 100,000 bytes is refused")
    func bodies() {
        #expect(throws: ChannelError.self) { try Message(subject: "s", body: "a\0b") }
        #expect(throws: ChannelError.self) {
            try Message(subject: "s", body: String(repeating: "x", count: 100_001))
        }
    }
}

@Suite struct RetryPolicyTests {
    @Test(
        "Pauses double from the first to the longest, and randomness takes up to half away",
        arguments: [
            (1, 0.0, 5.0), (1, 1.0, 10.0), (2, 1.0, 20.0), (3, 0.5, 30.0), (9, 1.0, 2_560.0),
            (10, 1.0, 3_600.0), (10, 0.0, 1_800.0), (1_000, 1.0, 3_600.0),
        ]
    )
    func pauses(attempt: Int, unit: Double, seconds: Double) {
        #expect(RetryPolicy().pause(after: attempt, unit: unit) == .seconds(seconds))
    }
}
