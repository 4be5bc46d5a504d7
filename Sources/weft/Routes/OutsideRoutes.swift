import Agents
import Core
import HTTP
import MCP
import Platform

/// What others reach of our side of authorizations: where a browser comes back to, and who we are.
struct OutsideRoutes {
    let kernel: Kernel

    func add(to router: inout Router) {
        let identity = OutsideServices.identity(kernel.configuration)
        router.get(
            OutsideServices.callback,
            options: RouteOptions(documentation: Self.returning)
        ) { request in
            // The console ends what the person began there: a link from elsewhere carries no session.
            let answer = [
                ("state", request.query["state"]), ("code", request.query["code"]),
                ("iss", request.query["iss"]), ("error", request.query["error"]),
            ].compactMap { name, value in value.map { (name, $0) } }
            return .redirect(
                to: "/console/mcp-authorisation"
                    + (answer.isEmpty ? "" : "?" + WebAddress.form(answer))
            )
        }
        guard let document = identity.document else { return }
        var description = identity.description(method: "none")
        description["client_id"] = .string(document)
        let json = description
        router.get(
            OutsideServices.document,
            options: RouteOptions(documentation: Self.describing)
        ) { _ in
            .json(json, headers: ["Cache-Control": "public, max-age=3600"])
        }
    }

    private static let returning = RouteDocumentation(
        "mcpCallback",
        tag: "mcp-servers",
        "Takes a browser back from an outside server's authorization server to the console.",
        isPublic: true,
        parameters: ["state", "code", "iss", "error"].map {
            .init($0, in: .query, schema: ["type": "string"])
        },
        answers: [.init(.seeOther, "The console goes on.", headers: ["Location"])]
    )

    private static let describing = RouteDocumentation(
        "mcpClientDocument",
        tag: "mcp-servers",
        "Describes Weft to authorization servers that take this address as client id.",
        isPublic: true,
        answers: [
            .init(
                .ok,
                "An OAuth client id metadata document.",
                content: [("application/json", Shape.object)]
            )
        ]
    )
}
