import Agents
import Core
import Events
import Foundation
import Observability
import Series
import Store
import StoreTesting
import Synchronization
import Testing

@testable import Intents

/// A store with things that can be measured, and a Conscience over it whose clock tests move.
final class IntentWorld: Sendable {
    /// 2027-01-15T08:00:00Z.
    static let start = Timestamp(microseconds: 1_800_000_000_000_000)

    static let things = RecordSource(
        "test.things",
        help: "Things, by when they were made.",
        tables: "thing",
        time: "at",
        fields: [
            .init("ok", .flag, sql: "ok", help: "Whether it is good."),
            .init("size", .number, sql: "size", help: "How large it is."),
            .init("status", .text, sql: "status", values: ["done", "late"], help: "Its status."),
        ]
    )

    private static let table = Migration(
        "things",
        1,
        "things",
        [
            """
            CREATE TABLE thing (organisation TEXT NOT NULL, at BIGINT NOT NULL, ok BIGINT NOT NULL,
                size DOUBLE PRECISION NOT NULL, status TEXT NOT NULL)
            """
        ]
    )

    let ours = ID<Organisation>(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0011)
    let theirs = ID<Organisation>(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0022)
    let clock: ManualClock
    let ids: IDGenerator
    let folder: ScratchFolder
    let database: any Database
    let series: SeriesStore
    let effects: TestEffects
    let measurer: Measurer
    let journal: AgentJournal

    init(_ now: Timestamp = start) async throws {
        clock = ManualClock(now: now)
        ids = IDGenerator(clock: clock, random: SeededRandom(seed: 42))
        folder = try ScratchFolder()
        database = try TestDatabase(path: folder.path + "/weft.db")
        try await database.migrate(
            EventLog.migrations + AgentJournal.migrations + SeriesTables.migrations
                + ObservationTables.migrations + IntentTables.migrations + [Self.table]
        )
        series = SeriesStore(rules: try SeriesRetentionRules(""))
        effects = TestEffects()
        measurer = Measurer(database: database, records: [Self.things])
        journal = AgentJournal(
            database: database,
            recorded: { try IntentActs.record($0, $1, latencyMicros: $2, in: $3) }
        )
    }

    func scope(
        _ organisation: ID<Organisation>? = nil,
        roles: Set<Role> = ["manager"],
        account: UInt64 = 7
    ) -> Scope {
        Scope(
            organisation: organisation ?? ours,
            actor: Actor(
                id: ID(high: 0x0190_0000_0000_7000, low: 1 << 63 | account),
                kind: .person,
                name: "Person \(account)"
            ),
            roles: roles,
            trace: TraceContext(traceHigh: 1, traceLow: 1, span: 1)
        )
    }

    func store(_ organisation: ID<Organisation>? = nil) -> IntentStore {
        IntentStore(scope: scope(organisation))
    }

    func conscience(
        _ remediations: [Remediation] = [],
        measurer: Measurer? = nil,
        metrics: Metrics? = nil,
        interval: Duration = .seconds(10),
        report: @escaping @Sendable (any Error) -> Void = { Issue.record($0) }
    ) throws -> Conscience {
        let registry = try ToolRegistry(tools: [], agents: [ConsciencePolicy.conscience])
        return Conscience(
            .init(
                database: database,
                measurer: measurer ?? self.measurer,
                runner: AgentRunner(
                    .init(registry: registry, database: database, journal: journal, clock: clock)
                ),
                remediations: remediations,
                effects: effects,
                clock: clock,
                ids: ids,
                interval: interval,
                metrics: metrics,
                report: report
            )
        )
    }

    /// Adds things, now or so many seconds ago.
    func add(
        good: Int = 0,
        bad: Int = 0,
        size: Double = 1,
        ago seconds: Double = 0,
        of organisation: ID<Organisation>? = nil
    ) async throws {
        let at = clock.now() + .seconds(-seconds)
        let owner = organisation ?? ours
        try await database.transaction { transaction in
            for index in 0..<(good + bad) {
                try transaction.execute(
                    "INSERT INTO thing (organisation, at, ok, size, status) VALUES (?, ?, ?, ?, ?)",
                    [
                        .id(owner), .time(at), .bool(index < good), .double(size),
                        .text(index < good ? "done" : "late"),
                    ]
                )
            }
        }
    }

    func removeThings() async throws {
        try await database.transaction { try $0.execute("DELETE FROM thing", []) }
    }

    /// Declares an open intent.
    @discardableResult
    func declare(
        _ predicate: String = "share(test.things, ok = true) over 1h >= 0.8",
        days: Double = 1,
        cost: Intent.Cost = .low,
        goal: Intent.Goal = .maintain,
        sensitivity: Intent.Sensitivity = .public,
        remedies: [Intent.Remedy] = [],
        in organisation: ID<Organisation>? = nil
    ) async throws -> Intent {
        let intent = try intent(predicate, days, cost, goal, sensitivity, remedies, organisation)
        let scope = scope(organisation)
        try await database.transaction { try IntentStore(scope: scope).add(intent, in: $0) }
        return intent
    }

    /// Declares so many alike, in one transaction.
    func declareMany(
        _ count: Int,
        _ predicate: String = "share(test.things, ok = true) over 1h >= 0.8",
        in organisation: ID<Organisation>? = nil
    ) async throws {
        let intents = try (0..<count).map { _ in
            try intent(predicate, 1, .low, .maintain, .public, [], organisation)
        }
        let scope = scope(organisation)
        try await database.transaction { transaction in
            for intent in intents { try IntentStore(scope: scope).add(intent, in: transaction) }
        }
    }

