public import Core
import Privacy
import Search
public import Store

/// A fact as somebody tells it.
public struct FactDraft: Sendable {
    /// What it is about; 1 to 200 letters.
    public var subject: String
    /// Which property it tells; empty for none.
    public var attribute: String
    /// What is true; 1 to 2,000 letters.
    public var statement: String
    /// How sure it is, 0…1.
    public var confidence: Double
    /// From when it is true.
    public var validFrom: Timestamp
    /// Until when; nil while no end is known.
    public var validUntil: Timestamp?
    /// Where it comes from.
    public var provenance: FactProvenance

    /// A draft.
    ///
    /// - Throws: a fault of code `invalid-validity` when it would end before it begins.
    public init(
        subject: String,
        attribute: String = "",
        statement: String,
        confidence: Double,
        validFrom: Timestamp,
        validUntil: Timestamp? = nil,
        provenance: FactProvenance
    ) throws(GeneralFault) {
        if let validUntil, validUntil <= validFrom {
            throw GeneralFault(
                .invalid,
                code: "invalid-validity",
                "validUntil must be after validFrom, \(validFrom)",
                pointer: "/validUntil"
            )
        }
        self.subject = subject
        self.attribute = attribute
        self.statement = statement
        self.confidence = confidence
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.provenance = provenance
    }
}

/// A draft with the terms and the vector of its statement.
public struct PreparedFact: Sendable {
    /// The draft.
    public let draft: FactDraft
    let document: PreparedDocument
}

/// What remembering came to.
public struct RememberedFact: Sendable {
    /// How a fact is known afterwards.
    public enum Outcome: String, Sendable, CaseIterable {
        /// As a new fact.
        case recorded
        /// As a part of one that was known.
        case merged
        /// As it was known before.
        case unchanged
        /// As its own new revision.
        case changed
    }

    /// The fact as it is known now.
    public var fact: Fact
    /// How.
    public var outcome: Outcome
    /// Facts that it contradicts: their validity has ended.
    public var ended: [ID<Fact>]
}

extension FactStore {
    /// Makes terms and vector of a draft, before the transaction that remembers it.
    ///
    /// - Parameters:
    ///   - draft: what is told.
    ///   - scope: whose memory.
    /// - Returns: the draft, ready.
    /// - Throws: `SearchError` of code `invalid-document`.
    public func prepare(_ draft: FactDraft, scope: Scope) async throws -> PreparedFact {
        let document = SearchDocument(
            id: "draft",
            title: draft.attribute,
            body: draft.statement,
            person: person(draft.subject)?.description
        )
        guard let prepared = try await search.prepare([document], scope: scope).first else {
            throw SearchError(.invalidDocument, "the statement could not be prepared")
        }
        return PreparedFact(draft: draft, document: prepared)
    }

