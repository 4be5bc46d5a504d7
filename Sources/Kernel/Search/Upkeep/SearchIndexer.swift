public import Core
public import Store

/// Makes documents of records that changed, and vectors that are missing.
///
/// Several processes may do so on one store: what one of them has done the others leave alone, and a
/// document is put in only if its record was not changed again meanwhile.
public struct SearchIndexer: Service {
    /// How many marks are looked at in one round.
    private static let batch = 256
    /// How long a record that could not be read rests at most before it is tried again.
    private static let longestRest = Duration.seconds(3_600)

    let store: SearchStore
    private let sources: [String: SearchSource]
    let database: any Database
    let clock: any WallClock
    private let interval: Duration
    let patience: Duration
    private let random: any RandomSource
    let report: @Sendable (any Error) -> Void
    /// That there may be documents without a vector.
    let vectorsMissing = Signal()

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

    /// Works until cancelled: words in one task and vectors in another, so that a model that takes its
    /// time delays vectors alone.
    ///
    /// - Parameter ready: called at once.
    /// - Throws: nothing but cancellation.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        ready()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await followRecords() }
            group.addTask { try await makeVectors() }
            try await group.waitForAll()
        }
    }

    private func followRecords() async {
        while !Task.isCancelled {
            var pause = interval
            do {
                var looked = 0
                while true {
                    let count = try await index()
                    if count == 0 { break }
                    looked += count
                }
                if looked > 0 { vectorsMissing.notify() }
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
        var tries: Int
    }

    private struct Record: Sendable {
        var id: String
        var marks: [Int64]
        var document: SearchDocument?
    }

    /// Makes the documents of the next marks, their words at least; see ``embed()``.
    ///
    /// A record of which none can be made is reported, and tried again later and later: it stops no other.
    ///
    /// - Returns: how many marks were looked at.
    /// - Throws: `StoreError`.
    @discardableResult
    public func index() async throws -> Int {
        let marks = try await database.query(
            """
            SELECT seq, organisation, collection, id, tries FROM search_pending WHERE due_at <= ?
            ORDER BY seq LIMIT \(Self.batch)
            """,
            [.time(clock.now())]
        ) {
            Mark(
                seq: try $0.int(0),
                organisation: try $0.id(1),
                collection: try $0.text(2),
                id: try $0.text(3),
                tries: Int(try $0.int(4))
            )
        }
        for (organisation, marks) in Dictionary(grouping: marks, by: \.organisation) {
            let scope = scope(organisation)
            for (collection, marks) in Dictionary(grouping: marks, by: \.collection) {
                do {
                    try await index(marks, of: collection, scope)
                } catch {
                    if Task.isCancelled { throw error }
                    try await indexSingly(marks, of: collection, scope)
                }
            }
        }
        return marks.count
    }

    /// Each record by itself, where one of them spoils what is made of all.
    private func indexSingly(
        _ marks: [Mark],
        of collection: String,
        _ scope: Scope
    ) async throws {
        let records = Dictionary(grouping: marks, by: \.id).sorted { $0.key < $1.key }
        for (id, marks) in records {
            do {
                try await index(marks, of: collection, scope)
            } catch {
                if Task.isCancelled { throw error }
                let tries = (marks.map(\.tries).max() ?? 0) + 1
                report(UnreadableRecord(collection: collection, id: id, tries: tries, cause: error))
                let rest = min(Self.longestRest, patience * (1 << min(tries - 1, 16)))
                let due = clock.now() + rest
                try await database.transaction { transaction in
                    for mark in marks {
                        try transaction.execute(
                            "UPDATE search_pending SET tries = ?, due_at = ? WHERE seq = ?",
                            [.int(tries), .time(due), .int(mark.seq)]
                        )
                    }
                }
            }
        }
    }

    private func index(_ marks: [Mark], of collection: String, _ scope: Scope) async throws {
        let byID = Dictionary(grouping: marks, by: \.id).sorted { $0.key < $1.key }
        let source = sources[collection]
        let records = try await database.read { reader in
            try byID.map { id, marks in
                Record(
                    id: id,
                    marks: marks.map(\.seq),
                    document: try source?.document(id, scope, reader)
                )
            }
        }
        // Nobody waits for a model here; what says what it said keeps its vector, which may have cost money.
        let prepared = try await store.prepareWords(records.compactMap(\.document), scope: scope)
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
        guard taken == record.marks.count, let last = record.marks.max() else { return false }
        // One of before that rests, as nothing could be made of it then.
        try transaction.execute(
            """
            DELETE FROM search_pending
            WHERE organisation = ? AND collection = ? AND id = ? AND seq < ?
            """,
            [.id(scope.organisation), .text(collection), .text(record.id), .int(last)]
        )
        return try !transaction.exists(
            """
            SELECT 1 FROM search_pending
            WHERE organisation = ? AND collection = ? AND id = ? LIMIT 1
            """,
            [.id(scope.organisation), .text(collection), .text(record.id)]
        )
    }

    func scope(_ organisation: ID<Organisation>) -> Scope {
        Scope(
            organisation: organisation,
            actor: Actor(id: ID(high: 0, low: 0), kind: .service, name: "search"),
            roles: [],
            trace: TraceContext(random: random)
        )
    }
}

/// A record of which no document could be made.
struct UnreadableRecord: Error, CustomStringConvertible {
    var collection: String
    var id: String
    var tries: Int
    var cause: any Error

    var description: String {
        "no document could be made of \(collection) \(id), tried \(tries) times: \(cause)"
    }
}
