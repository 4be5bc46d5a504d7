import Agents
import Core
import HTTP
import Identity
import Store
import Workflows

extension WorkflowTools {
    static let operationRoutes: [ToolRoute] = [
        ToolRoute(.get, "/api/workflow-retention", tool: "workflows.get-retention"),
        ToolRoute(.put, "/api/workflow-retention", tool: "workflows.set-retention"),
    ]

    private static let days = Shape.record(
        "Retention of runs",
        [("days", Shape.count), ("most", Shape.count)]
    )

    func operations() throws -> [Tool] {
        [
            try Tool(
                name: "workflows.get-retention",
                purpose: "Tells how many days runs are kept after their end.",
                input: Shape.record(nil, []),
                output: Self.days,
                roles: PlatformTools.members,
                body: .read { [retention] _, invocation, reader in
                    [
                        "days": .int(try retention.days(of: invocation.scope, in: reader)),
                        "most": .int(retention.days),
                    ]
                }
            ),
            try Tool(
                name: "workflows.set-retention",
                purpose: "Sets how many days runs are kept after their end.",
                input: Shape.record(
                    nil,
                    [("days", ["type": "integer", "minimum": 1, "maximum": 36_500])]
                ),
                output: Self.days,
                roles: [.admin],
                body: .write { [retention] input, invocation in
                    let days = try input.member("days").int()
                    return { transaction in
                        try retention.set(days, scope: invocation.scope, in: transaction)
                        return ["days": .int(days), "most": .int(retention.days)]
                    }
                }
            ),
        ]
    }
}
