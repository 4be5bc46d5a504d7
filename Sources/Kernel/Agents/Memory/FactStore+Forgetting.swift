public import Core
public import Privacy
public import Search
public import Store

extension FactStore {
    /// Removes facts wholly: every revision, the document, its words and its vector, in one transaction.
    ///
    /// - Parameters:
    ///   - facts: which; those that are not there are left out.
    ///   - reason: why, for the receipt; must not say what the facts say.
    ///   - now: the moment.
    ///   - scope: whose memory, and who does it.
    ///   - transaction: the caller's, which keeps the receipt too.
    /// - Returns: what was removed; nil when nothing was there, and then nothing is kept.
    /// - Throws: `StoreError`, `VaultError`.
    public func forget(
        _ facts: [ID<Fact>],
        reason: String,
        at now: Timestamp,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> FactReceipt? {
        var gone: [ID<Fact>] = []
        var revisions = 0
        for id in facts {
            let count = try transaction.executeCounting(
                "DELETE FROM memory_fact WHERE organisation = ? AND id = ?",
                [.id(scope.organisation), .id(id)]
            )
            guard count > 0 else { continue }
            gone.append(id)
            revisions += count
        }
        guard !gone.isEmpty else { return nil }
        let removed = try search.remove(
            gone.map(\.description),
            from: Self.collection,
            scope: scope,
            in: transaction
        )
        let receipt = FactReceipt(
            id: ids.next(),
            at: now,
            actor: scope.actor,
            reason: reason,
            facts: gone,
            revisions: revisions,
            documents: removed.documents,
            postings: removed.postings,
            vectors: removed.vectors
        )
        try transaction.execute(
            "INSERT INTO memory_receipt (organisation, id, at, hash, body) VALUES (?, ?, ?, ?, ?)",
            [
                .id(scope.organisation), .id(receipt.id), .time(now), .text(try receipt.hash()),
                .json(try receipt.json()),
            ]
        )
        return receipt
    }

    /// The fact that is known now and says what another says: the one that it was merged into, or itself.
    ///
    /// - Throws: faults of code `fact-not-found`, and `fact-merged` when what it was merged into was corrected
    ///   since and says something else now: it names that one, whose revisions still have the words.
    public func survivor(
        of id: ID<Fact>,
        scope: Scope,
        in reader: any Reader
    ) throws -> ID<Fact> {
        var seen: Set<ID<Fact>> = []
        var last = try newest(id, scope, in: reader)
        let key = Fact.key(of: last.statement)
        while last.recordedUntil != nil, let next = last.supersededBy, seen.insert(last.id).inserted
        {
            // What took its place may have been forgotten already.
            guard let found = try newestIfAny(next, scope, in: reader) else { break }
            last = found
        }
        guard Fact.key(of: last.statement) == key else {
            throw GeneralFault(
                .conflict,
                code: "fact-merged",
                "it was merged into the fact \(last.id), which says something else by now: forget that one",
                details: ["factId": last.id.json]
            )
        }
        return last.id
    }

    private func newest(
        _ id: ID<Fact>,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> Fact {
        guard let fact = try newestIfAny(id, scope, in: reader) else {
            throw Self.missing(id.description)
        }
        return fact
    }

    private func newestIfAny(
        _ id: ID<Fact>,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> Fact? {
        try reader.first(
            """
            SELECT \(Self.columns) FROM memory_fact WHERE organisation = ? AND id = ?
            ORDER BY revision DESC LIMIT 1
            """,
            [.id(scope.organisation), .id(id)],
            Self.fact
        )
    }

    /// A fact and all that were merged into it, which say what it says.
    ///
    /// - Throws: `StoreError`.
    public func merged(
        into id: ID<Fact>,
        scope: Scope,
        in reader: any Reader
    ) throws -> [ID<Fact>] {
        var all = [id]
        var next = 0
        while next < all.count {
            let found = try reader.query(
                """
                SELECT DISTINCT id FROM memory_fact AS one
                WHERE organisation = ? AND superseded_by = ? AND NOT EXISTS (
                    SELECT 1 FROM memory_fact AS present
                    WHERE present.organisation = one.organisation AND present.id = one.id
                        AND present.recorded_until IS NULL)
                """,
                [.id(scope.organisation), .id(all[next])]
            ) { try $0.id(0, Fact.self) }
            all += found.filter { !all.contains($0) }
            next += 1
        }
        return all
    }

    /// What receipts can be sorted by.
    public static let receiptColumns: [ListQuery.Column] = [.init("at", "at", isNumber: true)]

    /// One page of receipts, as they were given.
    ///
    /// - Returns: the receipts, and the next cursor.
    /// - Throws: `StoreError`.
    public func receipts(
        _ query: ListQuery,
        scope: Scope,
        in reader: any Reader
    ) throws -> (items: [JSON], next: JSON) {
        try query.page(
            "body",
            count: 1,
            of: "memory_receipt",
            where: RowFilter("organisation = ?", [.id(scope.organisation)]),
            in: reader
        ) { try $0.json(0) }
    }
}

/// What is remembered about persons, for their export and their erasure.
public struct FactPersonHolder: PersonHolder {
    private let store: FactStore

    /// The holder over a store.
    public init(_ store: FactStore) { self.store = store }

    /// `memory`.
    public var name: String { "memory" }

    /// Every revision of every fact about the person.
    ///
    /// - Throws: `StoreError`.
    public func export(
        _ subject: DataSubject,
        scope: Scope,
        in reader: any Reader
    ) throws -> JSON? {
        let facts = try reader.query(
            """
            SELECT \(FactStore.columns) FROM memory_fact WHERE organisation = ? AND subject = ?
            ORDER BY recorded_at, id, revision
            """,
            [.id(scope.organisation), .text(subject.description)],
            FactStore.fact
        )
        return facts.isEmpty ? nil : ["facts": .array(facts.map(\.json))]
    }

    /// Forgets all of them, and keeps a receipt.
    ///
    /// - Throws: `StoreError`, `VaultError`.
    public func erase(
        _ subject: DataSubject,
        scope: Scope,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws -> [(what: String, count: Int)] {
        let ids = try transaction.query(
            "SELECT DISTINCT id FROM memory_fact WHERE organisation = ? AND subject = ?",
            [.id(scope.organisation), .text(subject.description)]
        ) { try $0.id(0, Fact.self) }
        let receipt = try store.forget(
            ids.sorted(),
            reason: "erasure of \(subject)",
            at: now,
            scope: scope,
            in: transaction
        )
        guard let receipt else { return [] }
        return [("facts", receipt.facts.count), ("fact vectors", receipt.vectors)]
    }
}

/// What the indexes hold about persons besides their facts: documents made of records.
public struct SearchPersonHolder: PersonHolder {
    private let search: SearchStore

    /// The holder over indexes.
    public init(_ search: SearchStore) { self.search = search }

    /// `search`.
    public var name: String { "search" }

    /// Nothing that is not elsewhere: documents are made of records.
    public func export(
        _ subject: DataSubject,
        scope: Scope,
        in reader: any Reader
    ) throws -> JSON? { nil }

    /// Removes all documents about the person; those of records that stay are made anew of what is left.
    ///
    /// - Throws: `StoreError`.
    public func erase(
        _ subject: DataSubject,
        scope: Scope,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws -> [(what: String, count: Int)] {
        var removed = 0
        let documents = try search.documents(
            about: subject.description,
            scope: scope,
            in: transaction
        )
        for (collection, ids) in documents {
            removed += try search.remove(ids, from: collection, scope: scope, in: transaction)
                .documents
        }
        return [("documents", removed)]
    }
}
