import Agents
import Core
import HTTP
import Identity
import Store
import Workflows

extension WorkflowTools {
    static let definitionRoutes: [ToolRoute] = [
        ToolRoute(.get, "/api/workflows", tool: "workflows.list"),
        ToolRoute(.post, "/api/workflows/lint", tool: "workflows.lint"),
        ToolRoute(.get, "/api/workflows/{name}/versions", tool: "workflows.list-versions"),
        ToolRoute(
            .post,
            "/api/workflows/{name}/versions",
            tool: "workflows.deploy",
            status: .created
        ),
        ToolRoute(.get, "/api/workflows/{name}/versions/{version}", tool: "workflows.get-version"),
        ToolRoute(
            .post,
            "/api/workflows/{name}/versions/{version}/retire",
            tool: "workflows.retire-version"
        ),
        ToolRoute(.get, "/api/workflows/{name}/aliases", tool: "workflows.list-aliases"),
        ToolRoute(.put, "/api/workflows/{name}/aliases/{alias}", tool: "workflows.set-alias"),
        ToolRoute(.delete, "/api/workflows/{name}/aliases/{alias}", tool: "workflows.delete-alias"),
    ]

    private static let versionFields: [(String, JSON)] = [
        ("workflow", Shape.text), ("version", Shape.count), ("agent", Shape.text),
        ("note", Shape.text), ("createdAt", Shape.time), ("createdBy", Shape.actor),
        ("retiredAt", Shape.nullable(Shape.time)), ("retiredBy", Shape.nullable(Shape.actor)),
        ("retireReason", Shape.nullable(Shape.text)),
    ]
    private static let version = Shape.record("Workflow version", versionFields)
    private static let versionDetail = Shape.extended(
        version,
        "Workflow version with definition",
        [("definition", Shape.object)]
    )
    private static let problem = Shape.record(
        nil,
        [
            ("pointer", Shape.text), ("message", Shape.text),
            ("severity", Shape.choice(["error", "warning"])),
        ]
    )
    /// In a path a number is text.
    private static let number: JSON = ["type": "string", "minLength": 1, "maxLength": 10]

    private static func version(_ input: JSONReader) throws -> Int {
        let text = try input.member("version").string()
        guard let version = Int(text) else { throw PlatformTools.missing("version", text) }
        return version
    }

    func definitions() throws -> [Tool] {
        [
            try listWorkflows(), try listVersions(), try getVersion(), try lint(), try deploy(),
            try retire(),
        ]
    }

    private func listWorkflows() throws -> Tool {
        try Tool(
            name: "workflows.list",
            purpose: "Lists the workflows that can be started: the program's, and deployed ones.",
            input: PlatformTools.list([], sort: WorkflowVersions.sortable.map(\.name)),
            output: Shape.page(
                of: Self.version,
                and: [
                    (
                        "program",
                        Shape.list(
                            of: Shape.record(
                                nil,
                                [
                                    ("workflow", Shape.text), ("version", Shape.text),
                                    ("agent", Shape.text), ("definition", Shape.object),
                                ]
                            )
                        )
                    )
                ]
            ),
            roles: PlatformTools.members,
            body: .read { [kernel] input, invocation, reader in
                let query = try ListQuery(
                    reading: input,
                    columns: WorkflowVersions.sortable,
                    standard: "workflow",
                    key: .init("workflow", "workflow")
                )
                let page = try WorkflowVersions().page(
                    of: nil,
                    query,
                    scope: invocation.scope,
                    in: reader
                )
                let program = try kernel.workflows.engine().programWorkflows.map { workflow in
                    [
                        "workflow": .string(workflow.name), "version": .string(workflow.version),
                        "agent": .string(workflow.agent), "definition": workflow.definition.source,
                    ] as JSON
                }
                return [
                    "items": .array(page.items), "nextCursor": page.next,
                    "program": .array(program),
                ]
            }
        )
    }

    private func listVersions() throws -> Tool {
        try Tool(
            name: "workflows.list-versions",
            purpose: "Lists the versions of a deployed workflow, newest first.",
            input: Shape.record(
                nil,
                [("name", Self.text(100))]
                    + ListQuery.properties(sort: WorkflowVersions.sortable.map(\.name)),
                optional: ["sort", "limit", "cursor"]
            ),
            output: Shape.page(of: Self.version),
            roles: PlatformTools.members,
            body: .read { input, invocation, reader in
                let query = try ListQuery(
                    reading: input,
                    columns: WorkflowVersions.sortable,
                    standard: "-version",
                    key: .init("version", "version", isNumber: true)
                )
                let page = try WorkflowVersions().page(
                    of: try input.member("name").string(),
                    query,
                    scope: invocation.scope,
                    in: reader
                )
                return ["items": .array(page.items), "nextCursor": page.next]
            }
        )
    }

