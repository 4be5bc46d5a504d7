public import Core
public import Privacy
public import Search
import Store

/// What is remembered, in the tables of the store and in the collection ``FactStore/collection``.
///
/// A fact's rows, its document, its words and its vector change in one transaction, the caller's.
public struct FactStore: Sendable {
    /// The collection of facts.
    public static let collection = "facts"

    /// The most facts about one property of a subject; more say that it is no property.
    static let mostOfAttribute = 5_000

    /// The indexes.
    public let search: SearchStore
    let privacy: Privacy?
    let personKinds: Set<String>
    let ids: IDGenerator

    /// A store.
    ///
    /// - Parameters:
    ///   - search: the indexes.
    ///   - privacy: knows who was erased; nil knows nobody.
    ///   - personKinds: which subjects are persons, for instance `customer`.
    ///   - ids: makes ids of facts and receipts.
    public init(
        search: SearchStore,
        privacy: Privacy? = nil,
        personKinds: Set<String> = [],
        ids: IDGenerator
    ) {
        self.search = search
        self.privacy = privacy
        self.personKinds = personKinds
        self.ids = ids
    }

    /// The person whom a fact is about; nil when it is about something else.
    public func person(_ subject: String) -> DataSubject? {
        DataSubject(subject).flatMap { personKinds.contains($0.kind) ? $0 : nil }
    }

    /// What is personal in what agents' journals keep of remembering and recalling, for ``Privacy``.
    public static func personalData(of kinds: Set<String>) -> [PersonalData] {
        guard !kinds.isEmpty else { return [] }
        let told = ["statement", "attribute"].map { PersonalField("fact.\($0)", at: "/\($0)") }
        let recalled = ["statement", "attribute"].map {
            PersonalField("fact.\($0)", at: "/facts/*/\($0)")
        }
        func data(_ fields: [PersonalField], _ places: PersonalData.Place...) -> PersonalData {
            PersonalData(fields, in: places, ofKinds: kinds, subjectAt: "/subject")
        }
        return [
            data(
                told + [PersonalField("fact.source", at: "/source")],
                .input("memory.remember"),
                .input("memory.add-fact"),
                .input("memory.change-fact")
            ),
            data(
                told + [PersonalField("fact.source", at: "/provenance/*/source")],
                .output("memory.remember"),
                .output("memory.add-fact"),
                .output("memory.change-fact")
            ),
            data(
                [
                    PersonalField("fact.query", at: "/q"),
                    PersonalField("fact.attribute", at: "/attribute"),
                ],
                .input("memory.recall")
            ),
            data(
                recalled + [PersonalField("fact.source", at: "/facts/*/provenance/*/source")],
                .output("memory.recall")
            ),
        ]
    }

    // MARK: Rows

    static let columns = """
        id, revision, subject, attribute, statement, confidence, valid_from, valid_until, recorded_at,
        recorded_until, superseded_by, provenance
        """
    static let columnCount = 12

    static func fact(_ row: any Row) throws -> Fact {
        Fact(
            id: try row.id(0),
            revision: Int(try row.int(1)),
            subject: try row.text(2),
            attribute: try row.text(3),
            statement: try row.text(4),
            confidence: try row.double(5),
            validFrom: try row.timestamp(6),
            validUntil: try row.optionalTimestamp(7),
            recordedAt: try row.timestamp(8),
            recordedUntil: try row.optionalTimestamp(9),
            supersededBy: row.isNull(10) ? nil : try row.id(10),
            provenance: try (row.json(11).array ?? []).map { try FactProvenance(record: $0) }
        )
    }

    func insert(_ fact: Fact, scope: Scope, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO memory_fact (organisation, id, revision, subject, attribute, statement,
                statement_key, confidence, valid_from, valid_until, recorded_at, recorded_until,
                superseded_by, provenance) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(scope.organisation), .id(fact.id), .int(fact.revision), .text(fact.subject),
                .text(fact.attribute), .text(fact.statement), .text(Fact.key(of: fact.statement)),
                .double(fact.confidence), .time(fact.validFrom), .time(fact.validUntil),
                .time(fact.recordedAt), .time(fact.recordedUntil), .id(fact.supersededBy),
                .json(.array(fact.provenance.map(\.json))),
            ]
        )
    }

    /// Ends the present revision.
    func end(
        _ id: ID<Fact>,
        at now: Timestamp,
        supersededBy other: ID<Fact>? = nil,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            UPDATE memory_fact SET recorded_until = ?, superseded_by = COALESCE(?, superseded_by)
            WHERE organisation = ? AND id = ? AND recorded_until IS NULL
            """,
            [.time(now), .id(other), .id(scope.organisation), .id(id)]
        )
    }

    /// The fields of a fact's document.
    func fields(of fact: Fact) -> JSONObject {
        var fields: JSONObject = [
            "subject": .string(fact.subject),
            "agent": .array(Set(fact.provenance.map(\.agent)).sorted().prefix(64).map(JSON.string)),
            "confidence": .double(fact.confidence),
            "validFrom": .int(fact.validFrom.microseconds),
            "isPersonal": .bool(person(fact.subject) != nil),
        ]
        if !fact.attribute.isEmpty { fields["attribute"] = .string(fact.attribute) }
        if let until = fact.validUntil { fields["validUntil"] = .int(until.microseconds) }
        return fields
    }

    func document(of fact: Fact) -> SearchDocument {
        SearchDocument(
            id: fact.id.description,
            title: fact.attribute,
            body: fact.statement,
            fields: fields(of: fact),
            person: person(fact.subject)?.description
        )
    }
}
