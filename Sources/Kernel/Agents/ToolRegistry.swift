public import Core
import Identity
public import Observability
public import Privacy
public import Store

/// All tools and agents of the program: an immutable value, built once.
public struct ToolRegistry: Sendable {
    /// The tools by name.
    public let tools: [String: Tool]
    /// The agents by name.
    public let agents: [String: Agent]
    /// Tools that organisations brought in; nil for none.
    public let outside: (any OutsideTools)?
    let tracer: Tracer
    private let privacy: Privacy?

    /// A registry, whose tools' calls are traced by `tracer`.
    ///
    /// - Parameters:
    ///   - tools: the tools.
    ///   - agents: the agents.
    ///   - tracer: traces calls.
    ///   - privacy: opens and seals what is personal for ``prepareSealed(_:input:invocation:database:)``.
    ///   - outside: tools that organisations brought in.
    /// - Throws: a fault of code `invalid-registry` when a name is used twice, or an agent lists a
    ///   tool that does not exist.
    public init(
        tools: [Tool],
        agents: [Agent],
        tracer: Tracer = .off,
        privacy: Privacy? = nil,
        outside: (any OutsideTools)? = nil
    ) throws(GeneralFault) {
        self.tracer = tracer
        self.outside = outside
        self.privacy = privacy
        var byName: [String: Tool] = [:]
        for tool in tools {
            guard byName.updateValue(tool, forKey: tool.name) == nil else {
                throw Self.invalid("two tools are called \"\(tool.name)\"")
            }
        }
        var agentsByName: [String: Agent] = [:]
        for agent in agents {
            guard agentsByName.updateValue(agent, forKey: agent.name) == nil else {
                throw Self.invalid("two agents are called \"\(agent.name)\"")
            }
            for name in agent.tools where byName[name] == nil {
                throw Self.invalid("agent \"\(agent.name)\" lists \"\(name)\", which is no tool")
            }
        }
        self.tools = byName
        self.agents = agentsByName
    }

    /// A tool by its name, one that the organisation brought in included.
    public func tool(_ name: String, of organisation: ID<Organisation>) -> Tool? {
        tools[name] ?? outside?.tool(name, organisation: organisation)
    }

    /// Whether a name can be that of a tool which some organisation brought in.
    public func mayBeOutside(_ name: String) -> Bool {
        outside != nil && tools[name] == nil && name.hasPrefix("mcp.")
    }

    /// The tools that an agent may use in an organisation, by name: its own, those of `named` that the
    /// organisation brought in, and those that it was given.
    public func tools(
        of agent: Agent,
        and named: Set<String>,
        _ organisation: ID<Organisation>
    ) -> [Tool] {
        let given = (outside?.tools(of: organisation) ?? []).filter { tool in
            tools[tool.name] == nil
                && (named.contains(tool.name)
                    || outside?.isGranted(
                        tool.name,
                        to: agent.name,
                        organisation: organisation
                    ) ?? false)
        }
        return (agent.tools.compactMap { tools[$0] } + given).sorted { $0.name < $1.name }
    }

    private static func invalid(_ message: String) -> GeneralFault {
        GeneralFault(.internal, code: "invalid-registry", message)
    }

    /// Authorises, validates and prepares a call; a query is answered right away.
    ///
    /// - Parameters:
    ///   - name: the tool's name.
    ///   - input: what it takes.
    ///   - invocation: the circumstances; its scope decides what may be called.
    ///   - database: what queries read.
    /// - Returns: the output, or the change that is left to make.
    /// - Throws: a fault of code `unknown-tool`, `forbidden`, or one that names what is wrong with
    ///   the input; or what the tool throws.
    public func prepare(
        _ name: String,
        input: JSON,
        invocation: Invocation,
        database: any Database
    ) async throws -> PreparedCall {
        guard let tool = tool(name, of: invocation.scope.organisation) else {
            throw Self.unknown(name)
        }
        return try await traced(tool, invocation) { invocation in
            try await run(tool, input, invocation, database)
        }
    }

    /// The same for who keeps input and output for long, such as a workflow: the tool gets what is sealed in
    /// the input opened, and what is personal in its output is sealed.
    ///
    /// - Throws: as ``prepare(_:input:invocation:database:)``.
    public func prepareSealed(
        _ name: String,
        input: JSON,
        invocation: Invocation,
        database: any Database
    ) async throws -> PreparedCall {
        let organisation = invocation.scope.organisation
        var opened = input
        if let privacy, Privacy.mayHoldSealed(input) {
            opened = try await database.read { try privacy.open(input, of: organisation, in: $0) }
        }
        let prepared = try await prepare(
            name,
            input: opened,
            invocation: invocation,
            database: database
        )
        guard let privacy, privacy.isPersonal(.output(name)) else { return prepared }
        return .commit { transaction in
            let output: JSON
            switch prepared {
            case .done(let known):
                try invocation.stillWanted(transaction)
                output = known
            case .commit(let commit): output = try commit(transaction)
            }
            return try privacy.seal(
                output,
                at: .output(name),
                of: organisation,
                in: transaction
            )
        }
    }

