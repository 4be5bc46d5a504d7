import Agents
import Core
import HTTP
import Identity
import Store
import Workflows

extension WorkflowTools {
    static let taskRoutes: [ToolRoute] = [
        ToolRoute(.post, "/api/tasks/success", tool: "workflows.send-task-success"),
        ToolRoute(.post, "/api/tasks/failure", tool: "workflows.send-task-failure"),
        ToolRoute(.post, "/api/tasks/heartbeat", tool: "workflows.send-task-heartbeat"),
        ToolRoute(.post, "/api/activities/{activity}/task", tool: "workflows.get-activity-task"),
        ToolRoute(.get, "/api/approvals", tool: "workflows.list-approvals"),
        ToolRoute(.post, "/api/approvals/{id}/decide", tool: "workflows.decide-approval"),
    ]

    private static let token = text(200)

    func tasks() throws -> [Tool] {
        func answering(
            _ name: String,
            _ purpose: String,
            _ fields: [(String, JSON)],
            optional: Set<String> = [],
            _ body:
                @escaping @Sendable (
                    WorkflowEngine, String, JSONReader, Invocation, any Transaction
                ) throws -> Void
        ) throws -> Tool {
            try Tool(
                name: name,
                purpose: purpose,
                input: Shape.record(nil, [("taskToken", Self.token)] + fields, optional: optional),
                output: Shape.nothing,
                roles: Self.steering.union([.technician, .deskAgent, .supervisor]),
                body: .write { [kernel] input, invocation in
                    let engine = try kernel.workflows.engine()
                    let token = try input.member("taskToken").string()
                    return { transaction in
                        try body(engine, token, input, invocation, transaction)
                        return .null
                    }
                }
            )
        }
        return [
            try answering(
                "workflows.send-task-success",
                "Answers the task that gave out a token: it succeeds with an output.",
                [("output", Shape.any)]
            ) { engine, token, input, invocation, transaction in
                try engine.succeed(
                    token,
                    output: input.value["output"] ?? .null,
                    scope: invocation.scope,
                    in: transaction
                )
            },
            try answering(
                "workflows.send-task-failure",
                "Answers the task that gave out a token: it fails.",
                [("error", Self.text(256)), ("cause", Self.text(32_768))],
                optional: ["error", "cause"]
            ) { engine, token, input, invocation, transaction in
                try engine.fail(
                    token,
                    error: input.value["error"]?.string,
                    cause: input.value["cause"]?.string,
                    scope: invocation.scope,
                    in: transaction
                )
            },
            try answering(
                "workflows.send-task-heartbeat",
                "Tells that the task that gave out a token is still being worked on.",
                []
            ) { engine, token, _, invocation, transaction in
                try engine.heartbeat(token, scope: invocation.scope, in: transaction)
            },
            try Tool(
                name: "workflows.get-activity-task",
                purpose: "Gives a worker the next task of an activity, waiting for one to come.",
                input: Shape.record(
                    nil,
                    [
                        ("activity", Self.text(100)), ("workerName", Self.text(80)),
                        ("waitSeconds", ["type": "integer", "minimum": 0, "maximum": 60]),
                    ],
                    optional: ["workerName", "waitSeconds"]
                ),
                output: Shape.record(
                    nil,
                    [("taskToken", Shape.nullable(Shape.text)), ("input", Shape.any)]
                ),
                roles: Self.steering.union([.technician]),
                body: .external { [kernel] input, invocation in
                    let task = try await kernel.workflows.engine().take(
                        from: try input.member("activity").string(),
                        worker: input.value["workerName"]?.string,
                        waiting: .seconds(try input.optional("waitSeconds")?.int() ?? 20),
                        scope: invocation.scope
                    )
                    return ["taskToken": .optional(task?.token), "input": task?.input ?? .null]
                }
            ),
        ]
    }

