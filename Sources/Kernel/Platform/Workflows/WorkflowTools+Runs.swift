import Agents
import Core
import HTTP
import Identity
import Store
import Workflows

extension WorkflowTools {
    static let runRoutes: [ToolRoute] = [
        ToolRoute(.get, "/api/executions", tool: "platform.list-executions"),
        ToolRoute(
            .post,
            "/api/executions",
            tool: "workflows.start",
            status: .created,
            location: "/api/executions/"
        ),
        ToolRoute(.get, "/api/executions/{id}", tool: "platform.get-execution"),
        ToolRoute(
            .get,
            "/api/executions/{id}/events/{event}",
            tool: "platform.get-execution-event"
        ),
        ToolRoute(.get, "/api/executions/{id}/history", tool: "workflows.get-history"),
        ToolRoute(.post, "/api/executions/{id}/stop", tool: "workflows.stop"),
        ToolRoute(.post, "/api/executions/{id}/pause", tool: "workflows.pause"),
        ToolRoute(.post, "/api/executions/{id}/resume", tool: "workflows.resume"),
        ToolRoute(.post, "/api/executions/{id}/redrive", tool: "workflows.redrive"),
        ToolRoute(.get, "/api/executions/{id}/compare/{other}", tool: "workflows.compare-runs"),
        ToolRoute(.post, "/api/executions/{id}/replay", tool: "workflows.replay"),
    ]

    private static let event: JSON = [
        "type": "object", "required": ["id", "type"],
        "properties": ["id": ["type": "integer"], "type": ["type": "string"]],
    ]

    func runs() throws -> [Tool] {
        [
            try listRuns(), try getRun(), try getEvent(), try getHistory(), try start(),
        ]
    }

    private func listRuns() throws -> Tool {
        try Tool(
            name: "platform.list-executions",
            purpose: "Lists workflow runs, newest first.",
            input: PlatformTools.list(
                [
                    ("workflow", Self.text(200)), ("version", Self.text(40)),
                    ("status", ExecutionShapes.status), ("subject", Self.text(200)),
                    ("error", Self.text(200)),
                    ("name", Shape.described(Self.text(200), "How the name begins.")),
                    ("paused", Shape.flag),
                    ("from", Shape.described(Shape.time, "Started at or after.")),
                    ("to", Shape.described(Shape.time, "Started before.")),
                ],
                sort: ExecutionTables.sortable.map(\.name)
            ),
            output: Shape.page(of: ExecutionShapes.summary),
            roles: PlatformTools.members,
            body: .read { input, invocation, reader in
                let query = try ListQuery(
                    reading: input,
                    columns: ExecutionTables.sortable,
                    standard: "-startedAt",
                    key: .init("id", "id")
                )
                var filter = ExecutionTables.Filter()
                filter.equal = ["workflow", "version", "status", "subject", "error"].compactMap {
                    name in input.value[name]?.string.map { (name, $0) }
                }
                filter.name = input.value["name"]?.string
                filter.isPaused = input.value["paused"]?.bool
                filter.from = try input.optional("from")?.timestamp()
                filter.to = try input.optional("to")?.timestamp()
                let page = try ExecutionTables().page(
                    where: filter,
                    query,
                    scope: invocation.scope,
                    in: reader
                )
                return ["items": .array(page.items), "nextCursor": page.next]
            }
        )
    }

    private func getRun() throws -> Tool {
        try Tool(
            name: "platform.get-execution",
            purpose: "Shows a workflow run with its history and definition.",
            input: PlatformTools.id,
            output: ExecutionShapes.detail,
            roles: PlatformTools.members,
            body: .read { input, invocation, reader in
                let id: ID<Execution> = try Self.id(input, "run")
                guard
                    let found = try ExecutionTables().detail(
                        id,
                        scope: invocation.scope,
                        in: reader
                    )
                else { throw PlatformTools.missing("run", id.description) }
                return found
            }
        )
    }

