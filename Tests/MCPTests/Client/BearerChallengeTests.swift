import Testing

@testable import MCP

/// The grammar of RFC 9110, section 11.6.1, and examples of RFC 6750, RFC 9728 and the MCP specification.
@Suite struct BearerChallengeTests {
    struct Case: Sendable {
        var fields: [String]
        var challenge: BearerChallenge?

        init(_ fields: String..., is challenge: BearerChallenge?) {
            self.fields = fields
            self.challenge = challenge
        }
    }

    static let cases: [Case] = [
        Case(is: nil),
        Case("Basic realm=\"x\"", is: nil),
        Case("Bearer", is: BearerChallenge()),
        Case("bearer realm=\"example\"", is: BearerChallenge()),
        Case(
            #"Bearer realm="example", error="invalid_token", error_description="The access token, expired""#,
            is: BearerChallenge(error: "invalid_token")
        ),
        Case(
            #"Bearer resource_metadata="https://r.example/.well-known/oauth-protected-resource", scope="a  b a""#,
            is: BearerChallenge(
                resourceMetadata: "https://r.example/.well-known/oauth-protected-resource",
                scopes: ["a", "b"]
            )
        ),
        Case(
            #"Newauth realm="apps", type=1, title="Login to \"apps\"", Bearer scope="x", Basic realm="s""#,
            is: BearerChallenge(scopes: ["x"])
        ),
        Case("Negotiate YWJjZA==, Bearer scope=x", is: BearerChallenge(scopes: ["x"])),
        Case("Basic realm=a", "Bearer scope=x", is: BearerChallenge(scopes: ["x"])),
        // A parameter of another scheme is not ours.
        Case(#"DPoP scope="other", Bearer error=e"#, is: BearerChallenge(error: "e")),
        Case(#"Bearer scope="x" , , error = "y""#, is: BearerChallenge(scopes: ["x"], error: "y")),
        Case(#"Bearer scope="never ends"#, is: BearerChallenge()),
        Case(#"Bearer scope="""#, is: BearerChallenge(scopes: [])),
        Case(
            "Bearer resource_metadata=https://r.example/x",
            is: BearerChallenge(resourceMetadata: "https://r.example/x")
        ),
    ]

    @Test("The Bearer challenge is found among others", arguments: cases)
    func reads(_ example: Case) {
        #expect(BearerChallenge(fields: example.fields) == example.challenge)
    }
}