    /// Adds what is told to what is known: see ``FactConsolidation``.
    ///
    /// - Parameters:
    ///   - prepared: what is told.
    ///   - now: when it is recorded.
    ///   - scope: whose memory.
    ///   - transaction: the caller's.
    /// - Returns: the fact as it is known now.
    /// - Throws: faults of code `person-erased` and `too-many-facts`; `StoreError`.
    public func remember(
        _ prepared: PreparedFact,
        at now: Timestamp,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> RememberedFact {
        let draft = prepared.draft
        try refuseErased(draft.subject, scope, in: transaction)
        let fact = Self.fact(draft, id: ids.next(), revision: 1, at: now)
        let known = try known(like: fact, scope, in: transaction)
        let result = FactConsolidation(adding: fact, to: known)
        var kept = result.fact
        guard result.isChanged else {
            return RememberedFact(fact: kept, outcome: .unchanged, ended: [])
        }
        try apply(result, at: now, scope, in: transaction)
        if result.isNew {
            try insert(kept, scope: scope, in: transaction)
            try put(prepared, kept, scope, in: transaction)
        } else {
            kept = try revise(kept, at: now, scope, in: transaction)
        }
        return RememberedFact(
            fact: kept,
            outcome: result.isNew ? .recorded : .merged,
            ended: result.ended.map(\.id)
        )
    }

    /// Corrects a fact: what it says now takes the place of what it said, and is consolidated anew.
    ///
    /// - Parameters:
    ///   - id: which.
    ///   - prepared: what it is to say; its subject must be the fact's.
    ///   - expected: which revision the caller means; nil for any.
    ///   - now: when it is recorded.
    ///   - scope: whose memory.
    ///   - transaction: the caller's.
    /// - Returns: the fact as it is known now.
    /// - Throws: faults of code `fact-not-found`, `version-mismatch`, `subject-differs`, `person-erased`;
    ///   `StoreError`.
    public func correct(
        _ id: ID<Fact>,
        to prepared: PreparedFact,
        expected: ExpectedVersion?,
        at now: Timestamp,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> RememberedFact {
        let draft = prepared.draft
        let before = try present(id, scope: scope, in: transaction)
        try expected?.check(before.revision, of: "the fact \(id)")
        guard before.subject == draft.subject else {
            throw GeneralFault(
                .invalid,
                code: "subject-differs",
                "the fact is about \"\(before.subject)\"; note one about something else anew",
                pointer: "/subject"
            )
        }
        try refuseErased(draft.subject, scope, in: transaction)
        var fact = Self.fact(draft, id: id, revision: before.revision + 1, at: now)
        fact.provenance = before.provenance.filter { !$0.isSame(as: draft.provenance) }
        fact.provenance.append(draft.provenance)
        let known = try known(like: fact, scope, in: transaction).filter { $0.id != id }
        let result = FactConsolidation(adding: fact, to: known, keepingNew: true)
        try end(id, at: now, scope: scope, in: transaction)
        try apply(result, at: now, scope, in: transaction)
        try insert(result.fact, scope: scope, in: transaction)
        try put(prepared, result.fact, scope, in: transaction)
        return RememberedFact(
            fact: result.fact,
            outcome: .changed,
            ended: result.ended.map(\.id)
        )
    }

    private static func fact(
        _ draft: FactDraft,
        id: ID<Fact>,
        revision: Int,
        at now: Timestamp
    ) -> Fact {
        Fact(
            id: id,
            revision: revision,
            subject: draft.subject,
            attribute: draft.attribute,
            statement: draft.statement,
            confidence: draft.confidence,
            validFrom: draft.validFrom,
            validUntil: draft.validUntil,
            recordedAt: now,
            provenance: [draft.provenance]
        )
    }

    private func refuseErased(
        _ subject: String,
        _ scope: Scope,
        in reader: any Reader
    ) throws {
        guard let person = person(subject),
            try privacy?.keys.record(of: person, scope: scope, in: reader)?.erasedAt != nil
        else { return }
        throw GeneralFault(
            .conflict,
            code: "person-erased",
            "the person was erased; nothing can be remembered of them",
            pointer: "/subject"
        )
    }

    /// The present facts that a new one meets.
    private func known(
        like fact: Fact,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> [Fact] {
        var rows = RowFilter(
            "organisation = ? AND subject = ? AND attribute = ? AND recorded_until IS NULL",
            [.id(scope.organisation), .text(fact.subject), .text(fact.attribute)]
        )
        if fact.attribute.isEmpty {
            rows.add("statement_key = ?", .text(Fact.key(of: fact.statement)))
        }
        let known = try reader.query(
            """
            SELECT \(Self.columns) FROM memory_fact WHERE \(rows.sql)
            ORDER BY valid_from, id LIMIT \(Self.mostOfAttribute)
            """,
            rows.parameters,
            Self.fact
        )
        guard known.count < Self.mostOfAttribute else {
            throw GeneralFault(
                .conflict,
                code: "too-many-facts",
                "\"\(fact.attribute)\" of \"\(fact.subject)\" has \(known.count) facts already",
                pointer: "/attribute"
            )
        }
        return known
    }

    /// Ends and merges the other facts.
    private func apply(
        _ result: FactConsolidation,
        at now: Timestamp,
        _ scope: Scope,
        in transaction: any Transaction
    ) throws {
        for fact in result.ended { _ = try revise(fact, at: now, scope, in: transaction) }
        for fact in result.merged {
            try end(
                fact.id,
                at: now,
                supersededBy: fact.supersededBy,
                scope: scope,
                in: transaction
            )
        }
        try search.remove(
            result.merged.map(\.id.description),
            from: Self.collection,
            scope: scope,
            in: transaction
        )
    }

    /// Records a new revision of a fact whose statement stays.
    private func revise(
        _ fact: Fact,
        at now: Timestamp,
        _ scope: Scope,
        in transaction: any Transaction
    ) throws -> Fact {
        var fact = fact
        try end(fact.id, at: now, scope: scope, in: transaction)
        fact.revision += 1
        fact.recordedAt = now
        fact.recordedUntil = nil
        try insert(fact, scope: scope, in: transaction)
        try search.setFields(
            [fact.id.description: fields(of: fact)],
            in: Self.collection,
            scope: scope,
            in: transaction
        )
        return fact
    }

    private func put(
        _ prepared: PreparedFact,
        _ fact: Fact,
        _ scope: Scope,
        in transaction: any Transaction
    ) throws {
        let document = try prepared.document.with(
            id: fact.id.description,
            fields: fields(of: fact)
        )
        try search.put([document], into: Self.collection, scope: scope, in: transaction)
    }
}
