public import Agents
import Core
import HTTP
import Identity
import Store
public import Workflows

/// Commands and queries about workflows: runs, definitions, schedules, tasks that wait outside.
public struct WorkflowTools: Sendable {
    let kernel: Kernel
    let retention: ExecutionRetention

    /// The tools over a kernel.
    ///
    /// - Parameters:
    ///   - kernel: the rooms.
    ///   - retention: how long runs are kept.
    public init(kernel: Kernel, retention: ExecutionRetention) {
        self.kernel = kernel
        self.retention = retention
    }

    /// Whoever may start and steer runs.
    static let steering: Set<Role> = [.admin, .manager, .planner, .operator]
    /// Whoever may change what runs: definitions and schedules.
    static let authors: Set<Role> = [.admin, .manager]

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] {
        try runs() + steering() + comparisons() + definitions() + aliases() + tasks()
            + schedules() + scheduleChanges() + operations() + ApprovalTools(kernel: kernel).all()
    }

    /// The routes that map to them.
    public static let routes: [ToolRoute] =
        runRoutes + definitionRoutes + taskRoutes + scheduleRoutes + operationRoutes
        + ApprovalTools.routes

    static func text(_ most: Int) -> JSON {
        ["type": "string", "minLength": 1, "maxLength": .int(most)]
    }

    static let reason = text(1_000)

    /// The id in a member; anything else is answered like an id that does not exist.
    static func id<Subject>(
        _ input: JSONReader,
        _ noun: String,
        key: String = "id"
    ) throws -> ID<Subject> {
        let text = try input.member(key).string()
        guard let id = ID<Subject>(text) else { throw PlatformTools.missing(noun, text) }
        return id
    }

    /// A tool that changes a run, and an event that tells of it.
    func command(
        _ name: String,
        _ purpose: String,
        _ fields: [(String, JSON)] = [],
        optional: Set<String> = [],
        event: String,
        _ body:
            @escaping @Sendable (
                WorkflowEngine, ID<Execution>, JSONReader, Invocation, any Transaction
            ) throws -> Void
    ) throws -> Tool {
        try Tool(
            name: name,
            purpose: purpose,
            input: Shape.record(nil, [("id", Self.text(60))] + fields, optional: optional),
            output: ExecutionShapes.summary,
            roles: Self.steering,
            body: .write { [kernel] input, invocation in
                let engine = try kernel.workflows.engine()
                let id: ID<Execution> = try Self.id(input, "run")
                return { transaction in
                    try body(engine, id, input, invocation, transaction)
                    try kernel.emit(
                        event,
                        about: "execution:\(id)",
                        ["executionId": id.json, "reason": input.value["reason"] ?? .null],
                        by: invocation,
                        in: transaction
                    )
                    let found = try ExecutionTables().summary(
                        id,
                        scope: invocation.scope,
                        in: transaction
                    )
                    guard let found else { throw PlatformTools.missing("run", id.description) }
                    return found
                }
            }
        )
    }

    /// A tool that changes a run in a way that needs no more words, and an event that tells of it.
    func command(
        _ name: String,
        _ purpose: String,
        event: String,
        _ body:
            @escaping @Sendable (WorkflowEngine) -> (
                ID<Execution>, Scope, any Transaction
            ) throws -> Void
    ) throws -> Tool {
        try command(name, purpose, event: event) { engine, id, _, invocation, transaction in
            try body(engine)(id, invocation.scope, transaction)
        }
    }
}
