public import Core
public import Store

/// How an organisation lets an agent work; what is not said is as the agent's maker meant it.
public struct AgentSettings: Sendable, Equatable {
    /// Who decides.
    public enum Mode: String, Sendable, CaseIterable {
        /// The agent's own rules.
        case rules
        /// A language model with the agent's tools; the rules when it cannot.
        case model
    }

    /// What a model is shown of what is declared personal.
    public enum Personal: String, Sendable, CaseIterable {
        /// Placeholders, which are put back where the model uses them.
        case hidden
        /// The values themselves.
        case shown
    }

    /// Who decides.
    public var mode = Mode.rules
    /// The models to ask, by the names the organisation gave them, in order of preference.
    public var models: [String] = []
    /// What a model is shown of persons.
    public var personal = Personal.hidden
    /// Bounds on one run.
    public var limits = AgentLimits()
    /// Tools of the agent's to each of whose calls a person must agree, besides those that always ask.
    public var approvals: Set<String> = []
    /// Who is asked to agree; nobody named is administrators and managers.
    public var approvers: Set<Role> = []
    /// Whether somebody else must agree than the person in whose name the run acts.
    public var secondPerson = false
    /// How long they have, in minutes; 1 to 43,200, default 1440.
    public var approvalMinutes = 1_440
    /// Tools of outside servers that the agent may use besides its own.
    public var outsideTools: Set<String> = []
    /// What a model is told besides the agent's own guidance.
    public var guidance = ""
    /// Raised with each change; 0 when nothing was ever set.
    public var version = 0

    /// Settings as the agent's maker meant them.
    public init() {}

    /// The shape of ``json``.
    public static let shape = Shape.record(
        "Agent settings",
        [
            ("mode", Shape.choice(Mode.allCases.map(\.rawValue))),
            ("models", bounded(Shape.list(of: name), 8)),
            ("personal", Shape.choice(Personal.allCases.map(\.rawValue))),
            ("limits", AgentLimits.shape), ("approvals", bounded(Shape.list(of: name), 200)),
            ("approvers", bounded(Shape.list(of: name), 20)),
            (
                "secondPerson",
                Shape.described(
                    Shape.flag,
                    "Somebody else must agree than the person in whose name the run acts."
                )
            ), ("approvalMinutes", ["type": "integer", "minimum": 1, "maximum": 43_200]),
            ("outsideTools", bounded(Shape.list(of: name), 200)),
            ("guidance", ["type": "string", "maxLength": 8_000]),
        ],
        optional: [
            "mode", "models", "personal", "limits", "approvals", "approvers", "secondPerson",
            "approvalMinutes", "outsideTools", "guidance",
        ]
    )

    private static let name: JSON = ["type": "string", "minLength": 1, "maxLength": 200]

    private static func bounded(_ list: JSON, _ most: Int) -> JSON {
        var list = list
        list["maxItems"] = .int(most)
        list["uniqueItems"] = true
        return list
    }

    /// The wire form, without the version.
    public var json: JSON {
        [
            "mode": .string(mode.rawValue), "models": .array(models.map { .string($0) }),
            "personal": .string(personal.rawValue), "limits": limits.json,
            "approvals": .array(approvals.sorted().map { .string($0) }),
            "approvers": .array(approvers.map(\.rawValue).sorted().map { .string($0) }),
            "secondPerson": .bool(secondPerson), "approvalMinutes": .int(approvalMinutes),
            "outsideTools": .array(outsideTools.sorted().map { .string($0) }),
            "guidance": .string(guidance),
        ]
    }

    /// Reads ``json``; what is missing is as the agent's maker meant it.
    ///
    /// - Throws: a fault with the pointer to what is wrong.
    public init(_ reader: JSONReader, version: Int = 0) throws(GeneralFault) {
        func names(_ key: String) throws(GeneralFault) -> [String] {
            var names: [String] = []
            for name in try reader.optional(key)?.array(count: 0...200) ?? [] {
                names.append(try name.string(length: 1...200))
            }
            return names
        }
        mode = try reader.optional("mode")?.choice(Mode.self) ?? .rules
        models = try names("models")
        personal = try reader.optional("personal")?.choice(Personal.self) ?? .hidden
        if let bounds = try reader.optional("limits") { limits = try AgentLimits(bounds) }
        approvals = Set(try names("approvals"))
        approvers = Set(try names("approvers").map { Role(rawValue: $0) })
        secondPerson = try reader.optional("secondPerson")?.bool() ?? false
        approvalMinutes =
            try reader.optional("approvalMinutes")?.int(in: 1...43_200) ?? approvalMinutes
        outsideTools = Set(try names("outsideTools"))
        guidance = try reader.optional("guidance")?.string(length: 0...8_000) ?? ""
        self.version = version
    }

