public import Agents
public import Core
import HTTP
public import Identity
public import Search
public import Store

/// The commands and queries over what is remembered: for people, and for agents that are given them.
public struct FactTools: Sendable {
    /// Tells in the log what happened: the type, what to, the facts, by whose call, with which change.
    public typealias Emit =
        @Sendable (String, String, JSON, Invocation, any Transaction) throws -> Void

    /// What is remembered.
    public let facts: FactStore
    let database: any Database
    let journal: AgentJournal
    let audit: AuditLog
    let emit: Emit

    /// The tools over a memory.
    ///
    /// - Parameters:
    ///   - facts: the memory.
    ///   - database: what is read.
    ///   - journal: knows the decisions that facts come from.
    ///   - audit: keeps who forgot what.
    ///   - emit: tells it in the log.
    public init(
        facts: FactStore,
        database: any Database,
        journal: AgentJournal,
        audit: AuditLog,
        emit: @escaping Emit
    ) {
        self.facts = facts
        self.database = database
        self.journal = journal
        self.audit = audit
        self.emit = emit
    }

    /// Who reads: whoever may see the customers that facts may be about.
    static let readers: Set<Role> = [
        .admin, .manager, .planner, .operator, .deskAgent, .supervisor, .viewer,
    ]
    /// Who adds and corrects.
    static let writers: Set<Role> = [.admin, .manager, .planner, .operator, .supervisor]
    /// Who forgets.
    static let erasers: Set<Role> = [.admin, .manager]

    /// The routes that map to them.
    public static let routes: [ToolRoute] = [
        ToolRoute(.get, "/api/facts", tool: "memory.list-facts"),
        ToolRoute(.get, "/api/facts/search", tool: "memory.search-facts"),
        ToolRoute(.get, "/api/facts/receipts", tool: "memory.list-receipts"),
        ToolRoute(
            .post,
            "/api/facts",
            tool: "memory.add-fact",
            problems: [.conflict]
        ),
        ToolRoute(.get, "/api/facts/{id}", tool: "memory.get-fact", isVersioned: true),
        ToolRoute(
            .put,
            "/api/facts/{id}",
            tool: "memory.change-fact",
            isVersioned: true,
            problems: [.conflict]
        ),
        ToolRoute(.delete, "/api/facts/{id}", tool: "memory.forget-fact"),
    ]

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] {
        try [
            list(), search(), get(), receipts(), add(), change(), forget(), recall(), remember(),
        ]
    }

    /// The collection of facts, for the question to everything.
    public var source: SearchSource {
        SearchSource(
            collection: FactStore.collection,
            title: "Facts",
            roles: Self.readers,
            link: { "/api/facts/\($0)" },
            // Facts are put in with their rows, in one transaction.
            document: { _, _, _ in nil }
        )
    }

    // MARK: Shapes

    static let subject = Shape.described(
        ["type": "string", "minLength": 1, "maxLength": 200],
        "What it is about, for instance `customer:<id>` or `depot:north`."
    )
    static let attribute = Shape.described(
        ["type": "string", "minLength": 1, "maxLength": 100],
        "Which property it tells, for instance `opening-hours`: of one property one thing is true "
            + "at a time."
    )
    static let statement = Shape.described(
        ["type": "string", "minLength": 1, "maxLength": 2_000],
        "What is true, in a sentence."
    )
    static let source = Shape.described(
        ["type": "string", "minLength": 1, "maxLength": 200],
        "Who or what told it; by default whoever notes it."
    )
    static let confidence = Shape.described(Shape.share, "How sure it is; 0.8 by default.")

    private static let provenance = Shape.record(
        "Fact source",
        [
            ("source", Shape.text), ("agent", Shape.text),
            ("decision", Shape.described(Shape.nullable(Shape.text), "The decision's id.")),
            ("run", Shape.described(Shape.nullable(Shape.text), "The agent's run, by its key.")),
            ("at", Shape.time),
        ]
    )

    static let fact = Shape.record(
        "Fact",
        [
            ("id", Shape.id), ("version", Shape.count), ("subject", Shape.text),
            ("attribute", Shape.nullable(Shape.text)), ("statement", Shape.text),
            ("confidence", Shape.share), ("validFrom", Shape.time),
            ("validUntil", Shape.nullable(Shape.time)), ("recordedAt", Shape.time),
            ("recordedUntil", Shape.nullable(Shape.time)),
            ("supersededBy", Shape.nullable(Shape.id)),
            ("provenance", Shape.list(of: provenance)),
        ]
    )

    static let remembered = Shape.extended(
        fact,
        "Remembered fact",
        [
            ("outcome", Shape.choice(RememberedFact.Outcome.allCases.map(\.rawValue))),
            (
                "ended",
                Shape.described(
                    Shape.list(of: Shape.id),
                    "Facts that it contradicts: they are true no longer."
                )
            ),
        ]
    )

    static let receipt = Shape.record(
        "Fact receipt",
        [
            ("id", Shape.id), ("at", Shape.time), ("actor", Shape.actor), ("reason", Shape.text),
            ("facts", Shape.list(of: Shape.id)),
            (
                "removed",
                Shape.record(
                    nil,
                    [
                        ("facts", Shape.count), ("revisions", Shape.count),
                        ("documents", Shape.count), ("postings", Shape.count),
                        ("vectors", Shape.count),
                    ]
                )
            ),
            (
                "hash",
                Shape.described(
                    Shape.text,
                    "SHA-256 of the other members as canonical JSON (RFC 8785)."
                )
            ),
        ]
    )

    /// The filters of lists and questions.
    static let filters: [(String, JSON)] = [
        ("subject", subject), ("attribute", attribute),
        (
            "agent",
            Shape.described(
                ["type": "string", "minLength": 1, "maxLength": 200],
                "Who noted it."
            )
        ),
        ("validAt", Shape.described(Shape.time, "Only what is true at this moment.")),
        ("confidence", Shape.described(Shape.share, "Only what is at least so sure.")),
    ]

    static func question(_ input: JSONReader) throws(GeneralFault) -> FactQuestion {
        var question = FactQuestion()
        question.subject = try input.optional("subject")?.string(length: 1...200)
        question.attribute = try input.optional("attribute")?.string(length: 1...100)
        question.agent = try input.optional("agent")?.string(length: 1...200)
        question.validAt = try input.optional("validAt")?.timestamp()
        question.knownAt = try input.optional("knownAt")?.timestamp()
        question.confidence = try input.optional("confidence")?.double(in: 0...1)
        return question
    }

    static func id(_ input: JSONReader) throws(GeneralFault) -> ID<Fact> {
        let text = try input.member("id").string()
        guard let id = ID<Fact>(text) else { throw FactStore.missing(text) }
        return id
    }
}