    /// The same with the output as JSON text, for who sends it on.
    ///
    /// A tool that puts text together is not asked for a value first.
    ///
    /// - Throws: as ``prepare(_:input:invocation:database:)``.
    public func prepareText(
        _ name: String,
        input: JSON,
        invocation: Invocation,
        database: any Database
    ) async throws -> Prepared<JSONText> {
        guard let tool = tool(name, of: invocation.scope.organisation) else {
            throw Self.unknown(name)
        }
        return try await traced(tool, invocation) { invocation in
            try await text(tool, input, invocation, database)
        }
    }

    private func run(
        _ tool: Tool,
        _ input: JSON,
        _ invocation: Invocation,
        _ database: any Database
    ) async throws -> PreparedCall {
        switch tool.body {
        case .document, .writeDocument:
            return try await text(tool, input, invocation, database).map { try $0.value() }
        case .read(let body):
            let reader = try check(tool, input, invocation)
            return .done(try await database.read { try body(reader, invocation, $0) })
        case .compute(let body), .external(let body):
            return .done(try await body(try check(tool, input, invocation), invocation))
        case .write(let body):
            let commit = try await body(try check(tool, input, invocation), invocation)
            return .commit { transaction in
                try invocation.stillWanted(transaction)
                return try commit(transaction)
            }
        }
    }

    private func text(
        _ tool: Tool,
        _ input: JSON,
        _ invocation: Invocation,
        _ database: any Database
    ) async throws -> Prepared<JSONText> {
        switch tool.body {
        case .document(let body):
            let reader = try check(tool, input, invocation)
            return .done(try await database.read { try body(reader, invocation, $0) })
        case .writeDocument(let body):
            let commit = try await body(try check(tool, input, invocation), invocation)
            return .commit { transaction in
                try invocation.stillWanted(transaction)
                return try commit(transaction)
            }
        case .read, .compute, .external, .write:
            return try await run(tool, input, invocation, database).map { JSONText($0) }
        }
    }

    private func check(
        _ tool: Tool,
        _ input: JSON,
        _ invocation: Invocation
    ) throws(GeneralFault) -> JSONReader {
        try authorise(tool, for: invocation)
        try tool.input.validate(input)
        return JSONReader(input)
    }

    private static func unknown(_ name: String) -> GeneralFault {
        GeneralFault(.notFound, code: "unknown-tool", "there is no tool \"\(name)\"")
    }

    /// Calls a tool to its end.
    ///
    /// - Parameters:
    ///   - name: the tool's name.
    ///   - input: what it takes.
    ///   - invocation: the circumstances.
    ///   - database: what it reads and changes.
    /// - Returns: the tool's output.
    /// - Throws: as ``prepare(_:input:invocation:database:)``.
    public func call(
        _ name: String,
        input: JSON,
        invocation: Invocation,
        database: any Database
    ) async throws -> JSON {
        let prepared = try await prepare(
            name,
            input: input,
            invocation: invocation,
            database: database
        )
        switch prepared {
        case .done(let output): return output
        case .commit(let commit): return try await database.transaction(commit)
        }
    }

    /// An agent reaches exactly the tools it lists; everybody else what their roles allow.
    private func authorise(_ tool: Tool, for invocation: Invocation) throws(GeneralFault) {
        let scope = invocation.scope
        if scope.roles.contains(.aiAgent) {
            guard let agent = agents[scope.actor.name],
                agent.tools.contains(tool.name) || isGiven(tool, to: agent, invocation)
            else {
                throw GeneralFault(
                    .forbidden,
                    code: "forbidden",
                    "agent \"\(scope.actor.name)\" may not use \"\(tool.name)\""
                )
            }
        } else {
            guard !scope.roles.isDisjoint(with: tool.roles) else {
                let allowed = tool.roles.map(\.rawValue).sorted().joined(separator: ", ")
                throw GeneralFault(
                    .forbidden,
                    code: "forbidden",
                    "\"\(tool.name)\" needs one of the roles: \(allowed.isEmpty ? "none" : allowed)"
                )
            }
        }
    }

    /// Whether an administrator gave the agent a tool of others.
    private func isGiven(_ tool: Tool, to agent: Agent, _ invocation: Invocation) -> Bool {
        guard tools[tool.name] == nil, let outside else { return false }
        return invocation.outsideTools.contains(tool.name)
            || outside.isGranted(
                tool.name,
                to: agent.name,
                organisation: invocation.scope.organisation
            )
    }
}
