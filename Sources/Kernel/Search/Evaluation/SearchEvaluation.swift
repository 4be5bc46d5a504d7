public import Core
public import Store

/// Asks all questions of a judged collection and measures the answers.
public struct SearchEvaluation: Sendable {
    /// What was measured.
    public struct Report: Sendable {
        /// The order that was asked for.
        public var mode: SearchQuery.Mode
        /// How many documents there are.
        public var documents: Int
        /// How many questions were asked: those that have judgements.
        public var queries: Int
        /// Means over the questions.
        public var ndcgAt10, recallAt10, recallAt100: Double
        /// Milliseconds from a question's text to its answer's documents.
        public var p50Millis, p99Millis: Double
        /// Seconds to put the documents into the index.
        public var indexSeconds: Double
        /// Who made the vectors; nil where there are none.
        public var embedder: String?

        /// The wire form.
        public var json: JSON {
            [
                "mode": .string(mode.rawValue), "documents": .int(documents),
                "queries": .int(queries), "nDCG@10": .double(Self.rounded(ndcgAt10)),
                "recall@10": .double(Self.rounded(recallAt10)),
                "recall@100": .double(Self.rounded(recallAt100)),
                "p50Millis": .double(Self.rounded(p50Millis)),
                "p99Millis": .double(Self.rounded(p99Millis)),
                "indexSeconds": .double(Self.rounded(indexSeconds)),
                "embedder": .optional(embedder),
            ]
        }

        private static func rounded(_ value: Double) -> Double {
            (value * 10_000).rounded() / 10_000
        }
    }

    /// How many documents are put in at a time.
    private static let batch = 512

    private let store: SearchStore
    private let database: any Database
    private let scope: Scope
    private let uptime: @Sendable () -> Duration

    /// An evaluation on a database that has the tables of ``SearchTables``.
    ///
    /// - Parameters:
    ///   - store: what is measured.
    ///   - database: where the documents are put.
    ///   - scope: whose they are.
    ///   - uptime: a steady clock, for latencies.
    public init(
        store: SearchStore,
        database: any Database,
        scope: Scope,
        uptime: @escaping @Sendable () -> Duration
    ) {
        self.store = store
        self.database = database
        self.scope = scope
        self.uptime = uptime
    }

    /// Puts the documents into a collection, asks every question, and measures.
    ///
    /// As in BEIR, a document with the id of the question does not count as an answer to it.
    ///
    /// - Throws: `StoreError`, or what the embedder throws.
    public func run(_ judged: JudgedCollection, mode: SearchQuery.Mode) async throws -> Report {
        let collection = "evaluation"
        let began = uptime()
        for batch in judged.documents.chunked(by: Self.batch) {
            let prepared = try await store.prepare(
                batch,
                scope: scope,
                embedding: mode != .bm25
            )
            try await database.transaction { [store, scope] transaction in
                try store.put(prepared, into: collection, scope: scope, in: transaction)
            }
        }
        let indexed = uptime()
        var sums = (ndcg: 0.0, recall10: 0.0, recall100: 0.0)
        var latencies: [Double] = []
        // What is read once and held is read before the first question is timed.
        for question in judged.questions.prefix(3) { _ = try await ask(question, mode) }
        for question in judged.questions {
            let start = uptime()
            let answer = try await ask(question, mode)
            latencies.append((uptime() - start).seconds * 1_000)
            let ranked = answer.hits.map(\.document.id).filter { $0 != question.id }
            sums.ndcg += RetrievalMeasures.ndcg(ranked, question.judgements, at: 10)
            sums.recall10 += RetrievalMeasures.recall(ranked, question.judgements, at: 10)
            sums.recall100 += RetrievalMeasures.recall(ranked, question.judgements, at: 100)
        }
        let count = Double(judged.questions.count)
        return Report(
            mode: mode,
            documents: judged.documents.count,
            queries: judged.questions.count,
            ndcgAt10: sums.ndcg / count,
            recallAt10: sums.recall10 / count,
            recallAt100: sums.recall100 / count,
            p50Millis: RetrievalMeasures.quantile(latencies, 0.5),
            p99Millis: RetrievalMeasures.quantile(latencies, 0.99),
            indexSeconds: (indexed - began).seconds,
            embedder: mode == .bm25 ? nil : try await store.embedder(for: scope).name
        )

        func ask(
            _ question: JudgedCollection.Question,
            _ mode: SearchQuery.Mode
        ) async throws -> SearchAnswer {
            // One more, as the question itself may be among the documents.
            let query = try await store.prepare(
                SearchQuery(question.text, mode: mode, limit: 101),
                scope: scope
            )
            return try await database.read { [store, scope] reader in
                try store.answer(query, from: collection, scope: scope, in: reader)
            }
        }
    }
}