    private func intent(
        _ predicate: String,
        _ days: Double,
        _ cost: Intent.Cost,
        _ goal: Intent.Goal,
        _ sensitivity: Intent.Sensitivity,
        _ remedies: [Intent.Remedy],
        _ organisation: ID<Organisation>?
    ) throws -> Intent {
        let scope = scope(organisation)
        let now = clock.now()
        return Intent(
            id: ids.next(),
            domain: "quality",
            desiredOutcome: "Things are good",
            deadline: now + .seconds(days * 86_400),
            cost: cost,
            sensitivity: sensitivity,
            predicate: try Predicate(predicate),
            goal: goal,
            priority: .normal,
            owner: scope.actor,
            remedies: remedies,
            status: .open,
            createdBy: scope.actor,
            createdAt: now,
            openedAt: now,
            version: 1
        )
    }

    func shown(_ intent: Intent, in organisation: ID<Organisation>? = nil) async throws -> JSON {
        let store = store(organisation)
        return try await database.read { reader in
            try store.shown(try store.intent(intent.id, in: reader), in: reader)
        }
    }

    func remediations() async throws -> [RemediationRecord] {
        try await database.read { [self] reader in
            try reader.query("SELECT id FROM intent_remediation ORDER BY at, id", []) {
                try $0.id(0, RemediationRecord.self)
            }.compactMap { try store().remediation($0, in: reader) }
        }
    }

    func count(_ sql: String) async throws -> Int {
        Int(try await database.query(sql, []) { try $0.int(0) }.first ?? 0)
    }
}

/// Keeps what the Conscience did; runs are as tests set them.
final class TestEffects: ConscienceEffects {
    struct Done: Sendable, Equatable {
        var what: String
        var detail: String
    }

    private let runs = Mutex<[String: ConscienceRound.Standing]>([:])
    /// Thrown instead of doing what has this name, once.
    private let failing = Mutex<String?>(nil)

    struct Killed: Error {}

    func set(_ execution: String, _ standing: ConscienceRound.Standing) {
        runs.withLock { $0[execution] = standing }
    }

    func fail(at what: String?) { failing.withLock { $0 = what } }

    private func check(_ what: String) throws {
        try failing.withLock { failing in
            guard failing == what else { return }
            failing = nil
            throw Killed()
        }
    }

    /// How many looks were under way at once at most: each asks for its scope first.
    let mostAtOnce = Mutex((now: 0, most: 0))

    func scope(in organisation: ID<Organisation>) async throws -> Scope {
        mostAtOnce.withLock { looks in
            looks.now += 1
            looks.most = max(looks.most, looks.now)
        }
        for _ in 0..<50 { await Task.yield() }
        mostAtOnce.withLock { $0.now -= 1 }
        return Scope(
            organisation: organisation,
            actor: Actor(
                id: ID(high: 0x0190_0000_0000_7000, low: 1 << 63 | 99),
                kind: .service,
                name: ConsciencePolicy.agent
            ),
            roles: ["ai-agent", "admin"],
            trace: TraceContext(traceHigh: 2, traceLow: 2, span: 2)
        )
    }

    /// The table of things that happened stands in the store, so that what was not committed is not there.
    private func note(
        _ what: String,
        _ detail: String,
        _ scope: Scope,
        _ transaction: any Transaction
    )
        throws
    {
        try transaction.execute(
            """
            INSERT INTO event (id, organisation, source, type, subject, time, data, actor,
                on_behalf_of, traceparent) VALUES (?, ?, 'test', ?, ?, 0, '{}', '{}', NULL, '')
            """,
            [
                .text("\(what)/\(detail)"), .id(scope.organisation), .text(what), .text(detail),
            ]
        )
    }

    func start(
        _ offer: RemediationOffer,
        input: JSON,
        name: String,
        about intent: Intent,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> String {
        if offer.workflow == "missing" {
            throw GeneralFault(.notFound, code: "unknown-workflow", "there is no such workflow")
        }
        try check("start")
        try note("run.started", name, scope, transaction)
        return "run-\(name)"
    }

    func stop(
        _ execution: String,
        cause: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try note("run.stopped", execution, scope, transaction)
    }

    func standing(
        of execution: String,
        scope: Scope,
        in reader: any Reader
    ) throws -> ConscienceRound.Standing {
        runs.withLock { $0[execution] ?? .running }
    }

    func emit(
        _ type: String,
        _ intent: Intent,
        _ data: JSON,
        at now: Timestamp,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try check(type)
        try transaction.execute(
            """
            INSERT INTO event (id, organisation, source, type, subject, time, data, actor,
                on_behalf_of, traceparent) VALUES (?, ?, 'weft/intent', ?, ?, ?, '{}', '{}', NULL, '')
            """,
            [
                .text("\(type)/\(intent.id)/\(now)"), .id(scope.organisation), .text(type),
                .text(intent.subject), .time(now),
            ]
        )
    }

    func tell(
        _ news: ConscienceNews,
        of intent: Intent,
        effect: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try check("tell")
        try note("told", effect, scope, transaction)
    }
}

extension IntentWorld {
    func events(_ type: String) async throws -> Int {
        try await count("SELECT count(*) FROM event WHERE type = '\(type)'")
    }

    /// A remediation that promises an effect, for test.things.
    static func remedy(
        _ name: String = "test.mend",
        workflow: String = "test.mend",
        cost: Intent.Cost = .low,
        needsApproval: Bool = false,
        effect: Double = 0.5,
        judgeAfter: Duration = .seconds(60)
    ) -> Remediation {
        Remediation(
            name,
            purpose: "Mends things.",
            helps: ["test.things"],
            workflow: workflow,
            cost: cost,
            needsApproval: needsApproval,
            judgeAfter: judgeAfter,
            cooldown: judgeAfter
        ) { _, _, _, _, _ in
            .init(effect: effect, rationale: "mends half of them", subjects: ["thing:1"])
        }
    }
}