    private func getVersion() throws -> Tool {
        try Tool(
            name: "workflows.get-version",
            purpose: "Shows a version of a deployed workflow with its definition.",
            input: Shape.record(nil, [("name", Self.text(100)), ("version", Self.number)]),
            output: Self.versionDetail,
            roles: PlatformTools.members,
            body: .read { input, invocation, reader in
                let version = try Self.version(input)
                guard
                    let found = try WorkflowVersions().detail(
                        of: try input.member("name").string(),
                        version,
                        scope: invocation.scope,
                        in: reader
                    )
                else { throw PlatformTools.missing("version", "\(version)") }
                return found
            }
        )
    }

    private func lint() throws -> Tool {
        try Tool(
            name: "workflows.lint",
            purpose: "Tells everything that is wrong with a definition.",
            input: Shape.record(
                nil,
                [("definition", Shape.any), ("agent", Self.text(100))],
                optional: ["agent"]
            ),
            output: Shape.record(nil, [("problems", Shape.list(of: Self.problem))]),
            roles: PlatformTools.members,
            body: .compute { [kernel] input, _ in
                let problems = try kernel.workflows.engine().problems(
                    in: input.value["definition"] ?? .null,
                    agent: input.value["agent"]?.string
                )
                let shown = problems.prefix(1_000).map { problem in
                    [
                        "pointer": .string(problem.pointer), "message": .string(problem.message),
                        "severity": .string(problem.severity.rawValue),
                    ] as JSON
                }
                return ["problems": .array(shown)]
            }
        )
    }

    private func deploy() throws -> Tool {
        try Tool(
            name: "workflows.deploy",
            purpose: "Deploys a version of a workflow; it acts as the agent that it names.",
            input: Shape.record(
                nil,
                [
                    ("name", Self.text(100)), ("agent", Self.text(100)),
                    ("definition", Shape.object), ("note", ["type": "string", "maxLength": 1_000]),
                ],
                optional: ["note"]
            ),
            output: Self.versionDetail,
            roles: Self.authors,
            body: .write { [kernel] input, invocation in
                let engine = try kernel.workflows.engine()
                let name = try input.member("name").string()
                let agent = try input.member("agent").string()
                let definition = try input.member("definition").value
                let note = input.value["note"]?.string ?? ""
                return { transaction in
                    let version = try engine.deploy(
                        name,
                        agent: agent,
                        definition: definition,
                        note: note,
                        scope: invocation.scope,
                        in: transaction
                    )
                    try kernel.emit(
                        "workflow.deployed",
                        about: "workflow:\(name)",
                        ["workflow": .string(name), "version": .int(version)],
                        by: invocation,
                        in: transaction
                    )
                    return try WorkflowVersions().detail(
                        of: name,
                        version,
                        scope: invocation.scope,
                        in: transaction
                    ) ?? .null
                }
            }
        )
    }

    private func retire() throws -> Tool {
        try Tool(
            name: "workflows.retire-version",
            purpose: "Retires a version: nothing new starts with it, what runs goes on.",
            input: Shape.record(
                nil,
                [
                    ("name", Self.text(100)), ("version", Self.number), ("reason", Self.reason),
                ]
            ),
            output: Self.versionDetail,
            roles: Self.authors,
            body: .write { [kernel] input, invocation in
                let name = try input.member("name").string()
                let version = try Self.version(input)
                let reason = try input.member("reason").string()
                return { transaction in
                    let versions = WorkflowVersions()
                    let isRetired = try versions.retire(
                        name,
                        version,
                        reason: reason,
                        at: invocation.now,
                        scope: invocation.scope,
                        in: transaction
                    )
                    guard
                        let found = try versions.detail(
                            of: name,
                            version,
                            scope: invocation.scope,
                            in: transaction
                        )
                    else { throw PlatformTools.missing("version", "\(version)") }
                    if isRetired {
                        try kernel.emit(
                            "workflow.retired",
                            about: "workflow:\(name)",
                            [
                                "workflow": .string(name), "version": .int(version),
                                "reason": .string(reason),
                            ],
                            by: invocation,
                            in: transaction
                        )
                    }
                    return found
                }
            }
        )
    }
}