    private func getEvent() throws -> Tool {
        try Tool(
            name: "platform.get-execution-event",
            purpose: "Shows one event of a workflow run's history, whole.",
            input: [
                "type": "object", "required": ["id", "event"], "additionalProperties": false,
                "properties": ["id": ["type": "string"], "event": ["type": "string"]],
            ],
            output: Self.event,
            roles: PlatformTools.members,
            body: .read { input, invocation, reader in
                let text = try input.member("id").string()
                let event = try input.member("event").string()
                guard let id = ID<Execution>(text), let number = Int(event),
                    let found = try ExecutionTables().event(
                        number,
                        of: id,
                        scope: invocation.scope,
                        in: reader
                    )
                else { throw PlatformTools.missing("event", event) }
                return found
            }
        )
    }

    private func getHistory() throws -> Tool {
        try Tool(
            name: "workflows.get-history",
            purpose: "Shows a workflow run's history page by page, each event whole.",
            input: Shape.record(
                nil,
                [
                    ("id", Self.text(60)),
                    ("limit", ["type": "integer", "minimum": 1, "maximum": 1_000]),
                    ("cursor", Self.text(40)),
                ],
                optional: ["limit", "cursor"]
            ),
            output: Shape.page(of: Self.event),
            roles: PlatformTools.members,
            body: .read { input, invocation, reader in
                let id: ID<Execution> = try Self.id(input, "run")
                var first = 1
                if let cursor = try input.optional("cursor") {
                    guard let number = Int(try cursor.string()), number >= 1 else {
                        throw GeneralFault(
                            .malformed,
                            code: "invalid-cursor",
                            "this is no cursor of this list",
                            pointer: "/cursor"
                        )
                    }
                    first = number
                }
                let page = try ExecutionTables().historyPage(
                    of: id,
                    from: first,
                    limit: try input.optional("limit")?.int() ?? 200,
                    scope: invocation.scope,
                    in: reader
                )
                guard let page else { throw PlatformTools.missing("run", id.description) }
                return [
                    "items": .array(page.events),
                    "nextCursor": page.next.map { .string("\($0)") } ?? .null,
                ]
            }
        )
    }

    private func start() throws -> Tool {
        try Tool(
            name: "workflows.start",
            purpose: "Starts a run of a workflow; with a name that was used, answers that run.",
            input: Shape.record(
                nil,
                [
                    (
                        "workflow",
                        Shape.described(
                            Self.text(200),
                            "A name; name:version or name:alias of a deployed one."
                        )
                    ), ("name", Self.text(200)), ("subject", Self.text(200)), ("input", Shape.any),
                ],
                optional: ["name", "subject", "input"]
            ),
            output: ExecutionShapes.summary,
            roles: Self.steering,
            body: .write { [kernel] input, invocation in
                let engine = try kernel.workflows.engine()
                let start = ExecutionStart(
                    workflow: try input.member("workflow").string(),
                    name: input.value["name"]?.string
                        ?? "call/\(kernel.ids.next(Execution.self))",
                    subject: input.value["subject"]?.string,
                    input: input.value["input"] ?? [:],
                    organisation: invocation.scope.organisation,
                    onBehalfOf: invocation.scope.onBehalfOf ?? invocation.scope.actor,
                    trace: invocation.scope.trace
                )
                return { transaction in
                    let id = try engine.start(start, in: transaction)
                    let found = try ExecutionTables().summary(
                        id,
                        scope: invocation.scope,
                        in: transaction
                    )
                    return found ?? .null
                }
            }
        )
    }

    func steering() throws -> [Tool] {
        [
            try command(
                "workflows.stop",
                "Stops a run: it ends as ABORTED.",
                [("reason", Self.reason), ("error", Self.text(200))],
                optional: ["error"],
                event: "execution.stopped"
            ) { engine, id, input, invocation, transaction in
                try engine.stop(
                    id,
                    error: input.value["error"]?.string,
                    cause: try input.member("reason").string(),
                    scope: invocation.scope,
                    in: transaction
                )
            },
            try command(
                "workflows.pause",
                "Pauses a run: steps under way finish, nothing new begins.",
                event: "execution.paused",
                WorkflowEngine.pause
            ),
            try command(
                "workflows.resume",
                "Lets a paused run go on.",
                event: "execution.resumed",
                WorkflowEngine.resume
            ),
            try command(
                "workflows.redrive",
                "Lets a run that failed, timed out or was stopped go on where it ended.",
                event: "execution.redriven",
                WorkflowEngine.redrive
            ),
        ]
    }

