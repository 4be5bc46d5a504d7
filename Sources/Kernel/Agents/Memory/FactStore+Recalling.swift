public import Core
public import Search
public import Store

/// What is asked of memory.
public struct FactQuestion: Sendable {
    /// Only about this; nil for anything.
    public var subject: String?
    /// Only this property; nil for any.
    public var attribute: String?
    /// Only what this agent or person has noted.
    public var agent: String?
    /// Only what is true at this moment; nil for any time.
    public var validAt: Timestamp?
    /// Only what was known at this moment, as it was known then; nil for what is known now.
    ///
    /// For lists; the index has what is known now.
    public var knownAt: Timestamp?
    /// Only what is at least so sure.
    public var confidence: Double?
    /// Whether facts about persons are left out unless ``subject`` is the person.
    public var leavesOutPersons = false

    /// A question about everything.
    public init() {}
}

extension FactStore {
    /// What facts can be sorted by.
    public static let sortable: [ListQuery.Column] = [
        .init("recordedAt", "recorded_at", isNumber: true),
        .init("validFrom", "valid_from", isNumber: true), .init("subject", "subject"),
    ]

    /// One page of facts.
    ///
    /// - Returns: the facts, and the next cursor.
    /// - Throws: `StoreError`.
    public func page(
        _ question: FactQuestion,
        _ query: ListQuery,
        scope: Scope,
        in reader: any Reader
    ) throws -> (items: [Fact], next: JSON) {
        var rows = RowFilter("organisation = ?", [.id(scope.organisation)])
        if let known = question.knownAt {
            rows.add(
                "recorded_at <= ? AND (recorded_until IS NULL OR recorded_until > ?)",
                ifAny: .time(known)
            )
        } else {
            rows.add("recorded_until IS NULL")
        }
        rows.add("subject = ?", ifAny: .text(question.subject))
        rows.add("attribute = ?", ifAny: .text(question.attribute))
        rows.add(
            "valid_from <= ? AND (valid_until IS NULL OR valid_until > ?)",
            ifAny: .time(question.validAt)
        )
        if let confidence = question.confidence { rows.add("confidence >= ?", .double(confidence)) }
        if let agent = question.agent {
            // As the provenance's JSON has it; what a member's value could look like is quoted there.
            let member = JSON.string(agent).text()
            rows.add(
                "provenance LIKE ? ESCAPE '!'",
                .text("%\"agent\":\(Self.literal(member))%")
            )
        }
        return try query.page(
            Self.columns,
            count: Self.columnCount,
            of: "memory_fact",
            where: rows,
            in: reader,
            Self.fact
        )
    }

    private static func literal(_ text: String) -> String {
        text.reduce(into: "") { pattern, character in
            if character == "%" || character == "_" || character == "!" { pattern.append("!") }
            pattern.append(character)
        }
    }

    /// A fact as it is known now.
    ///
    /// - Throws: a fault of code `fact-not-found`, or `StoreError`.
    public func present(
        _ id: ID<Fact>,
        scope: Scope,
        in reader: any Reader
    ) throws -> Fact {
        let found = try reader.first(
            """
            SELECT \(Self.columns) FROM memory_fact
            WHERE organisation = ? AND id = ? AND recorded_until IS NULL
            """,
            [.id(scope.organisation), .id(id)],
            Self.fact
        )
        guard let found else { throw Self.missing(id.description) }
        return found
    }

    /// All revisions of a fact, the newest first, also of one that was merged into another.
    ///
    /// - Throws: a fault of code `fact-not-found`, or `StoreError`.
    public func revisions(
        of id: ID<Fact>,
        scope: Scope,
        in reader: any Reader
    ) throws -> [Fact] {
        let found = try reader.query(
            """
            SELECT \(Self.columns) FROM memory_fact WHERE organisation = ? AND id = ?
            ORDER BY revision DESC LIMIT 1000
            """,
            [.id(scope.organisation), .id(id)],
            Self.fact
        )
        guard !found.isEmpty else { throw Self.missing(id.description) }
        return found
    }

    /// The fact with the decisions that its sources' runs came to, where they are known by now.
    ///
    /// - Throws: `StoreError`.
    public func withDecisions(
        _ fact: Fact,
        scope: Scope,
        in reader: any Reader
    ) throws -> Fact {
        var fact = fact
        for index in fact.provenance.indices {
            guard fact.provenance[index].decision == nil, let run = fact.provenance[index].run
            else { continue }
            fact.provenance[index].decision = try reader.first(
                "SELECT id FROM decision WHERE run = ? AND organisation = ?",
                [.text(run), .id(scope.organisation)]
            ) { try $0.text(0) }
        }
        return fact
    }

    /// The fault of a fact that is not there.
    public static func missing(_ id: String) -> GeneralFault {
        GeneralFault(.notFound, code: "fact-not-found", "there is no fact \(id.prefix(80))")
    }

    /// The question to the index.
    public func query(
        _ text: String,
        _ question: FactQuestion,
        mode: SearchQuery.Mode,
        limit: Int
    ) -> SearchQuery {
        var filters: [SearchFilter] = []
        if let subject = question.subject { filters.append(.any("subject", [.string(subject)])) }
        if let attribute = question.attribute {
            filters.append(.any("attribute", [.string(attribute)]))
        }
        if let agent = question.agent { filters.append(.any("agent", [.string(agent)])) }
        if let moment = question.validAt {
            let at = Double(moment.microseconds)
            filters.append(.range("validFrom", atLeast: nil, atMost: at))
            filters.append(.absentOrAbove("validUntil", at))
        }
        if let confidence = question.confidence {
            filters.append(.range("confidence", atLeast: confidence, atMost: nil))
        }
        if question.leavesOutPersons, question.subject.flatMap(person) == nil {
            filters.append(.any("isPersonal", [false]))
        }
        return SearchQuery(text, mode: mode, filters: filters, limit: limit)
    }

    /// The facts that answer a question, best first, as they are known now.
    ///
    /// - Parameters:
    ///   - prepared: as ``SearchStore/prepare(_:scope:)`` makes it of ``query(_:_:mode:limit:)``.
    ///   - scope: whose memory.
    ///   - reader: the state.
    /// - Returns: facts with their scores.
    /// - Throws: `SearchError`, `StoreError`.
    public func recall(
        _ prepared: PreparedQuery,
        scope: Scope,
        in reader: any Reader
    ) throws -> [(fact: Fact, score: Double)] {
        let answer = try search.answer(prepared, from: Self.collection, scope: scope, in: reader)
        return try answer.hits.compactMap { hit in
            guard let id = ID<Fact>(hit.document.id) else { return nil }
            return (fact: try present(id, scope: scope, in: reader), score: hit.score)
        }
    }
}
