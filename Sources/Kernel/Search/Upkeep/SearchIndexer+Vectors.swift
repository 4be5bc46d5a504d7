public import Core
import Store

/// Vectors that are missing, made in a task of their own.
extension SearchIndexer {
    /// How many vectors are asked for at once.
    private static let vectorsAtOnce = 64
    /// Of how many organisations vectors are asked for side by side.
    private static let organisationsAtOnce = 8

    /// Makes what is missing when it may be, and every while, until cancelled.
    func makeVectors() async throws {
        var renewal: Timestamp?
        var resting: [ID<Organisation>: Timestamp] = [:]
        try await vectorsMissing.forEach(orEvery: patience, clock: clock) {
            do {
                let now = clock.now()
                if renewal.map({ now >= $0 || now + patience < $0 }) ?? true {
                    try await renew()
                    renewal = now + patience
                }
                var made = 1
                while made > 0, !Task.isCancelled {
                    let now = clock.now()
                    resting = resting.filter { $0.value > now && $0.value <= now + patience }
                    let round = try await embedRound(without: Set(resting.keys))
                    for (organisation, failure) in round.failures {
                        report(failure)
                        resting[organisation] = now + patience
                    }
                    made = round.made
                }
            } catch {
                if !Task.isCancelled { report(error) }
            }
        }
    }

    /// Has vectors made anew in the indexes of another embedder, and terms in those of another analyser.
    ///
    /// - Throws: `StoreError`.
    public func renew() async throws {
        let indexes = try await database.query(
            "SELECT id, organisation, embedder, dimensions, analyser FROM search_index ORDER BY id",
            []
        ) { row in
            (
                id: try row.int(0), organisation: try row.id(1, Organisation.self),
                mark: EmbedderMark(name: try row.text(2), dimensions: Int(try row.int(3))),
                analyser: Int(try row.int(4))
            )
        }
        for index in indexes {
            // While it is not known, what there is stays.
            let embedder = try? await store.embedder(for: scope(index.organisation))
            let mark = embedder.map(EmbedderMark.init)
            guard index.analyser != Analyser.version || mark != nil && mark != index.mark else {
                continue
            }
            try await database.transaction { [store] transaction in
                try store.renew(index.id, to: mark, in: transaction)
            }
        }
    }

    /// Makes the next vectors that are missing, a batch of each organisation's.
    ///
    /// - Returns: how many were made.
    /// - Throws: the first of what went wrong, once the others' are made.
    @discardableResult
    public func embed() async throws -> Int {
        let round = try await embedRound(without: [])
        if let failure = round.failures.first?.failure { throw failure }
        return round.made
    }

    private struct EmbeddingRound {
        var made = 0
        var failures: [(organisation: ID<Organisation>, failure: any Error)] = []
    }

    /// One batch of each organisation's, several organisations side by side: each has a model of its own.
    private func embedRound(without resting: Set<ID<Organisation>>) async throws -> EmbeddingRound {
        let organisations = try await database.query(
            """
            SELECT DISTINCT organisation FROM search_index WHERE EXISTS (
                SELECT 1 FROM search_document
                WHERE search_document.index_id = search_index.id AND has_vector = 0)
            ORDER BY organisation
            """,
            []
        ) { try $0.id(0, Organisation.self) }.filter { !resting.contains($0) }
        typealias Batch = (organisation: ID<Organisation>, result: Result<Int, any Error>)
        return await withTaskGroup(of: Batch.self) { group in
            var round = EmbeddingRound()
            func take(_ batch: Batch?) {
                switch batch?.result {
                case .success(let made): round.made += made
                case .failure(let failure):
                    if let batch { round.failures.append((batch.organisation, failure)) }
                case nil: break
                }
            }
            for (index, organisation) in organisations.enumerated() {
                if index >= Self.organisationsAtOnce { take(await group.next()) }
                group.addTask {
                    do {
                        return (organisation, .success(try await embed(of: scope(organisation))))
                    } catch {
                        return (organisation, .failure(error))
                    }
                }
            }
            while let batch = await group.next() { take(batch) }
            return round
        }
    }

    private func embed(of scope: Scope) async throws -> Int {
        let embedder = try await store.embedder(for: scope)
        let mark = EmbedderMark(embedder)
        let waiting = try await database.query(
            """
            SELECT search_document.index_id, search_document.number, search_document.version,
                search_document.id, search_document.title, search_document.body
            FROM search_index JOIN search_document ON search_document.index_id = search_index.id
            WHERE search_index.organisation = ? AND search_index.embedder = ?
                AND search_index.dimensions = ? AND search_document.has_vector = 0
            ORDER BY search_document.index_id, search_document.number
            LIMIT \(Self.vectorsAtOnce)
            """,
            [.id(scope.organisation), .text(mark.name), .int(mark.dimensions)]
        ) { row in
            WaitingVector(
                index: try row.int(0),
                number: try row.int(1),
                version: try row.int(2),
                document: SearchDocument(
                    id: try row.text(3),
                    title: try row.text(4),
                    body: try row.text(5)
                )
            )
        }
        guard !waiting.isEmpty else { return 0 }
        let vectors = try await embedder.embed(
            waiting.map { SearchStore.text(of: $0.document, for: embedder) }
        )
        guard vectors.count == waiting.count else {
            throw SearchError(.embedderChanging, "\(mark.name) answered too few vectors")
        }
        let made = try zip(waiting, vectors).map { waiting, vector in
            guard let vector = SearchStore.checked(vector, of: embedder) else {
                throw SearchError(
                    .embedderChanging,
                    "\(mark.name) answered a vector that is not of its dimensions"
                )
            }
            return (waiting, vector)
        }
        return try await database.transaction { [store] transaction in
            try store.write(made, by: mark, in: transaction)
        }
    }
}

/// A document that has no vector yet.
struct WaitingVector: Sendable {
    var index: Int64
    var number: Int64
    var version: Int64
    var document: SearchDocument
}
