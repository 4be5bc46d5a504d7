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
}
