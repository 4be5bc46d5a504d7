import Core
import Testing

@testable import HTTP

@Suite struct ForwardingTests {
    @Test(
        "A range holds the addresses that share its prefix",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false),
            ("192.0.2.128/25", "192.0.2.128", true), ("192.0.2.128/25", "192.0.2.127", false),
            ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false),
            ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "::1", false),
            ("::/0", "203.0.113.9", true), ("fd00::/8", "fdff::1", true),
            ("fd00::/8", "fe00::1", false), ("::1", "::1", true), ("::1", "", false),
            ("::ffff:10.0.0.0/104", "10.1.2.3", true), ("10.0.0.0/8", "::ffff:10.1.2.3", true),
        ]
    )
    func ranges(_ range: String, _ address: String, _ contains: Bool) throws {
        #expect(try AddressRange(range).contains(address) == contains)
    }

    @Test(
        "What is no range is refused",
        arguments: [
            "", "10.0.0.0/33", "10.0.0.1/8", "10.0.0/8", "::1/129", "fd00::1/8", "10.0.0.0/", "/8",
            "localhost", "10.0.0.0/8/8", "10.0.0.0/+8", "10.0.0.0/ 8", "1.2.3.4:80",
        ]
    )
    func noRanges(_ text: String) {
        #expect(throws: GeneralFault.self) { try AddressRange(text) }
    }

    /// The proxies are 10.0.0.0/8 and ::1; the peer is 10.0.0.1.
    @Test(
        "The client is the nearest address that is no proxy's",
        arguments: [
            ([], "10.0.0.1"),
            (["203.0.113.7"], "203.0.113.7"),
            (["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
            (["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
            (["198.51.100.1, 203.0.113.7,10.0.0.2"], "203.0.113.7"),
            (["203.0.113.7, ::1"], "203.0.113.7"),
            (["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (["198.51.100.1, unknown"], "10.0.0.1"),
            (["198.51.100.1, , 10.0.0.2"], "10.0.0.2"),
            (["203.0.113.7:4711"], "203.0.113.7"),
            (["[2001:db8::7]:4711, 10.0.0.2"], "2001:db8::7"),
            (["2001:db8::7"], "2001:db8::7"), (["::ffff:203.0.113.7"], "203.0.113.7"),
            (["203.0.113.7:"], "10.0.0.1"), (["203.0.113.7:x"], "10.0.0.1"),
            (["[203.0.113.7]"], "10.0.0.1"), (["[::1"], "10.0.0.1"),
        ]
    )
    func clients(_ values: [String], _ client: String) throws {
        var configuration = HTTPServer.Configuration()
        configuration.proxies = try ["10.0.0.0/8", "::1"].map { try AddressRange($0) }
        var headers: Headers = ["Forwarded": "for=192.0.2.99"]
        for value in values { headers.add("X-Forwarded-For", value) }
        #expect(configuration.client(of: "10.0.0.1", headers) == client)
    }

    @Test(
        "Forwarded is read as RFC 7239 writes it",
        arguments: [
            ("for=203.0.113.7", "203.0.113.7"),
            ("For=203.0.113.7;proto=https;by=10.0.0.1", "203.0.113.7"),
            ("by=10.0.0.1; for=203.0.113.7", "203.0.113.7"),
            ("for=198.51.100.1, for=203.0.113.7, for=10.0.0.2", "203.0.113.7"),
            ("for=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=198.51.100.1, for=\"a,b\\\",for=192.0.2.1\"", "10.0.0.1"),
            ("for=_hidden", "10.0.0.1"), ("for=unknown", "10.0.0.1"),
            ("proto=https", "10.0.0.1"), ("for=203.0.113.7, proto=http", "10.0.0.1"),
            ("for=\"203.0.113.7", "10.0.0.1"),
        ]
    )
    func forwarded(_ value: String, _ client: String) throws {
        var configuration = HTTPServer.Configuration()
        configuration.forwarding = .forwarded
        configuration.proxies = [try AddressRange("10.0.0.0/8")]
        let headers: Headers = ["X-Forwarded-For": "192.0.2.99", "Forwarded": value]
        #expect(configuration.client(of: "10.0.0.1", headers) == client)
    }
}