    private static let approval = Shape.record(
        "Approval",
        [
            ("id", Shape.id), ("executionId", Shape.id), ("title", Shape.text),
            ("details", Shape.any), ("roles", Shape.list(of: Shape.text)),
            ("requestedAt", Shape.time),
            ("status", Shape.choice(["open", "approved", "rejected", "closed"])),
            ("decidedAt", Shape.nullable(Shape.time)), ("decidedBy", Shape.nullable(Shape.actor)),
            ("comment", Shape.nullable(Shape.text)),
        ]
    )

    func approvals() throws -> [Tool] {
        [
            try Tool(
                name: "workflows.request-approval",
                purpose: "Asks people to agree; for tasks that end with .waitForTaskToken.",
                input: Shape.record(
                    nil,
                    [
                        ("token", Self.token), ("title", Self.text(200)), ("details", Shape.any),
                        (
                            "roles",
                            [
                                "type": "array", "maxItems": 20,
                                "items": Self.text(40),
                            ]
                        ),
                    ],
                    optional: ["details", "roles"]
                ),
                output: Shape.record(nil, [("id", Shape.id)]),
                body: .write { [kernel] input, invocation in
                    let approvals = Approvals(engine: try kernel.workflows.engine())
                    let id: ID<Approvals.Approval> = invocation.ids.next()
                    return { transaction in
                        try approvals.request(
                            id,
                            token: try input.member("token").string(),
                            title: try input.member("title").string(),
                            details: input.value["details"] ?? .null,
                            roles: input.value["roles"]?.array?.compactMap(\.string) ?? [],
                            at: invocation.now,
                            scope: invocation.scope,
                            in: transaction
                        )
                        try kernel.emit(
                            "approval.requested",
                            about: "approval:\(id)",
                            ["title": input.value["title"] ?? .null],
                            by: invocation,
                            in: transaction
                        )
                        return ["id": id.json]
                    }
                }
            ),
            try Tool(
                name: "workflows.list-approvals",
                purpose: "Lists what people are asked to agree to, newest first.",
                input: PlatformTools.list(
                    [("open", Shape.described(Shape.flag, "Only what can still be decided."))],
                    sort: Approvals.sortable.map(\.name)
                ),
                output: Shape.page(of: Self.approval),
                roles: PlatformTools.members,
                body: .read { [kernel] input, invocation, reader in
                    let query = try ListQuery(
                        reading: input,
                        columns: Approvals.sortable,
                        standard: "-requestedAt",
                        key: .init("id", "a.id")
                    )
                    let page = try Approvals(engine: try kernel.workflows.engine()).page(
                        onlyOpen: input.value["open"]?.bool ?? false,
                        query,
                        scope: invocation.scope,
                        in: reader
                    )
                    return ["items": .array(page.items), "nextCursor": page.next]
                }
            ),
            try Tool(
                name: "workflows.decide-approval",
                purpose: "Approves or rejects; the run that asked goes on with the answer.",
                input: Shape.record(
                    nil,
                    [
                        ("id", Self.text(60)), ("approve", Shape.flag),
                        ("comment", ["type": "string", "maxLength": 2_000]),
                    ],
                    optional: ["comment"]
                ),
                output: Self.approval,
                roles: Self.steering.union([.technician, .deskAgent, .supervisor]),
                body: .write { [kernel] input, invocation in
                    let approvals = Approvals(engine: try kernel.workflows.engine())
                    let id: ID<Approvals.Approval> = try Self.id(input, "approval")
                    let approves = try input.member("approve").bool()
                    return { transaction in
                        let shown = try approvals.decide(
                            id,
                            approves: approves,
                            comment: input.value["comment"]?.string,
                            at: invocation.now,
                            scope: invocation.scope,
                            in: transaction
                        )
                        try kernel.emit(
                            approves ? "approval.granted" : "approval.refused",
                            about: "approval:\(id)",
                            ["comment": input.value["comment"] ?? .null],
                            by: invocation,
                            in: transaction
                        )
                        return shown
                    }
                }
            ),
        ]
    }
}
