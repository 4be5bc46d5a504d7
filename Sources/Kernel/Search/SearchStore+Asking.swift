public import Core
public import Store

extension SearchStore {
    /// How many different terms of a question are looked up.
    private static let mostTerms = 512

    /// What lexical vectors must have in common to be near each other in hybrid search.
    ///
    /// Some three times what hashes have by chance in 1,024 dimensions (1/√1024 = 0.03).
    private static let leastCosine: Float = 0.1

    /// Makes terms and, where the mode needs it, the vector of a question.
    ///
    /// In hybrid search an embedder that fails leaves the words alone.
    ///
    /// - Parameters:
    ///   - query: the question.
    ///   - scope: who asks.
    /// - Returns: the question, ready.
    /// - Throws: `SearchError` of code `invalid-query`; in vector search what the embedder throws.
    public func prepare(_ query: SearchQuery, scope: Scope) async throws -> PreparedQuery {
        try query.check()
        var terms: [String: Int] = [:]
        for term in analyser.terms(query.text)
        where terms[term] != nil || terms.count < Self.mostTerms { terms[term, default: 0] += 1 }
        var vector: [Float]?
        var embedder: (any Embedder)?
        switch query.mode {
        case .bm25: break
        case .vector:
            let chosen = try await self.embedder(for: scope)
            vector = try await chosen.embed([query.text]).first.flatMap {
                Self.checked($0, of: chosen)
            }
            embedder = chosen
        case .hybrid:
            if let chosen = try? await self.embedder(for: scope) {
                vector = (try? await chosen.embed([query.text]))?.first.flatMap {
                    Self.checked($0, of: chosen)
                }
                embedder = chosen
            }
        }
        return PreparedQuery(
            query: query,
            terms: terms,
            vector: vector,
            embedder: embedder.map(EmbedderMark.init),
            isLexical: embedder?.isLexical ?? false,
            weight: embedder.map(weight) ?? 1
        )
    }

    /// Answers a question from one state of the store.
    ///
    /// - Parameters:
    ///   - prepared: the question.
    ///   - collection: where to look; one that has no documents answers nothing.
    ///   - scope: whose collection.
    ///   - reader: the state. In a transaction, what it has changed is found too.
    /// - Returns: the documents, best first.
    /// - Throws: `SearchError` of code `embedder-changing` in vector search; `StoreError`.
    public func answer(
        _ prepared: PreparedQuery,
        from collection: String,
        scope: Scope,
        in reader: any Reader
    ) throws -> SearchAnswer {
        let query = prepared.query
        guard let index = try IndexRow.find(collection, scope.organisation, in: reader) else {
            return SearchAnswer(hits: [], total: 0, facets: [:])
        }
        let allowed = try NumberSet.fulfilling(query.filters, of: index.id, in: reader)
        let isOurs = index.mark == prepared.embedder
        if query.mode == .vector, !isOurs {
            throw SearchError(
                .embedderChanging,
                "the vectors of \"\(collection)\" are being made anew; ask by words meanwhile"
            )
        }
        let depth = max(query.limit, Self.fusedDepth)
        var words = WordRanking()
        if query.mode != .vector || !query.facets.isEmpty {
            words = try WordRanking(
                prepared.terms,
                of: index,
                among: allowed,
                limit: query.mode == .hybrid ? depth : query.limit,
                in: reader
            )
        }
        var nearest: [(score: Double, number: Int64)] = []
        if query.mode != .bm25, isOurs, let vector = prepared.vector {
            nearest = try cache.nearest(
                to: vector,
                of: index,
                weighing: prepared.isLexical,
                atLeast: query.mode == .hybrid && prepared.isLexical ? Self.leastCosine : 0,
                limit: query.mode == .hybrid ? depth : query.limit,
                in: reader
            ) { number in allowed?.contains(number) ?? true }
        }
        let ranked = rank(query.mode, words.ranked, nearest, prepared.weight)
        let documents = try documents(
            ranked.prefix(query.limit).map(\.number),
            of: index.id,
            in: reader
        )
        let wordPlaces = Self.places(words.ranked)
        let vectorPlaces = Self.places(nearest)
        return SearchAnswer(
            hits: ranked.prefix(query.limit).compactMap { entry in
                documents[entry.number].map { document in
                    SearchHit(
                        document: document,
                        score: entry.score,
                        wordRank: query.mode == .vector ? nil : wordPlaces[entry.number],
                        vectorRank: vectorPlaces[entry.number]
                    )
                }
            },
            total: query.mode == .vector
                ? allowed?.count ?? Int(index.documents) : words.matches.count,
            facets: try facets(
                query.facets,
                of: index.id,
                among: query.mode == .vector ? allowed : words.matches,
                in: reader
            )
        )
    }

    private func rank(
        _ mode: SearchQuery.Mode,
        _ words: [(score: Double, number: Int64)],
        _ nearest: [(score: Double, number: Int64)],
        _ weight: Double
    ) -> [(score: Double, number: Int64)] {
        switch mode {
        case .bm25: words
        case .vector: nearest
        case .hybrid:
            RankFusion().fuse([
                (documents: words.prefix(Self.fusedDepth).map(\.number), weight: 1),
                (documents: nearest.prefix(Self.fusedDepth).map(\.number), weight: weight),
            ]).map { (score: $0.score, number: $0.document) }
        }
    }

    private static func places(_ ranked: [(score: Double, number: Int64)]) -> [Int64: Int] {
        Dictionary(
            ranked.enumerated().map { ($0.element.number, $0.offset + 1) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    private func documents(
        _ numbers: [Int64],
        of index: Int64,
        in reader: any Reader
    ) throws -> [Int64: SearchDocument] {
        var found: [Int64: SearchDocument] = [:]
        for chunk in numbers.chunked(by: 128) {
            try reader.forEach(
                """
                SELECT number, id, title, body, fields, person FROM search_document
                WHERE index_id = ? AND number IN (\(SQLList.marks(chunk.count)))
                """,
                [.int(index)] + SQLList.padded(chunk.map { .int($0) })
            ) { row in
                let person = try row.text(5)
                found[try row.int(0)] = SearchDocument(
                    id: try row.text(1),
                    title: try row.text(2),
                    body: try row.text(3),
                    fields: try row.json(4).object ?? [:],
                    person: person.isEmpty ? nil : person
                )
            }
        }
        return found
    }

    private func facets(
        _ names: [String],
        of index: Int64,
        among matches: NumberSet?,
        in reader: any Reader
    ) throws -> [String: [(value: String, count: Int)]] {
        var facets: [String: [(value: String, count: Int)]] = [:]
        for name in names {
            var counts: [String: Int] = [:]
            try reader.forEach(
                "SELECT value, number FROM search_field WHERE index_id = ? AND name = ?",
                [.int(index), .text(name)]
            ) { row in
                if try matches?.contains(row.int(1)) ?? true {
                    counts[try row.text(0), default: 0] += 1
                }
            }
            facets[name] = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(20)
                .map { (value: $0.key, count: $0.value) }
        }
        return facets
    }
}
