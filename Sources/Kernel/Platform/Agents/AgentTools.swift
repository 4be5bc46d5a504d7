public import Agents
import Core
import HTTP
public import Identity
import Store
import Workflows

/// What people see and set of the agents.
public struct AgentTools: Sendable {
    let kernel: Kernel
    let agents: [Agent]
    let audit: AuditLog

    /// The tools over a kernel; `agents` are those of all solutions.
    public init(kernel: Kernel, agents: [Agent], audit: AuditLog) {
        self.kernel = kernel
        self.agents = agents
        self.audit = audit
    }

    /// Routine tasks and costs are counted over so many days.
    static let days = 30

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] { [try list(), try get(), try change()] }

    /// The routes that map to them.
    public static let routes: [ToolRoute] = [
        ToolRoute(.get, "/api/agents", tool: "platform.list-agents"),
        ToolRoute(.get, "/api/agents/{name}", tool: "platform.get-agent"),
        ToolRoute(
            .put,
            "/api/agents/{name}/settings",
            tool: "platform.set-agent",
            isVersioned: true
        ),
    ]

    private static let policy = Shape.record(
        nil,
        [("name", Shape.text), ("version", Shape.count)]
    )

    static let agent = Shape.record(
        "Agent",
        [
            ("name", Shape.text), ("purpose", Shape.text), ("tools", Shape.list(of: Shape.text)),
            ("policy", policy),
            (
                "invocations",
                Shape.described(Shape.count, "Decisions and failures in the days of `automation`.")
            ), ("errors", Shape.described(Shape.count, "Failures in the same days.")),
            ("p50Micros", Shape.count), ("p99Micros", Shape.count),
            ("mode", Shape.choice(AgentSettings.Mode.allCases.map(\.rawValue))),
            (
                "automation",
                Shape.record(
                    "Automation rate",
                    [
                        ("days", Shape.count), ("routine", Shape.count), ("unaided", Shape.count),
                        (
                            "share",
                            Shape.described(
                                Shape.nullable(Shape.share),
                                "Of routine tasks, those that no person had a hand in; target 0.8."
                            )
                        ),
                    ]
                )
            ),
            (
                "costMicros",
                Shape.described(Shape.count, "What models were paid in the same days.")
            ),
        ]
    )

    private static let tool = Shape.record(
        "Tool of an agent",
        [
            ("name", Shape.text), ("purpose", Shape.text),
            ("effect", Shape.choice(["read", "compute", "write", "external"])),
            ("needsApproval", Shape.flag), ("input", Shape.any),
        ]
    )

    static let detail = Shape.extended(
        agent,
        "Agent with its settings",
        [
            ("colleagues", Shape.list(of: Shape.text)), ("toolDetails", Shape.list(of: tool)),
            ("settings", AgentSettings.shape), ("version", Shape.count),
            ("routineTasks", Shape.list(of: Shape.text)), ("guidance", Shape.text),
            ("inputSchema", Shape.any), ("outputSchema", Shape.any),
        ]
    )

    private func list() throws -> Tool {
        try Tool(
            name: "platform.list-agents",
            purpose:
                "Lists the agents: purpose, tools, policy, how busy and how unaided they were.",
            input: PlatformTools.list([], sort: ["name"]),
            output: Shape.page(of: Self.agent),
            roles: PlatformTools.members,
            body: .read { [self] input, invocation, reader in
                let page = try ListQuery.page(agents, reading: input, by: \.name)
                let items = try page.items.map { try shown($0, invocation, in: reader) }
                return ["items": .array(items), "nextCursor": page.next]
            }
        )
    }

    private func shown(
        _ agent: Agent,
        _ invocation: Invocation,
        in reader: any Reader
    ) throws -> JSON {
        let seen = try kernel.journal.activity(
            of: agent.name,
            since: invocation.now + .seconds(-Self.days * 86_400),
            scope: invocation.scope,
            in: reader
        )
        let settings = try AgentSettings.of(
            agent.name,
            organisation: invocation.scope.organisation,
            in: reader
        )
        let tools = agent.tools.sorted() + agent.colleagues.sorted()
        return [
            "name": .string(agent.name), "purpose": .string(agent.purpose),
            "tools": .array(tools.map { .string($0) }),
            "policy": [
                "name": .string(agent.policy.name), "version": .int(agent.policy.version),
            ],
            "invocations": .int(seen.invocations), "errors": .int(seen.errors),
            "p50Micros": .int(seen.p50Micros), "p99Micros": .int(seen.p99Micros),
            "mode": .string(settings.mode.rawValue),
            "automation": [
                "days": .int(Self.days), "routine": .int(seen.routine),
                "unaided": .int(seen.unaided),
                "share": seen.automationRate.map { JSON.double($0) } ?? .null,
            ],
            "costMicros": .int(seen.costMicros),
        ]
    }

    private static let name: (String, JSON) = (
        "name", ["type": "string", "minLength": 1, "maxLength": 200]
    )

    private func find(_ name: String) throws(GeneralFault) -> Agent {
        guard let agent = agents.first(where: { $0.name == name }) else {
            let near = nearest(to: name, among: agents.map(\.name))
            throw GeneralFault(
                .notFound,
                code: "agent-not-found",
                "there is no agent \"\(name.prefix(60))\""
                    + (near.map { "; did you mean \($0)?" } ?? "")
            )
        }
        return agent
    }

    private func get() throws -> Tool {
        try Tool(
            name: "platform.get-agent",
            purpose: "Shows an agent: its tools, how it is set, and what it takes and answers.",
            input: Shape.record(nil, [Self.name]),
            output: Self.detail,
            roles: PlatformTools.members,
            body: .read { [self] input, invocation, reader in
                let agent = try find(try input.member("name").string())
                return try detailed(agent, invocation, in: reader)
            }
        )
    }

    private func detailed(
        _ agent: Agent,
        _ invocation: Invocation,
        in reader: any Reader
    ) throws -> JSON {
        let registry = try kernel.workflows.engine().agents.office.registry
        let settings = try AgentSettings.of(
            agent.name,
            organisation: invocation.scope.organisation,
            in: reader
        )
        var json = try shown(agent, invocation, in: reader)
        json["colleagues"] = .array(agent.colleagues.sorted().map { .string($0) })
        json["toolDetails"] = .array(
            agent.tools.sorted().compactMap { registry.tools[$0] }.map { tool in
                [
                    "name": .string(tool.name), "purpose": .string(tool.purpose),
                    "effect": .string(tool.effect.rawValue),
                    "needsApproval": .bool(
                        tool.needsApproval || settings.approvals.contains(tool.name)
                    ),
                    "input": tool.input.json,
                ]
            }
        )
        json["settings"] = settings.json
        json["version"] = .int(settings.version)
        json["routineTasks"] = .array(agent.policy.routine.sorted().map { .string($0) })
        json["guidance"] = .string(agent.guidance)
        json["inputSchema"] = agent.input.json
        json["outputSchema"] = agent.output.json
        return json
    }

    private func change() throws -> Tool {
        try Tool(
            name: "platform.set-agent",
            purpose: """
                Sets how an agent works here: rules or models, bounds, what needs a person's agreement.
                """,
            input: Shape.extended(
                AgentSettings.shape,
                nil,
                [Self.name],
                optional: Set(AgentSettings.shape["properties"]?.object?.map(\.key) ?? [])
            ),
            output: Self.detail,
            roles: [.admin],
            body: .write { [self] input, invocation in
                let agent = try find(try input.member("name").string())
                let settings = try AgentSettings(input)
                try check(settings, of: agent)
                return { [self] transaction in
                    let organisation = invocation.scope.organisation
                    let before = try AgentSettings.of(
                        agent.name,
                        organisation: organisation,
                        in: transaction
                    )
                    try invocation.expected?.check(
                        before.version,
                        of: "the settings of \(agent.name)"
                    )
                    _ = try settings.keep(
                        for: agent.name,
                        organisation: organisation,
                        in: transaction
                    )
                    try audit.append(
                        "agent.set",
                        subject: "agent:\(agent.name)",
                        detail: [
                            "changes": .array(
                                JSONDifference.between(before.json, settings.json).map(\.json)
                            )
                        ],
                        scope: invocation.scope,
                        in: transaction
                    )
                    try kernel.emit(
                        "agent.set",
                        about: "agent:\(agent.name)",
                        ["agent": .string(agent.name), "mode": .string(settings.mode.rawValue)],
                        by: invocation,
                        in: transaction
                    )
                    return try detailed(agent, invocation, in: transaction)
                }
            }
        )
    }

    /// Refuses settings that name what the agent does not have.
    private func check(_ settings: AgentSettings, of agent: Agent) throws(GeneralFault) {
        for tool in settings.approvals.sorted()
        where !agent.tools.contains(tool) && !settings.outsideTools.contains(tool) {
            let near = nearest(to: tool, among: agent.tools)
            throw GeneralFault(
                .invalid,
                code: "unknown-tool",
                "\(agent.name) has no tool \"\(tool)\""
                    + (near.map { "; did you mean \($0)?" } ?? ""),
                pointer: "/approvals"
            )
        }
        // What it does is done with its decision, by the rules that made it.
        guard settings.mode == .rules || !agent.tools.isEmpty else {
            throw GeneralFault(
                .invalid,
                code: "rules-only",
                "\(agent.name) has no tools that a model could use, and decides by its rules",
                pointer: "/mode"
            )
        }
        guard settings.mode == .rules || !settings.models.isEmpty else {
            throw GeneralFault(
                .invalid,
                code: "no-models",
                "mode model needs at least one model to ask",
                pointer: "/models"
            )
        }
        for role in settings.approvers.map(\.rawValue).sorted()
        where !Role.people.subtracting(ApprovalRequest.neverDeciding)
            .contains(Role(rawValue: role))
        {
            throw GeneralFault(
                .invalid,
                code: "unknown-role",
                "\"\(role)\" is no role of people who decide",
                pointer: "/approvers"
            )
        }
    }
}
