import Agents
public import Core
public import Intents
public import Store
import Synchronization
import Workflows

/// The intent fabric of an installation, composed: what can be measured, what can be done, who does it.
public struct IntentFabric: Sendable {
    /// Measures predicates.
    public var measurer: Measurer
    /// What solutions propose.
    public var presets: [IntentPreset]
    /// What solutions can do.
    public var remediations: [Remediation]
    /// Finds what nobody has declared.
    public var suggestions: IntentSuggestions
    /// The names of all agents.
    public var agents: [String]
    let wake = IntentWake()

    /// A fabric.
    public init(
        measurer: Measurer,
        presets: [IntentPreset],
        remediations: [Remediation],
        suggestions: IntentSuggestions,
        agents: [String]
    ) {
        self.measurer = measurer
        self.presets = presets
        self.remediations = remediations
        self.suggestions = suggestions
        self.agents = agents
    }

    /// Lets tools wake the Conscience; called once, by whoever composes the program.
    public func bind(_ conscience: Conscience) { wake.bind(conscience) }

    /// Proposes the defaults that an organisation does not have yet.
    ///
    /// - Parameters:
    ///   - kernel: the rooms.
    ///   - scope: the organisation; its actor owns them.
    ///   - transaction: the caller's.
    /// - Returns: how many are new.
    /// - Throws: a fault when a default is broken; `StoreError`.
    @discardableResult
    public func propose(
        on kernel: Kernel,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Int {
        let known = Set(
            try transaction.query(
                "SELECT preset FROM intent WHERE organisation = ? AND preset IS NOT NULL",
                [.id(scope.organisation)]
            ) { try $0.text(0) }
        )
        let now = kernel.clock.now()
        var count = 0
        for preset in presets where !known.contains(preset.name) {
            let intent = Intent(
                id: kernel.ids.next(),
                domain: preset.domain,
                desiredOutcome: preset.desiredOutcome,
                deadline: now + .seconds(preset.days * 86_400),
                cost: preset.cost,
                sensitivity: .public,
                predicate: try Predicate(preset.predicate),
                goal: .maintain,
                priority: preset.priority,
                owner: scope.actor,
                remedies: [],
                status: .proposed,
                preset: preset.name,
                createdBy: scope.actor,
                createdAt: now,
                version: 1
            )
            try IntentStore(scope: scope).add(intent, in: transaction)
            let graph = IntentGraph(scope: scope)
            let node = GraphNode(intent.id)
            if let goal = preset.serves {
                try graph.keepGoal(goal.key, title: goal.title, at: now, in: transaction)
                try graph.draw(
                    GraphEdge(node, .serves, GraphNode(.goal, goal.key)),
                    at: now,
                    in: transaction
                )
            }
            for resource in preset.touches {
                try graph.draw(
                    GraphEdge(node, .touches, GraphNode(.resource, resource)),
                    at: now,
                    in: transaction
                )
            }
            try kernel.emit(
                "intent.proposed",
                about: intent.subject,
                intent.eventData,
                by: Invocation(scope: scope, now: now, key: "presets", ids: kernel.ids),
                in: transaction
            )
            count += 1
        }
        return count
    }
}

/// Lets tools wake what is composed after them.
final class IntentWake: Sendable {
    private let conscience = Mutex<Conscience?>(nil)

    func bind(_ conscience: Conscience) { self.conscience.withLock { $0 = conscience } }

    /// Makes the Conscience of this process look once the transaction is committed, and others' too.
    func afterCommit(of transaction: any Transaction) {
        transaction.announce(Conscience.topic)
        transaction.afterCommit { [self] in conscience.withLock { $0 }?.notify() }
    }
}
