public import Core
public import Store

/// Makes documents of records that changed, and vectors that are missing.
///
/// Several processes may do so on one store: what one of them has done the others leave alone, and a
/// document is put in only if its record was not changed again meanwhile.
public struct SearchIndexer: Service {
    /// How many marks are looked at in one round.
    private static let batch = 256
    /// How many vectors are asked for at once.
    private static let vectorsAtOnce = 64

    let store: SearchStore
    private let sources: [String: SearchSource]
    let database: any Database
    private let clock: any WallClock
    private let interval: Duration
    private let patience: Duration
    private let random: any RandomSource
    private let report: @Sendable (any Error) -> Void

    /// An indexer.
    ///
    /// - Parameters:
    ///   - store: the indexes.
    ///   - sources: what makes documents, by collection; marks of others are dropped.
    ///   - database: the records and the indexes.
    ///   - clock: measures the intervals.
    ///   - interval: between two looks; default 0.5 s.
    ///   - patience: between two tries of what failed, and two looks at missing vectors; default 30 s.
    ///   - random: for the traces of what it does.
    ///   - report: hears of failures; what failed is tried again.
    public init(
        _ store: SearchStore,
        sources: [SearchSource],
        database: any Database,
        clock: any WallClock,
        every interval: Duration = .milliseconds(500),
        patience: Duration = .seconds(30),
        random: any RandomSource = SystemRandom(),
        report: @escaping @Sendable (any Error) -> Void = { _ in }
    ) {
        self.store = store
        self.sources = Dictionary(
            sources.map { ($0.collection, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        self.database = database
        self.clock = clock
        self.interval = interval
        self.patience = patience
        self.random = random
        self.report = report
    }

    /// `search`.
    public var name: String { "search" }

    /// Works until cancelled.
    ///
    /// - Parameter ready: called at once.
    /// - Throws: nothing but cancellation.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        ready()
        var vectorsDue = clock.now()
        while !Task.isCancelled {
            var pause = interval
            do {
                while try await index() > 0 {}
                if clock.now() >= vectorsDue {
                    try await renew()
                    while try await embed() > 0 {}
                    vectorsDue = clock.now() + patience
                }
            } catch {
                if Task.isCancelled { return }
                report(error)
                pause = patience
            }
            do {
                try await clock.sleep(for: pause)
            } catch {
                return
            }
        }
    }

    // MARK: Records

    private struct Mark: Sendable {
        var seq: Int64
        var organisation: ID<Organisation>
        var collection: String
        var id: String
    }

    private struct Record: Sendable {
        var id: String
        var marks: [Int64]
        var document: SearchDocument?
    }

    /// Makes the documents of the next marks.
    ///
    /// - Returns: how many marks were looked at.
    /// - Throws: `StoreError`, or what a source throws.
    @discardableResult
    public func index() async throws -> Int {
        let marks = try await database.query(
            """
            SELECT seq, organisation, collection, id FROM search_pending ORDER BY seq
            LIMIT \(Self.batch)
            """,
            []
        ) {
            Mark(
                seq: try $0.int(0),
                organisation: try $0.id(1),
                collection: try $0.text(2),
                id: try $0.text(3)
            )
        }
        for (organisation, marks) in Dictionary(grouping: marks, by: \.organisation) {
            let scope = scope(organisation)
            for (collection, marks) in Dictionary(grouping: marks, by: \.collection) {
                try await index(marks, of: collection, scope)
            }
        }
        return marks.count
    }

    private func index(_ marks: [Mark], of collection: String, _ scope: Scope) async throws {
        let byID = Dictionary(grouping: marks, by: \.id).sorted { $0.key < $1.key }
        let source = sources[collection]
        let (records, known) = try await database.read { [store] reader in
            let records = try byID.map { id, marks in
                Record(
                    id: id,
                    marks: marks.map(\.seq),
                    document: try source?.document(id, scope, reader)
                )
            }
            return (
                records,
                try store.unchanged(
                    records.compactMap(\.document),
                    in: collection,
                    scope: scope,
                    reader: reader
                )
            )
        }
        // What says what it said keeps its vector, which may have cost money.
        let (kept, changed) = records.compactMap(\.document).reduce(into: ([], [])) {
            (parts: inout ([SearchDocument], [SearchDocument]), document) in
            if known.contains(document.id) {
                parts.0.append(document)
            } else {
                parts.1.append(document)
            }
        }
        let prepared =
            try await store.prepare(changed, scope: scope)
            + store.prepare(kept, scope: scope, embedding: false)
        let documents = Dictionary(
            prepared.map { ($0.document.id, $0) },
            uniquingKeysWith: { _, last in last }
        )
        try await database.transaction { [store] transaction in
            var puts: [PreparedDocument] = []
            var removals: [String] = []
            for record in records where try Self.take(record, collection, scope, in: transaction) {
                if let document = documents[record.id] {
                    puts.append(document)
                } else {
                    removals.append(record.id)
                }
            }
            try store.put(puts, into: collection, scope: scope, in: transaction)
            try store.remove(removals, from: collection, scope: scope, in: transaction)
        }
    }

    /// Takes a record's marks away; false when somebody else did, or the record was changed since.
    private static func take(
        _ record: Record,
        _ collection: String,
        _ scope: Scope,
        in transaction: any Transaction
    ) throws -> Bool {
        var taken = 0
        for mark in record.marks {
            taken += try transaction.executeCounting(
                "DELETE FROM search_pending WHERE seq = ?",
                [.int(mark)]
            )
        }
        guard taken == record.marks.count else { return false }
        return try !transaction.exists(
            """
            SELECT 1 FROM search_pending
            WHERE organisation = ? AND collection = ? AND id = ? LIMIT 1
            """,
            [.id(scope.organisation), .text(collection), .text(record.id)]
        )
    }

    private func scope(_ organisation: ID<Organisation>) -> Scope {
        Scope(
            organisation: organisation,
            actor: Actor(id: ID(high: 0, low: 0), kind: .service, name: "search"),
            roles: [],
            trace: TraceContext(random: random)
        )
    }

    // MARK: Vectors

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

    /// Makes the next vectors that are missing, some of each organisation's.
    ///
    /// - Returns: how many were made.
    /// - Throws: the first of what went wrong, once the others' are made.
    @discardableResult
    public func embed() async throws -> Int {
        let organisations = try await database.query(
            """
            SELECT DISTINCT organisation FROM search_index WHERE EXISTS (
                SELECT 1 FROM search_document
                WHERE search_document.index_id = search_index.id AND has_vector = 0)
            ORDER BY organisation
            """,
            []
        ) { try $0.id(0, Organisation.self) }
        var made = 0
        var failure: (any Error)?
        for organisation in organisations {
            do {
                made += try await embed(of: scope(organisation))
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return made
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
