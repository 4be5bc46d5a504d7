import Agents
import Core
import HTTP
import Identity
import Platform

/// Deciding by the link in a message, before anybody is signed in.
///
/// The token comes in a header or a body and never in an address: addresses stand in logs and histories.
/// To look is a GET; programs that follow every link in a mail decide nothing.
struct ApprovalRoutes {
    let installation: Installation

    private static let header = "approval-token"

    private static let problems: [Status] = [
        .forbidden, .notFound, .conflict, .unprocessableContent,
    ]

    private static let shown = RouteDocumentation(
        "showApprovalByLink",
        tag: "approvals",
        "Shows what the holder of a link in a message is asked to decide.",
        details: "Looking changes nothing. The token stands in the link behind the #.",
        isPublic: true,
        parameters: [
            .init(
                "Approval-Token",
                in: .header,
                isRequired: true,
                schema: ["type": "string", "maxLength": 200]
            )
        ],
        answers: [.json(.ok, ApprovalVisits.output, "What is asked.")],
        problems: problems
    )

    private static let decided = RouteDocumentation(
        "decideApprovalByLink",
        tag: "approvals",
        "Decides as the account that the link was sent to.",
        details: "A link is good once: what was decided cannot be decided again.",
        isPublic: true,
        body: .json(ApprovalVisits.input),
        answers: [.json(.ok, ApprovalVisits.output, "What was decided.")],
        problems: problems
    )

    func add(to router: inout Router) throws {
        let visits = ApprovalVisits(
            kernel: installation.kernel,
            audit: installation.identity.audit,
            links: try ApprovalServices.links(installation.folder)
        )
        router.get("/api/approval-link", options: RouteOptions(documentation: Self.shown)) {
            request in
            let token = Secret(request.headers[Self.header] ?? "")
            return .json(try await visits.show(token, trace: request.trace))
        }
        router.post(
            "/api/approval-link/decide",
            options: RouteOptions(bodyLimit: 1 << 20, documentation: Self.decided)
        ) { request in
            .json(try await visits.decide(try request.reader(), trace: request.trace))
        }
    }
}
