import Testing

@testable import MCP

@Suite struct WebAddressTests {
    @Test(
        "Whole addresses are taken apart, and written the same way",
        arguments: [
            ("https://mcp.example.com/mcp", "https://mcp.example.com", "/mcp"),
            ("HTTPS://MCP.Example.com:443/Mcp?q=1", "https://mcp.example.com", "/Mcp"),
            ("https://mcp.example.com:8443", "https://mcp.example.com:8443", ""),
            ("http://[::1]:8080/a/b/", "http://[::1]:8080", "/a/b/"),
        ]
    )
    func reads(_ text: String, _ origin: String, _ path: String) throws {
        let address = try #require(WebAddress(text))
        #expect(address.origin == origin)
        #expect(address.path == path)
        #expect(WebAddress(address.description) == address)
    }

    @Test(
        "What is no whole web address is none",
        arguments: [
            "mcp.example.com", "ftp://x", "https://", "https://a@b/", "https://a:b@c/",
            "https://x#f",
            "https://x y", "https://x:0/", "https://x:70000/", "https://x:1a/", "https://[::1",
            "//x/",
            "https://x\\y", "https:///path",
        ]
    )
    func refuses(_ text: String) {
        #expect(WebAddress(text) == nil)
    }

    @Test("The metadata of a resource is looked for at its path, then at the root (RFC 9728)")
    func places() throws {
        let server = try #require(WebAddress("https://example.com/public/mcp"))
        #expect(
            ResourceMetadata.places(of: server) == [
                "https://example.com/.well-known/oauth-protected-resource/public/mcp",
                "https://example.com/.well-known/oauth-protected-resource",
            ]
        )
        let root = try #require(WebAddress("https://example.com/"))
        #expect(
            ResourceMetadata.places(of: root) == [
                "https://example.com/.well-known/oauth-protected-resource"
            ]
        )
    }

    @Test("The metadata of an issuer is looked for in the order of the MCP specification")
    func issuerPlaces() throws {
        let tenant = try #require(WebAddress("https://auth.example.com/tenant1"))
        #expect(
            IssuerMetadata.places(of: tenant) == [
                "https://auth.example.com/.well-known/oauth-authorization-server/tenant1",
                "https://auth.example.com/.well-known/openid-configuration/tenant1",
                "https://auth.example.com/tenant1/.well-known/openid-configuration",
            ]
        )
        let plain = try #require(WebAddress("https://auth.example.com"))
        #expect(
            IssuerMetadata.places(of: plain) == [
                "https://auth.example.com/.well-known/oauth-authorization-server",
                "https://auth.example.com/.well-known/openid-configuration",
            ]
        )
    }

    @Test(
        "A resource covers what lies at or below its path, in its own origin alone",
        arguments: [
            ("https://a.example", "https://a.example/mcp", true),
            ("https://a.example/mcp", "https://a.example/mcp", true),
            ("https://a.example/mcp/", "https://a.example/mcp", true),
            ("https://a.example/m", "https://a.example/mcp", false),
            ("https://a.example/mcp/x", "https://a.example/mcp", false),
            ("https://b.example/mcp", "https://a.example/mcp", false),
            ("http://a.example/mcp", "https://a.example/mcp", false),
            ("https://a.example:444/mcp", "https://a.example/mcp", false),
        ]
    )
    func covers(_ resource: String, _ server: String, _ covers: Bool) throws {
        let resource = try #require(WebAddress(resource))
        #expect(resource.covers(try #require(WebAddress(server))) == covers)
    }

    @Test("Forms are written and read as the standard has it")
    func forms() {
        let form = WebAddress.form([("a b", "1&2=3"), ("ü", "~-._")])
        #expect(form == "a%20b=1%262%3D3&%C3%BC=~-._")
        #expect(WebAddress.parameters(of: form) == ["a b": "1&2=3", "ü": "~-._"])
        #expect(
            WebAddress.parameters(of: "a=1+2&a=3&b&=x&c=%zz") == ["a": "1 2", "b": "", "": "x"]
        )
    }
}
