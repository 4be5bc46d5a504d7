public import Agents
import Core
import HTTP
public import Identity
import Intents
import Live
import Store
import Workflows

/// The commands and queries over intents: beacons, graph, remediations, suggestions, report, widgets.
public struct IntentTools: Sendable {
    let kernel: Kernel
    let fabric: IntentFabric
    let effects: IntentEffects
    let audit: AuditLog

    /// The tools over a kernel; `audit` keeps who made and removed widgets, which outsiders see.
    public init(
        kernel: Kernel,
        fabric: IntentFabric,
        effects: IntentEffects,
        audit: AuditLog
    ) {
        self.kernel = kernel
        self.fabric = fabric
        self.effects = effects
        self.audit = audit
    }

    /// Who may look: all members, restricted intents apart.
    static let readers = PlatformTools.members
    /// Who declares and changes.
    static let writers: Set<Role> = [.admin, .manager, .planner, .supervisor]

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] {
        try beacons() + changes() + graph() + remediations() + insights() + widgets()
    }

    /// The routes that map to them.
    public static let routes: [ToolRoute] = [
        ToolRoute(.get, "/api/intents", tool: "intents.list"),
        ToolRoute(
            .post,
            "/api/intents",
            tool: "intents.declare",
            status: .created,
            problems: [.conflict]
        ),
        ToolRoute(.post, "/api/intents/check", tool: "intents.check"),
        ToolRoute(.post, "/api/intents/check-beacon", tool: "intents.check-beacon"),
        ToolRoute(.get, "/api/intents/metrics", tool: "intents.list-metrics"),
        ToolRoute(.get, "/api/intents/report", tool: "intents.report"),
        ToolRoute(.get, "/api/ws_status_report.json", tool: "intents.report"),
        ToolRoute(.get, "/api/intents/graph", tool: "intents.graph"),
        ToolRoute(.get, "/api/intents/graph/path", tool: "intents.find-path"),
        ToolRoute(
            .post,
            "/api/intents/edges",
            tool: "intents.draw-edge",
            status: .created,
            problems: [.conflict]
        ),
        ToolRoute(.delete, "/api/intents/edges", tool: "intents.remove-edge"),
        ToolRoute(.get, "/api/intents/goals", tool: "intents.list-goals"),
        ToolRoute(.post, "/api/intents/goals", tool: "intents.keep-goal"),
        ToolRoute(.get, "/api/intents/remediations", tool: "intents.list-remediations"),
        ToolRoute(.get, "/api/intents/suggestions", tool: "intents.list-suggestions"),
        ToolRoute(
            .post,
            "/api/intents/suggestions/refresh",
            tool: "intents.refresh-suggestions"
        ),
        ToolRoute(
            .post,
            "/api/intents/suggestions/{id}/adopt",
            tool: "intents.adopt-suggestion",
            status: .created,
            problems: [.conflict]
        ),
        ToolRoute(
            .post,
            "/api/intents/suggestions/{id}/dismiss",
            tool: "intents.dismiss-suggestion"
        ),
        ToolRoute(.get, "/api/intents/widgets", tool: "intents.list-widgets"),
        ToolRoute(
            .post,
            "/api/intents/widgets",
            tool: "intents.make-widget",
            status: .created,
            problems: [.conflict]
        ),
        ToolRoute(.delete, "/api/intents/widgets/{id}", tool: "intents.remove-widget"),
        ToolRoute(.get, "/api/intents/{id}", tool: "intents.get"),
        ToolRoute(
            .patch,
            "/api/intents/{id}",
            tool: "intents.change",
            isVersioned: true,
            problems: [.conflict]
        ),
        ToolRoute(
            .post,
            "/api/intents/{id}/open",
            tool: "intents.open",
            isVersioned: true,
            problems: [.conflict]
        ),
        ToolRoute(
            .post,
            "/api/intents/{id}/withdraw",
            tool: "intents.withdraw",
            isVersioned: true,
            problems: [.conflict]
        ),
        ToolRoute(.get, "/api/intents/{id}/evaluations", tool: "intents.list-evaluations"),
    ]

    // MARK: Shared by the tools

    /// The id in a member; anything else is answered like an id that does not exist.
    static func id(_ input: JSONReader) throws -> ID<Intent> {
        let text = try input.member("id").string()
        guard let id = ID<Intent>(text) else { throw IntentStore.missing(text) }
        return id
    }

    /// Looks a predicate's names up, and says what is wrong with it.
    func compiled(
        _ predicate: Predicate,
        hasText: Bool,
        _ invocation: Invocation,
        pointer: String = "/predicate"
    ) async throws -> CompiledPredicate {
        try CompiledPredicate(
            predicate,
            in: try await fabric.measurer.catalogue(of: invocation.scope.organisation),
            pointer: pointer,
            hasText: hasText
        )
    }

    /// The actor of an account of the organisation.
    func owner(_ id: ID<Account>, _ invocation: Invocation) async throws -> Actor {
        do {
            let found = try await kernel.accounts.account(id, scope: invocation.scope)
            return found.actor
        } catch let fault as any Fault where fault.kind == .notFound {
            throw GeneralFault(
                .invalid,
                code: "unknown-owner",
                "there is no account \(id) in the organisation",
                pointer: "/owner"
            )
        }
    }

    /// Refuses workflows that there are not.
    func check(
        _ remedies: [Intent.Remedy],
        _ invocation: Invocation,
        in reader: any Reader
    ) throws {
        let engine = try kernel.workflows.engine()
        for (index, remedy) in remedies.enumerated()
        where try !engine.knows(remedy.workflow, scope: invocation.scope, in: reader) {
            throw GeneralFault(
                .invalid,
                code: "unknown-workflow",
                "there is no workflow \"\(remedy.workflow.prefix(100))\"",
                pointer: "/remedies/\(index)/workflow"
            )
        }
    }

    /// Refuses workflows that are named by somebody who may not start any: naming one lets it start.
    func requireSteering(
        _ remedies: [Intent.Remedy],
        besides known: [Intent.Remedy] = [],
        _ scope: Scope
    ) throws(GeneralFault) {
        let allowed = WorkflowTools.steering
        guard remedies.contains(where: { !known.contains($0) }),
            scope.roles.isDisjoint(with: allowed)
        else { return }
        throw GeneralFault(
            .forbidden,
            code: "forbidden",
            "remedies start workflows, which is for the roles: "
                + allowed.map(\.rawValue).sorted().joined(separator: ", "),
            pointer: "/remedies"
        )
    }

    func emit(
        _ type: String,
        _ intent: Intent,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        try kernel.emit(
            type,
            about: intent.subject,
            intent.eventData,
            by: invocation,
            in: transaction
        )
        fabric.wake.afterCommit(of: transaction)
        let id = intent.id
        transaction.afterCommit { [kernel] in
            kernel.live.changed("intents", organisation: invocation.scope.organisation)
            kernel.live.changed("intents/\(id)", organisation: invocation.scope.organisation)
        }
    }
}
