import Agents
import Core
import Store
import Synchronization

/// The workflows that executions can run: those of the program, and those that organisations deployed.
final class WorkflowCatalogue: Sendable {
    let program: [String: Workflow]
    private let registry: ToolRegistry
    private let tables = ExecutionTables()
    private let versions = WorkflowVersions()
    private let known = Mutex<[String: Workflow]>([:])

    /// How many deployed and former versions are kept in memory.
    private static let most = 1_000

    init(_ workflows: [Workflow], registry: ToolRegistry) throws {
        for workflow in workflows { try Self.check(workflow, against: registry) }
        program = Dictionary(uniqueKeysWithValues: workflows.map { ($0.name, $0) })
        self.registry = registry
    }

    /// Refuses a workflow that names what its agent may not use.
    static func check(_ workflow: Workflow, against registry: ToolRegistry) throws(GeneralFault) {
        func refuse(_ what: String) -> GeneralFault {
            GeneralFault(.internal, code: "unknown-resource", "\(workflow.name): \(what)")
        }
        guard let owner = registry.agents[workflow.agent] else {
            throw refuse("there is no agent \"\(workflow.agent)\"")
        }
        for resource in workflow.definition.resources {
            switch TaskResource(resource) {
            // Whether an organisation gave a tool of others to the agent is found out at each call.
            case .tool(let name)?
            where !owner.tools.contains(name) && !registry.mayBeOutside(name):
                throw refuse("agent \"\(owner.name)\" does not list the tool \"\(name)\"")
            case .agent(let name)? where registry.agents[name] == nil:
                throw refuse("there is no agent \"\(name)\"")
            case .agent(let name)? where name != owner.name && !owner.colleagues.contains(name):
                throw refuse("agent \"\(owner.name)\" may not ask \"\(name)\"")
            default: break
            }
        }
    }

    func check(_ workflow: Workflow) throws(GeneralFault) {
        try Self.check(workflow, against: registry)
    }

    private static func unknown(_ name: String) -> GeneralFault {
        GeneralFault(
            .notFound,
            code: "unknown-workflow",
            "there is no workflow \"\(name.prefix(200))\""
        )
    }

    /// What a start means: a workflow, or `name:version` or `name:alias` of a deployed one.
    ///
    /// - Throws: a fault of code `unknown-workflow`, or `StoreError`.
    func workflow(
        _ name: String,
        organisation: ID<Organisation>,
        random: any RandomSource,
        in reader: any Reader
    ) throws -> Workflow {
        if let workflow = program[name] { return workflow }
        let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
        guard let plain = parts.first else { throw Self.unknown(name) }
        guard
            let version = try versions.version(
                of: plain,
                parts.count == 2 ? parts[1] : nil,
                organisation: organisation,
                random: random,
                in: reader
            ), let found = try deployed(plain, "v\(version)", organisation, in: reader)
        else { throw Self.unknown(name) }
        return found
    }

    private func deployed(
        _ name: String,
        _ version: String,
        _ organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> Workflow? {
        let key = "\(organisation)/\(name)@\(version)"
        if let workflow = known.withLock({ $0[key] }) { return workflow }
        guard let number = Int(version.dropFirst()),
            let (source, agent) = try versions.source(
                of: name,
                number,
                organisation: organisation,
                in: reader
            )
        else { return nil }
        let workflow = try Workflow(name: name, agent: agent, source: source, version: version)
        keep(workflow, as: key)
        return workflow
    }

    private func keep(_ workflow: Workflow, as key: String) {
        known.withLock { known in
            if known.count >= Self.most { known = [:] }
            known[key] = workflow
        }
    }

    /// What an execution runs, if it is in memory.
    func remembered(_ record: ExecutionTables.Record) -> Workflow? {
        if let workflow = program[record.workflow], workflow.version == record.version {
            return workflow
        }
        return known.withLock {
            $0["\(record.organisation)/\(record.workflow)@\(record.version)"]
                ?? $0["\(record.workflow)@\(record.version)"]
        }
    }

    /// What an execution runs: the version that it began with.
    ///
    /// - Throws: `StoreError` of code `corrupt` when it is not there.
    func workflow(of record: ExecutionTables.Record, in reader: any Reader) throws -> Workflow {
        if let workflow = remembered(record) { return workflow }
        if record.version.hasPrefix("v"),
            let found = try deployed(
                record.workflow,
                record.version,
                record.organisation,
                in: reader
            )
        {
            return found
        }
        let key = "\(record.workflow)@\(record.version)"
        guard
            let source = try tables.source(
                of: record.workflow,
                version: record.version,
                in: reader
            )
        else { throw StoreError(.corrupt, "the definition \(key) is missing") }
        let workflow = try Workflow(
            name: record.workflow,
            // A former version acts as the agent of today's.
            agent: program[record.workflow]?.agent ?? "",
            source: source,
            version: record.version
        )
        keep(workflow, as: key)
        return workflow
    }
}
