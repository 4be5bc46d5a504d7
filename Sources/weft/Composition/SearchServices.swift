import Agents
import Core
import Identity
import Models
import Observability
import Platform
import Privacy
import Search

/// Search and memory, composed: one set of indexes, what makes its documents, and what is remembered.
struct SearchServices {
    let store: SearchStore
    let facts: FactTools
    private let kernel: Kernel
    private let sources: [SearchSource]

    /// The rooms over a kernel.
    ///
    /// - Parameters:
    ///   - kernel: the records.
    ///   - parts: what solutions bring to be found.
    ///   - solutions: say which subjects are persons.
    ///   - audit: keeps who forgot what.
    ///   - models: make the vectors of organisations that have configured one for embeddings.
    init(
        _ kernel: Kernel,
        parts: [SolutionParts],
        _ solutions: [any Solution],
        audit: AuditLog,
        models: ModelRoom
    ) {
        self.kernel = kernel
        let embedders = ModelEmbedders(
            gateway: models.gateway,
            models: models.models,
            database: kernel.database
        )
        store = SearchStore { try await embedders.choose($0) }
        facts = FactTools(
            facts: FactStore(
                search: store,
                privacy: kernel.privacy,
                personKinds: Set(solutions.flatMap(\.personalData).flatMap(\.kinds)),
                ids: kernel.ids
            ),
            database: kernel.database,
            journal: kernel.journal,
            audit: audit
        ) { type, subject, data, invocation, transaction in
            try kernel.emit(type, about: subject, data, by: invocation, in: transaction)
        }
        sources = parts.flatMap(\.searchSources) + [DecisionSource.source(kernel.journal)]
    }

    static let routes = SearchTools.routes + FactTools.routes

    func tools() throws -> [Tool] {
        try SearchTools(store, sources: sources + [facts.source], database: kernel.database).all()
            + facts.all()
    }

    /// Notes, in the transaction that records a decision, that it is to be found.
    static let markDecision: AgentJournal.Recorded = { decision, organisation, _, transaction in
        try SearchQueue.mark(
            decision.id.description,
            in: DecisionSource.collection,
            of: organisation,
            transaction: transaction
        )
    }

    /// What the rooms hold about persons.
    var persons: [any PersonHolder] { [FactPersonHolder(facts.facts), SearchPersonHolder(store)] }

    /// Follows what changes.
    var indexer: SearchIndexer {
        let logger = kernel.logger
        return SearchIndexer(
            store,
            sources: sources,
            database: kernel.database,
            clock: kernel.clock
        ) { logger.error("search", ["error": .string(String(describing: $0))]) }
    }
}