    private static let passed = Shape.nullable(
        Shape.record(
            nil,
            [
                ("occurrence", Shape.count), ("input", Shape.any), ("output", Shape.any),
                ("ended", Shape.flag),
            ]
        )
    )

    private static let comparison = Shape.record(
        "Comparison of runs",
        [
            ("left", ExecutionShapes.summary), ("right", ExecutionShapes.summary),
            ("firstDifference", Shape.nullable(Shape.count)),
            (
                "rows",
                Shape.list(
                    of: Shape.record(
                        nil,
                        [
                            ("state", Shape.text), ("left", passed), ("right", passed),
                            ("same", Shape.flag),
                            (
                                "differences",
                                Shape.list(
                                    of: Shape.record(
                                        nil,
                                        [
                                            ("pointer", Shape.text), ("left", Shape.any),
                                            ("right", Shape.any),
                                        ]
                                    )
                                )
                            ),
                        ]
                    )
                )
            ),
        ]
    )

    func comparisons() throws -> [Tool] {
        [
            try Tool(
                name: "workflows.compare-runs",
                purpose:
                    "Compares two runs state by state: which they passed, and with what values.",
                input: Shape.record(nil, [("id", Self.text(60)), ("other", Self.text(60))]),
                output: Self.comparison,
                roles: PlatformTools.members,
                body: .read { input, invocation, reader in
                    let left: ID<Execution> = try Self.id(input, "run")
                    let right: ID<Execution> = try Self.id(input, "run", key: "other")
                    let tables = ExecutionTables()
                    let scope = invocation.scope
                    guard
                        let found = try tables.comparison(
                            of: left,
                            and: right,
                            scope: scope,
                            in: reader
                        )
                    else { throw PlatformTools.missing("run", "\(left) or \(right)") }
                    return [
                        "left": try tables.summary(left, scope: scope, in: reader) ?? .null,
                        "right": try tables.summary(right, scope: scope, in: reader) ?? .null,
                        "firstDifference": found.firstDifference.map { .int($0) } ?? .null,
                        "rows": .array(found.rows.map(\.json)),
                    ]
                }
            ),
            try Tool(
                name: "workflows.replay",
                purpose:
                    "Replays a run's history with another definition: what would be otherwise.",
                input: Shape.record(
                    nil,
                    [("id", Self.text(60)), ("definition", Shape.object)]
                ),
                output: Shape.record(
                    nil,
                    [
                        ("same", Shape.flag), ("status", ExecutionShapes.status),
                        ("output", Shape.any), ("error", Shape.nullable(Shape.text)),
                        ("unanswered", Shape.list(of: Shape.text)),
                        (
                            "differences",
                            Shape.list(
                                of: Shape.record(
                                    nil,
                                    [
                                        ("kind", Shape.text), ("state", Shape.text),
                                        ("occurrence", Shape.count), ("recorded", Shape.any),
                                        ("replayed", Shape.any),
                                    ]
                                )
                            )
                        ),
                    ]
                ),
                roles: PlatformTools.members,
                body: .read { [kernel] input, invocation, reader in
                    let id: ID<Execution> = try Self.id(input, "run")
                    let replay = try kernel.workflows.engine().replay(
                        id,
                        with: input.value["definition"] ?? .null,
                        scope: invocation.scope,
                        in: reader
                    )
                    guard let replay else { throw PlatformTools.missing("run", id.description) }
                    return [
                        "same": .bool(replay.differences.isEmpty && replay.unanswered.isEmpty),
                        "status": .string(replay.execution.status.rawValue),
                        "output": replay.execution.output ?? .null,
                        "error": .optional(replay.execution.error),
                        "unanswered": .array(replay.unanswered.map { .string($0) }),
                        "differences": .array(replay.differences.prefix(1_000).map(\.json)),
                    ]
                }
            ),
        ]
    }
}
