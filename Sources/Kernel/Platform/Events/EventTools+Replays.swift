import Agents
import Core
import Events
import HTTP
import Identity
import Store

extension EventTools {
    static let replayRoutes: [ToolRoute] = [
        ToolRoute(.get, "/api/event-replays", tool: "events.list-replays"),
        ToolRoute(.post, "/api/event-replays", tool: "events.replay", status: .accepted),
        ToolRoute(.get, "/api/event-replays/{id}", tool: "events.get-replay"),
        ToolRoute(.post, "/api/event-replays/{id}/cancel", tool: "events.cancel-replay"),
    ]

    private static let replay = Shape.record(
        "Event replay",
        [
            ("id", Shape.id), ("rule", Shape.text), ("from", Shape.time), ("to", Shape.time),
            ("status", Shape.choice(EventReplay.Status.allCases.map(\.rawValue))),
            ("progress", Shape.share), ("examined", Shape.count), ("delivered", Shape.count),
            ("failed", Shape.count), ("reason", Shape.text), ("requestedBy", Shape.text),
            ("createdAt", Shape.time), ("finishedAt", Shape.nullable(Shape.time)),
        ]
    )

    func replays() throws -> [Tool] {
        [
            try Tool(
                name: "events.list-replays",
                purpose: "Lists replays, newest first.",
                input: PlatformTools.list([], sort: Dispatcher.replayColumns.map(\.name)),
                output: Shape.page(of: Self.replay),
                roles: Self.rulers,
                body: .read { [kernel] input, invocation, reader in
                    let page = try kernel.workflows.dispatcher().replays(
                        ListQuery(
                            reading: input,
                            columns: Dispatcher.replayColumns,
                            standard: "-createdAt",
                            key: .init("id", "id")
                        ),
                        scope: invocation.scope,
                        in: reader
                    )
                    return ["items": .array(page.items.map(\.json)), "nextCursor": page.next]
                }
            ),
            try Tool(
                name: "events.get-replay",
                purpose: "Shows how far a replay has come.",
                input: PlatformTools.id,
                output: Self.replay,
                roles: Self.rulers,
                body: .read { [kernel] input, invocation, reader in
                    try kernel.workflows.dispatcher().replay(
                        Self.id(input, "replay"),
                        scope: invocation.scope,
                        in: reader
                    ).json
                }
            ),
            try startReplay(), try cancelReplay(),
        ]
    }

    private func startReplay() throws -> Tool {
        try Tool(
            name: "events.replay",
            purpose:
                "Gives a rule the events of a stretch of time once more; a draft is tried with "
                + "events.test-pattern instead.",
            input: Self.input([
                ("rule", Self.name), ("from", Shape.time), ("to", Shape.time),
                ("reason", Self.reason),
            ]),
            output: Self.replay,
            roles: Self.rulers,
            body: .write { [self] input, invocation in
                let rule = try input.member("rule").string()
                let times = try Self.times(input)
                let reason = try input.member("reason").string(length: 1...500)
                return { transaction in
                    let replay = try kernel.workflows.dispatcher().replay(
                        rule,
                        times,
                        reason: reason,
                        scope: invocation.scope,
                        in: transaction
                    )
                    try note("started", replay, reason, invocation.scope, in: transaction)
                    return replay.json
                }
            }
        )
    }

    private func cancelReplay() throws -> Tool {
        try Tool(
            name: "events.cancel-replay",
            purpose: "Stops a replay; what it has given stays given.",
            input: Self.input([
                ("id", ["type": "string", "maxLength": 100]), ("reason", Self.reason),
            ]),
            output: Self.replay,
            roles: Self.rulers,
            body: .write { [self] input, invocation in
                let id: ID<EventReplay> = try Self.id(input, "replay")
                let reason = try input.member("reason").string(length: 1...500)
                return { transaction in
                    let replay = try kernel.workflows.dispatcher().cancelReplay(
                        id,
                        scope: invocation.scope,
                        in: transaction
                    )
                    try note("cancelled", replay, reason, invocation.scope, in: transaction)
                    return replay.json
                }
            }
        )
    }

    private func note(
        _ done: String,
        _ replay: EventReplay,
        _ reason: String,
        _ scope: Scope,
        in transaction: any Transaction
    ) throws {
        try audit.append(
            "event-replay.\(done)",
            subject: "event-replay:\(replay.id)",
            detail: [
                "rule": .string(replay.rule), "from": replay.from.json, "to": replay.to.json,
                "reason": .string(reason),
            ],
            scope: scope,
            in: transaction
        )
    }
}
