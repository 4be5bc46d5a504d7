public import Core
public import Privacy
public import Store

/// The tables of agents' runs, steps and decisions.
public struct AgentJournal: Sendable {
    private let database: any Database
    private let privacy: Privacy?
    private let decided: @Sendable (ID<Organisation>) -> Void
    private let recorded: Recorded

    /// Hears of each decision within the transaction that records it, with its latency in microseconds.
    public typealias Recorded =
        @Sendable (Decision, ID<Organisation>, Int, any Transaction) throws -> Void

    /// The journal in `database`.
    ///
    /// - Parameters:
    ///   - database: keeps it.
    ///   - privacy: seals what is personal in steps and decisions; nil leaves it in clear.
    ///   - recorded: hears of each decision within its transaction.
    ///   - decided: hears, after the commit, that there is one more decision.
    public init(
        database: any Database,
        privacy: Privacy? = nil,
        recorded: @escaping Recorded = { _, _, _, _ in },
        decided: @escaping @Sendable (ID<Organisation>) -> Void = { _ in }
    ) {
        self.recorded = recorded
        self.database = database
        self.privacy = privacy
        self.decided = decided
    }

    /// The journal's tables, and those of approvals.
    public static let migrations: [Migration] =
        [
            Migration(
                "agents",
                1,
                "runs, steps, decisions",
                [
                    """
                    CREATE TABLE agent_run (
                        key TEXT PRIMARY KEY, organisation TEXT NOT NULL, agent TEXT NOT NULL,
                        started_at BIGINT NOT NULL)
                    """,
                    """
                    CREATE TABLE agent_step (
                        run TEXT NOT NULL, step BIGINT NOT NULL, tool TEXT NOT NULL, input TEXT NOT NULL,
                        output TEXT, fault TEXT, at BIGINT NOT NULL, duration_micros BIGINT NOT NULL,
                        PRIMARY KEY (run, step))
                    """,
                    """
                    CREATE TABLE decision (
                        id TEXT PRIMARY KEY, organisation TEXT NOT NULL, agent TEXT NOT NULL,
                        subject TEXT NOT NULL, at BIGINT NOT NULL, run TEXT NOT NULL UNIQUE,
                        latency_micros BIGINT NOT NULL, body TEXT NOT NULL)
                    """,
                    """
                    CREATE TABLE agent_failure (
                        run TEXT PRIMARY KEY, organisation TEXT NOT NULL, agent TEXT NOT NULL,
                        at BIGINT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL)
                    """,
                    "CREATE INDEX decision_by_subject ON decision (organisation, subject, at)",
                    "CREATE INDEX decision_by_agent ON decision (organisation, agent, at)",
                ]
            ),
            Migration(
                "agents",
                2,
                "models, plans, approvals, costs",
                [
                    "ALTER TABLE agent_run ADD COLUMN plan TEXT",
                    "ALTER TABLE agent_step ADD COLUMN kind TEXT NOT NULL DEFAULT 'tool'",
                    "ALTER TABLE agent_step ADD COLUMN asked TEXT",
                    "ALTER TABLE agent_step ADD COLUMN approval TEXT",
                    "ALTER TABLE agent_step ADD COLUMN cost_micros BIGINT NOT NULL DEFAULT 0",
                    "ALTER TABLE decision ADD COLUMN task TEXT NOT NULL DEFAULT ''",
                    "ALTER TABLE decision ADD COLUMN routine BIGINT NOT NULL DEFAULT 0",
                    "ALTER TABLE decision ADD COLUMN approvals BIGINT NOT NULL DEFAULT 0",
                    "ALTER TABLE decision ADD COLUMN cost_micros BIGINT NOT NULL DEFAULT 0",
                    "ALTER TABLE decision ADD COLUMN intent TEXT",
                    "ALTER TABLE decision ADD COLUMN overruled TEXT",
                    "CREATE INDEX decision_by_intent ON decision (organisation, intent, at)",
                    """
                    CREATE TABLE agent_setting (
                        organisation TEXT NOT NULL, agent TEXT NOT NULL, version BIGINT NOT NULL,
                        body TEXT NOT NULL, PRIMARY KEY (organisation, agent))
                    """,
                ]
            ),
            Migration(
                "agents",
                3,
                "failures by agent and time",
                ["CREATE INDEX agent_failure_by_agent ON agent_failure (organisation, agent, at)"]
            ),
        ] + ApprovalTables.migrations

    /// Inputs beyond this many bytes are kept as their length and hash.
    private static let keptInputBytes = 16_384

    /// The form in which an input is kept.
    static func kept(_ input: JSON) -> JSON {
        let bytes = input.bytes(.compact)
        guard bytes.count > keptInputBytes else { return input }
        return [
            "$bytes": .int(bytes.count), "$fnv1a64": .string(String(fnv1a64(bytes), radix: 16)),
        ]
    }

    /// A run that is to go on, or to begin.
    struct Known: Sendable {
        /// When it began; nil when nothing of it is kept.
        var start: Timestamp?
        var plan: AgentPlan
        /// What it did, with what is sealed in it opened.
        var steps: [AgentStep] = []
        /// Whether it has met a person who was erased since.
        var isErased = false
    }

