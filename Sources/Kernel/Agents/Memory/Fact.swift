public import Core

/// Where a fact comes from.
public struct FactProvenance: Sendable, Hashable {
    /// What told it, for instance `dispatcher`, `order:018f…` or an address; 1 to 200 letters.
    public var source: String
    /// Who noted it: an agent's or a person's name.
    public var agent: String
    /// The decision that it belongs to; nil when none is known.
    public var decision: String?
    /// The agent's run that noted it, by its key; nil when a person did.
    public var run: String?
    /// When it was noted.
    public var at: Timestamp

    /// A provenance.
    public init(
        source: String,
        agent: String,
        decision: String? = nil,
        run: String? = nil,
        at: Timestamp
    ) {
        self.source = source
        self.agent = agent
        self.decision = decision
        self.run = run
        self.at = at
    }

    /// The wire form.
    public var json: JSON {
        [
            "source": .string(source), "agent": .string(agent), "decision": .optional(decision),
            "run": .optional(run), "at": at.json,
        ]
    }

    init(record: JSON) throws(GeneralFault) {
        let reader = JSONReader(record)
        source = try reader.member("source").string()
        agent = try reader.member("agent").string()
        decision = try reader.optional("decision")?.string()
        run = try reader.optional("run")?.string()
        at = try reader.member("at").timestamp()
    }

    /// Whether the other one says the same of where a fact comes from, at whatever moment.
    func isSame(as other: FactProvenance) -> Bool {
        source == other.source && agent == other.agent && decision == other.decision
            && run == other.run
    }
}

/// Something that is held to be true of a thing for a time.
///
/// It has two times: when it is true in the world (``validFrom``, ``validUntil``) and when it was known
/// here (``recordedAt``, ``recordedUntil``). What changes is kept as a new revision.
public struct Fact: Sendable, Hashable {
    /// Its id.
    public var id: ID<Fact>
    /// Counts its changes, from 1.
    public var revision: Int
    /// What it is about, for instance `customer:018f…`; 1 to 200 letters.
    public var subject: String
    /// Which of the subject's properties it tells, for instance `opening-hours`; empty for none.
    ///
    /// Of one property only one thing is true at a time.
    public var attribute: String
    /// What is true, in a sentence; 1 to 2,000 letters.
    public var statement: String
    /// How sure it is, 0…1.
    public var confidence: Double
    /// From when it is true.
    public var validFrom: Timestamp
    /// Until when it is true, not included; nil while no end is known.
    public var validUntil: Timestamp?
    /// Since when this revision is known here.
    public var recordedAt: Timestamp
    /// When another revision took its place; nil for the present one.
    public var recordedUntil: Timestamp?
    /// The fact that ended its validity, or that it was merged into.
    public var supersededBy: ID<Fact>?
    /// Where it comes from, the first first.
    public var provenance: [FactProvenance]

    /// A fact.
    public init(
        id: ID<Fact>,
        revision: Int = 1,
        subject: String,
        attribute: String = "",
        statement: String,
        confidence: Double,
        validFrom: Timestamp,
        validUntil: Timestamp? = nil,
        recordedAt: Timestamp,
        recordedUntil: Timestamp? = nil,
        supersededBy: ID<Fact>? = nil,
        provenance: [FactProvenance]
    ) {
        self.id = id
        self.revision = revision
        self.subject = subject
        self.attribute = attribute
        self.statement = statement
        self.confidence = confidence
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.recordedAt = recordedAt
        self.recordedUntil = recordedUntil
        self.supersededBy = supersededBy
        self.provenance = provenance
    }

    /// The statement as it is compared: case, spaces and a full stop at the end make no difference.
    public static func key(of statement: String) -> String {
        var key = statement.lowercased().split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
        while key.last == "." || key.last == " " { key.removeLast() }
        return key
    }

    /// Whether it is true at a moment.
    public func isValid(at moment: Timestamp) -> Bool {
        validFrom <= moment && (validUntil.map { moment < $0 } ?? true)
    }

    /// The wire form.
    public var json: JSON {
        [
            "id": id.json, "version": .int(revision), "subject": .string(subject),
            "attribute": attribute.isEmpty ? .null : .string(attribute),
            "statement": .string(statement), "confidence": .double(confidence),
            "validFrom": validFrom.json, "validUntil": validUntil?.json ?? .null,
            "recordedAt": recordedAt.json, "recordedUntil": recordedUntil?.json ?? .null,
            "supersededBy": supersededBy?.json ?? .null,
            "provenance": .array(provenance.map(\.json)),
        ]
    }
}
