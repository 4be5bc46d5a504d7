public import Agents
import Channels
import Core
import Events
import HTTP
import Identity
import Live
import Observability
import Store
import Workflows

/// The queries and commands that every installation has: inbox, saved views, dead letters.
public struct PlatformTools: Sendable {
    let kernel: Kernel

    /// The tools over a kernel.
    public init(kernel: Kernel) {
        self.kernel = kernel
    }

    /// Whoever is a member may look at what was decided and done in the organisation.
    static let members: Set<Role> = [
        .admin, .manager, .planner, .operator, .technician, .deskAgent, .supervisor, .viewer,
    ]

    /// Everybody has an inbox; a loader sees nothing else of these.
    static let readersOfInbox = members.union([.loader])

    static let id: JSON = Shape.record(nil, [("id", ["type": "string", "maxLength": 500])])

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] {
        try [
            try listInbox(), try markRead(), try listDeadLetters(), try redriveDeadLetter(),
        ] + savedViews()
    }

    /// The routes that map to them.
    public static let routes: [ToolRoute] =
        [
            ToolRoute(.get, "/api/inbox", tool: "platform.list-inbox"),
            ToolRoute(.post, "/api/inbox/{id}/read", tool: "platform.mark-read"),
            ToolRoute(.get, "/api/dead-letters", tool: "platform.list-dead-letters"),
            ToolRoute(
                .post,
                "/api/dead-letters/{id}/redrive",
                tool: "platform.redrive-dead-letter"
            ),
        ] + savedViewRoutes

    private func listInbox() throws -> Tool {
        try Tool(
            name: "platform.list-inbox",
            purpose: "Lists your own messages, newest first.",
            input: Self.list([("unread", Shape.flag)], sort: Inbox.columns.map(\.name)),
            output: Shape.page(of: Self.message, and: [("unread", Shape.count)]),
            roles: Self.readersOfInbox,
            body: .read { [kernel] input, invocation, reader in
                let inbox = Inbox(clock: kernel.clock)
                let query = try ListQuery(
                    reading: input,
                    columns: Inbox.columns,
                    standard: "-at",
                    key: .init("id", "id")
                )
                let page = try inbox.page(
                    query,
                    unreadOnly: input.value["unread"]?.bool ?? false,
                    scope: invocation.scope,
                    in: reader
                )
                return [
                    "items": .array(page.items.map(\.json)), "nextCursor": page.next,
                    "unread": .int(try inbox.unread(scope: invocation.scope, in: reader)),
                ]
            }
        )
    }

    private func markRead() throws -> Tool {
        try Tool(
            name: "platform.mark-read",
            purpose: "Marks one of your messages as read.",
            input: Self.id,
            output: Shape.nothing,
            roles: Self.readersOfInbox,
            body: .write { [kernel] input, invocation in
                let text = try input.member("id").string()
                guard let id = ID<Inbox.Entry>(text) else { throw Self.missing("message", text) }
                return { transaction in
                    try Inbox(clock: kernel.clock).markRead(
                        id,
                        scope: invocation.scope,
                        in: transaction
                    )
                    transaction.afterCommit { [kernel] in
                        kernel.live.changed(
                            "inbox",
                            organisation: invocation.scope.organisation,
                            account: invocation.scope.actor.id
                        )
                    }
                    return .null
                }
            }
        )
    }

    private func listDeadLetters() throws -> Tool {
        try Tool(
            name: "platform.list-dead-letters",
            purpose: "Lists events that a rule's target would not take, with the reason.",
            input: Self.list(
                [("rule", ["type": "string", "minLength": 1, "maxLength": 200])],
                sort: Dispatcher.deadLetterColumns.map(\.name)
            ),
            output: Shape.page(of: Self.deadLetter),
            roles: [.admin, .manager],
            body: .read { [kernel] input, invocation, reader in
                let query = try ListQuery(
                    reading: input,
                    columns: Dispatcher.deadLetterColumns,
                    standard: "-at",
                    key: .init("id", "id"),
                    limit: 100
                )
                let page = try kernel.workflows.dispatcher().deadLetters(
                    query,
                    rule: input.optional("rule")?.string(),
                    scope: invocation.scope,
                    in: reader
                )
                return ["items": .array(page.items.map(\.json)), "nextCursor": page.next]
            }
        )
    }

    private func redriveDeadLetter() throws -> Tool {
        try Tool(
            name: "platform.redrive-dead-letter",
            purpose: "Gives an event to the rule again whose target would not take it.",
            input: Self.id,
            output: Shape.record(nil, [("id", Shape.id), ("taken", Shape.flag)]),
            roles: [.admin, .manager],
            body: .write { [kernel] input, invocation in
                let text = try input.member("id").string()
                guard let id = ID<DeadLetter>(text) else {
                    throw Self.missing("dead-letter", text)
                }
                return { transaction in
                    let taken = try kernel.workflows.dispatcher().redrive(
                        id,
                        scope: invocation.scope,
                        in: transaction
                    )
                    return ["id": id.json, "taken": .bool(taken)]
                }
            }
        )
    }

    static func missing(_ noun: String, _ text: String) -> GeneralFault {
        GeneralFault(
            .notFound,
            code: "\(noun)-not-found",
            "there is no \(noun) \"\(text.prefix(60))\""
        )
    }
}