    /// What is known of a run.
    ///
    /// - Parameters:
    ///   - key: the run.
    ///   - agent: whose.
    ///   - input: the case as it is kept.
    ///   - organisation: for which it runs.
    ///   - plan: how a run that begins is to be decided, by the settings of the moment.
    /// - Returns: the run as it is kept, or one that begins.
    /// - Throws: `StoreError`; a fault of code `unreadable-plan`.
    func run(
        _ key: String,
        of agent: Agent,
        _ input: JSON,
        _ organisation: ID<Organisation>,
        plan: @escaping @Sendable (AgentSettings) -> AgentPlan
    ) async throws -> Known {
        try await database.read { [self] reader in
            guard let (start, kept) = try begun(key, in: reader) else {
                let settings = try AgentSettings.of(
                    agent.name,
                    organisation: organisation,
                    in: reader
                )
                return Known(plan: plan(settings))
            }
            var known = Known(start: start, plan: kept)
            known.steps = try Self.steps(of: key, in: reader)
            if let privacy {
                known.isErased = try Self.open(&known.steps, by: privacy, organisation, in: reader)
                _ = try privacy.open(
                    input,
                    of: organisation,
                    in: reader,
                    isErased: &known.isErased
                )
            }
            return known
        }
    }

    /// Opens what is sealed in steps.
    ///
    /// - Returns: whether they are about somebody who was erased.
    static func open(
        _ steps: inout [AgentStep],
        by privacy: Privacy,
        _ organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> Bool {
        var isErased = false
        for index in steps.indices {
            try steps[index].open(by: privacy, organisation, in: reader, isErased: &isErased)
        }
        return isErased
    }

    /// When a run began and how it is to be decided; nil when nothing of it is kept.
    ///
    /// - Throws: `StoreError`; a fault of code `unreadable-plan`.
    func begun(
        _ key: String,
        in reader: any Reader
    ) throws -> (start: Timestamp, plan: AgentPlan)? {
        try reader.first(
            "SELECT started_at, plan FROM agent_run WHERE key = ?",
            [.text(key)]
        ) { (try $0.timestamp(0), try AgentPlan(try $0.optionalJSON(1))) }
    }

    /// The steps of a run as they are kept.
    static func steps(of key: String, in reader: any Reader) throws -> [AgentStep] {
        try reader.query(
            "SELECT \(AgentStep.columns) FROM agent_step WHERE run = ? ORDER BY step",
            [.text(key)],
            AgentStep.init(row:)
        )
    }

    /// An agent's input with what is sealed in it opened.
    func opened(_ input: JSON, _ organisation: ID<Organisation>) async throws -> JSON {
        guard let privacy, Privacy.mayHoldSealed(input) else { return input }
        return try await database.read { try privacy.open(input, of: organisation, in: $0) }
    }

    /// An agent's answer as those may keep it who asked.
    func sealed(
        _ output: JSON,
        of agent: String,
        _ organisation: ID<Organisation>,
        in transaction: any Transaction
    ) throws -> JSON {
        try privacy?.seal(output, at: .output(agent), of: organisation, in: transaction) ?? output
    }

    /// Notes that a run began, and how it is to be decided; the first time counts.
    func open(_ run: LiveDesk.Circumstances, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO agent_run (key, organisation, agent, started_at, plan)
            VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING
            """,
            [
                .text(run.invocation.key), .id(run.invocation.scope.organisation),
                .text(run.agent.name), .time(run.start), .json(run.plan.json),
            ]
        )
    }

    func write(
        _ steps: [AgentStep],
        key: String,
        organisation: ID<Organisation>,
        in transaction: any Transaction
    ) throws {
        for step in steps {
            try step.kept(by: privacy, organisation, in: transaction)
                .insert(of: key, in: transaction)
        }
    }

    /// Keeps that a run came to no conclusion; with the steps it had taken, for whoever looks why.
    func recordFailure(
        _ fault: GeneralFault,
        steps: [AgentStep],
        _ run: LiveDesk.Circumstances,
        in transaction: any Transaction
    ) throws {
        let organisation = run.invocation.scope.organisation
        try open(run, in: transaction)
        try write(steps, key: run.invocation.key, organisation: organisation, in: transaction)
        try transaction.execute(
            """
            INSERT INTO agent_failure (run, organisation, agent, at, code, message)
            VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (run) DO NOTHING
            """,
            [
                .text(run.invocation.key), .id(organisation), .text(run.agent.name),
                .time(run.start), .text(fault.code), .text(fault.message),
            ]
        )
    }

    /// Keeps a decision; what the model said of persons, in placeholders or in clear, is sealed.
    func record(
        _ decision: Decision,
        mask: PersonalMask?,
        run key: String,
        organisation: ID<Organisation>,
        latency: Duration,
        in transaction: any Transaction
    ) throws {
        var body = decision.body
        if let privacy {
            if let mask {
                body = try mask.seal(body, by: privacy, of: organisation, in: transaction)
            }
            body = try privacy.seal(
                body,
                at: .decision(decision.agent),
                of: organisation,
                in: transaction
            )
            if let mask {
                body = try mask.sealWords(body, by: privacy, of: organisation, in: transaction)
            }
        }
        try transaction.execute(
            """
            INSERT INTO decision (id, organisation, agent, subject, at, run, latency_micros, body,
                task, routine, approvals, cost_micros, intent)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(decision.id), .id(organisation), .text(decision.agent), .text(decision.subject),
                .time(decision.at), .text(key), .int(latency.microseconds), .json(body),
                .text(decision.task), .bool(decision.isRoutine), .int(decision.approvals),
                .int(decision.costMicros), .text(decision.intent),
            ]
        )
        try recorded(decision, organisation, Int(latency.microseconds), transaction)
        transaction.afterCommit { [decided] in decided(organisation) }
    }
}