    // MARK: The store

    /// The settings of an agent in an organisation.
    ///
    /// - Throws: `StoreError`.
    public static func of(
        _ agent: String,
        organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> AgentSettings {
        try reader.first(
            "SELECT body, version FROM agent_setting WHERE organisation = ? AND agent = ?",
            [.id(organisation), .text(agent)]
        ) { row in
            var kept = try AgentSettings(
                JSONReader(try row.json(0)),
                version: Int(try row.int(1))
            )
            // Earlier versions let customers be named.
            kept.approvers.subtract(ApprovalRequest.neverDeciding)
            return kept
        } ?? AgentSettings()
    }

    /// Keeps the settings as the next version.
    ///
    /// - Returns: that version.
    /// - Throws: `StoreError`.
    public func keep(
        for agent: String,
        organisation: ID<Organisation>,
        in transaction: any Transaction
    ) throws -> Int {
        let before = try Self.of(agent, organisation: organisation, in: transaction).version
        try transaction.execute(
            """
            INSERT INTO agent_setting (organisation, agent, version, body) VALUES (?, ?, ?, ?)
            ON CONFLICT (organisation, agent) DO UPDATE
            SET version = excluded.version, body = excluded.body
            """,
            [.id(organisation), .text(agent), .int(before + 1), .json(json)]
        )
        return before + 1
    }
}

/// Bounds on one run of an agent that a language model decides.
public struct AgentLimits: Sendable, Equatable {
    /// How often the model may be asked; 1 to 100, default 20.
    public var turns = 20
    /// How long the model may think in all, in seconds; 1 to 3600, default 120.
    ///
    /// Waiting for a person does not count.
    public var seconds = 120
    /// What the run may cost, in millionths of the currency of the models' prices; 0 to 10^12,
    /// default 1,000,000.
    ///
    /// Attempts that fail count; a question that may cost more than is left is not asked.
    /// 0 leaves models that cost nothing.
    public var costMicros = 1_000_000
    /// How many tokens one answer may have; 64 to 100,000, default 4096.
    public var answerTokens = 4_096
    /// How often the model may be told in one run that it made a mistake of form; 0 to 20, default 3.
    public var repairs = 3

    /// The defaults.
    public init() {}

    static let shape = Shape.record(
        "Agent limits",
        [
            ("turns", whole(1, 100)), ("seconds", whole(1, 3_600)),
            ("costMicros", whole(0, 1_000_000_000_000)), ("answerTokens", whole(64, 100_000)),
            ("repairs", whole(0, 20)),
        ],
        optional: ["turns", "seconds", "costMicros", "answerTokens", "repairs"]
    )

    private static func whole(_ least: Int, _ most: Int) -> JSON {
        ["type": "integer", "minimum": .int(least), "maximum": .int(most)]
    }

    var json: JSON {
        [
            "turns": .int(turns), "seconds": .int(seconds), "costMicros": .int(costMicros),
            "answerTokens": .int(answerTokens), "repairs": .int(repairs),
        ]
    }

    init(_ reader: JSONReader) throws(GeneralFault) {
        self.init()
        turns = try reader.optional("turns")?.int(in: 1...100) ?? turns
        seconds = try reader.optional("seconds")?.int(in: 1...3_600) ?? seconds
        costMicros = try reader.optional("costMicros")?.int(in: 0...1_000_000_000_000) ?? costMicros
        answerTokens = try reader.optional("answerTokens")?.int(in: 64...100_000) ?? answerTokens
        repairs = try reader.optional("repairs")?.int(in: 0...20) ?? repairs
    }
}
