import Agents
import Core
import Identity
import MCP
import Store

extension OutsideServerTools {
    func beginAuthorisation() throws -> Tool {
        try Tool(
            name: "outside.begin-authorisation",
            purpose: """
                Begins the authorization of Weft at an outside MCP server: answers the page that you must \
                open. Its answer comes back to the console, which ends what was begun.
                """,
            input: Self.onlyID,
            output: Shape.record(
                nil,
                [
                    ("location", Shape.described(Shape.text, "The page to open.")),
                    ("issuer", Shape.described(Shape.text, "Who asks there.")),
                    ("scopes", Shape.list(of: Shape.text)),
                ]
            ),
            roles: Self.admins,
            body: .external { [toolbox] input, invocation in
                let visit = try await toolbox.beginAuthorisation(
                    Self.id(input),
                    scope: invocation.scope
                )
                return [
                    "location": .string(visit.location), "issuer": .string(visit.issuer),
                    "scopes": .array(visit.scopes.map { .string($0) }),
                ]
            }
        )
    }

    func finishAuthorisation() throws -> Tool {
        try Tool(
            name: "outside.finish-authorisation",
            purpose: """
                Ends an authorization that you began, with what the browser brought back: the members are \
                those of the address it was sent to.
                """,
            input: Shape.record(
                nil,
                [
                    ("state", Self.text(200)), ("code", Self.text(4_096)),
                    ("iss", Self.text(2_000)), ("error", Self.text(200)),
                ],
                optional: ["code", "iss", "error"]
            ),
            output: Self.server,
            roles: Self.admins,
            body: .external { [toolbox] input, invocation in
                try await toolbox.endAuthorisation(
                    AuthorisationReturn(
                        state: try input.member("state").string(),
                        code: try input.optional("code")?.string(),
                        issuer: try input.optional("iss")?.string(),
                        error: try input.optional("error")?.string()
                    ),
                    scope: invocation.scope
                ).json
            }
        )
    }

    func endAuthorisation() throws -> Tool {
        try Tool(
            name: "outside.end-authorisation",
            purpose: "Forgets the tokens and registrations for an outside MCP server.",
            input: Self.onlyID,
            output: Shape.nothing,
            roles: Self.admins,
            body: .write { [servers] input, invocation in
                let id = try Self.id(input)
                return { transaction in
                    try servers.endAuthorisation(id, scope: invocation.scope, in: transaction)
                    return .null
                }
            }
        )
    }
}
