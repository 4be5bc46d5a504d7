public import Core
public import Privacy
public import Store

/// The tables of agents' runs, steps and decisions.
public struct AgentJournal: Sendable {
    private let database: any Database
    private let privacy: Privacy?
    private let decided: @Sendable (ID<Organisation>) -> Void

    /// The journal in `database`.
    ///
    /// - Parameters:
    ///   - database: keeps it.
    ///   - privacy: seals what is personal in steps and decisions; nil leaves it in clear.
    ///   - decided: hears, after the commit, that there is one more decision.
    public init(
        database: any Database,
        privacy: Privacy? = nil,
        decided: @escaping @Sendable (ID<Organisation>) -> Void = { _ in }
    ) {
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
            )
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

    func start(of key: String) async throws -> Timestamp? {
        try await database.query("SELECT started_at FROM agent_run WHERE key = ?", [.text(key)]) {
            try $0.timestamp(0)
        }.first
    }

    /// The steps that a run has taken, for the run itself: what is sealed in them is opened.
    func steps(of key: String, organisation: ID<Organisation>) async throws -> [AgentRun.Step] {
        try await database.read { [privacy] reader in
            let steps = try reader.query(
                """
                SELECT step, tool, input, output, fault, at, duration_micros FROM agent_step
                WHERE run = ? ORDER BY step
                """,
                [.text(key)],
                Self.step
            )
            guard let privacy else { return steps }
            return try steps.map { step in
                var step = step
                step.input = try privacy.open(step.input, of: organisation, in: reader)
                if case .success(let output) = step.outcome {
                    step.outcome = .success(try privacy.open(output, of: organisation, in: reader))
                }
                return step
            }
        }
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

    static func step(_ row: any Row) throws -> AgentRun.Step {
        let outcome: Result<JSON, GeneralFault>
        if row.isNull(3) {
            let fault = try row.json(4)
            outcome = .failure(
                GeneralFault(
                    fault["kind"]?.string.flatMap(FaultKind.init) ?? .internal,
                    code: fault["code"]?.string ?? "unknown",
                    fault["message"]?.string ?? "",
                    pointer: fault["pointer"]?.string,
                    details: fault["details"]?.object ?? [:]
                )
            )
        } else {
            outcome = .success(try row.json(3))
        }
        return AgentRun.Step(
            index: Int(try row.int(0)),
            tool: try row.text(1),
            input: try row.json(2),
            outcome: outcome,
            at: try row.timestamp(5),
            duration: .microseconds(try row.int(6))
        )
    }

    func open(
        _ invocation: Invocation,
        agent: String,
        start: Timestamp,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO agent_run (key, organisation, agent, started_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (key) DO NOTHING
            """,
            [.text(invocation.key), .id(invocation.scope.organisation), .text(agent), .time(start)]
        )
    }

    func write(
        _ steps: [AgentRun.Step],
        key: String,
        organisation: ID<Organisation>,
        in transaction: any Transaction
    ) throws {
        for step in steps {
            var input = step.input
            var output: JSON?
            var fault: JSON?
            if let privacy {
                input = try privacy.seal(
                    input,
                    at: .input(step.tool),
                    of: organisation,
                    in: transaction
                )
            }
            switch step.outcome {
            case .success(let value):
                output =
                    try privacy?.seal(
                        value,
                        at: .output(step.tool),
                        of: organisation,
                        in: transaction
                    ) ?? value
            case .failure(let error):
                fault = [
                    "kind": .string(error.kind.rawValue), "code": .string(error.code),
                    "message": .string(error.message), "pointer": .optional(error.pointer),
                    "details": .object(error.details),
                ]
            }
            try transaction.execute(
                """
                INSERT INTO agent_step (run, step, tool, input, output, fault, at, duration_micros)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .text(key), .int(step.index), .text(step.tool), .json(input),
                    .json(output), .json(fault), .time(step.at), .int(step.duration.microseconds),
                ]
            )
        }
    }

    /// Keeps that a run came to no conclusion; with the steps it had taken, for whoever looks why.
    func recordFailure(
        _ fault: GeneralFault,
        steps: [AgentRun.Step],
        agent: String,
        invocation: Invocation,
        start: Timestamp,
        in transaction: any Transaction
    ) throws {
        try open(invocation, agent: agent, start: start, in: transaction)
        try write(
            steps,
            key: invocation.key,
            organisation: invocation.scope.organisation,
            in: transaction
        )
        try transaction.execute(
            """
            INSERT INTO agent_failure (run, organisation, agent, at, code, message)
            VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (run) DO NOTHING
            """,
            [
                .text(invocation.key), .id(invocation.scope.organisation), .text(agent),
                .time(start), .text(fault.code), .text(fault.message),
            ]
        )
    }

    func record(
        _ decision: Decision,
        run key: String,
        organisation: ID<Organisation>,
        latency: Duration,
        in transaction: any Transaction
    ) throws {
        let body =
            try privacy?.seal(
                decision.body,
                at: .decision(decision.agent),
                of: organisation,
                in: transaction
            ) ?? decision.body
        try transaction.execute(
            """
            INSERT INTO decision (id, organisation, agent, subject, at, run, latency_micros, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(decision.id), .id(organisation), .text(decision.agent), .text(decision.subject),
                .time(decision.at), .text(key), .int(latency.microseconds), .json(body),
            ]
        )
        transaction.afterCommit { [decided] in decided(organisation) }
    }
}
