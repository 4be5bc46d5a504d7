import Core
import Events
import Foundation
import Identity
import Observability
import Store
import StoreTesting
import Synchronization

@testable import Agents

/// Approvals over a real store, and people who answer them.
final class ApprovalWorld: Sendable {
    static let organisation: ID<Organisation> = ID(high: 1, low: 1)
    static let other: ID<Organisation> = ID(high: 1, low: 2)
    static let agent = Actor(id: ID(high: 9, low: 1), kind: .service, name: "shop.buyer")
    static let start = Timestamp(microseconds: 1_750_000_000_000_000)

    struct Refused: Error {}

    let database: TestDatabase
    let clock: ManualClock
    let events: EventLog
    let approvals: Approvals
    let messages: Messages
    private let answers = Mutex<[Approval]>([])
    private let refusing = Mutex(false)
    let folder: String

    /// A world; in the `folder` of another it is that one after a restart.
    init(folder: String? = nil) async throws {
        let folder = folder ?? (NSTemporaryDirectory() + "weft-approvals-" + UUID().uuidString)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        self.folder = folder
        let clock = ManualClock(now: Self.start)
        self.clock = clock
        let database = try TestDatabase(path: folder + "/weft.db")
        self.database = database
        try await database.migrate(
            EventLog.migrations + IdentityTables.migrations + AgentJournal.migrations
        )
        events = EventLog(database: database)
        messages = Messages()
        approvals = Approvals(
            events: events,
            audit: AuditLog(database: database, clock: clock),
            ids: IDGenerator(clock: clock, random: SystemRandom()),
            messenger: messages
        )
        approvals.use(
            try ToolRegistry(
                tools: [
                    Tool(
                        name: "shop.buy",
                        purpose: "Buys.",
                        input: Shape.record(
                            nil,
                            [
                                ("item", ["type": "string", "minLength": 1]),
                                ("pieces", ["type": "integer", "minimum": 1, "maximum": 100]),
                                ("address", Shape.record(nil, [("city", Shape.text)])),
                            ],
                            optional: ["address"]
                        ),
                        needsApproval: true,
                        body: .compute { _, _ in .null }
                    )
                ],
                agents: []
            )
        )
        for kind in Approval.Kind.allCases {
            approvals.onAnswer(of: kind) { [self] approval, transaction in
                if refusing.withLock({ $0 }) { throw Refused() }
                // The body of a transaction may run more than once.
                transaction.afterCommit { [self] in answers.withLock { $0.append(approval) } }
            }
        }
    }

    /// What whoever waits has heard.
    var answered: [ApprovalState] { answers.withLock { $0.map(\.state) } }

    /// From now on whoever waits throws, or does not any more.
    func refuse(_ refuses: Bool) { refusing.withLock { $0 = refuses } }

    static func scope(
        _ name: String = "Ana",
        _ number: UInt64 = 2,
        roles: Set<Role> = [.manager],
        kind: Actor.Kind = .person,
        organisation: ID<Organisation> = ApprovalWorld.organisation,
        onBehalfOf: Actor? = nil
    ) -> Scope {
        Scope(
            organisation: organisation,
            actor: Actor(id: ID(high: 2, low: number), kind: kind, name: name),
            roles: roles,
            onBehalfOf: onBehalfOf,
            trace: TraceContext(random: SeededRandom(seed: 7))
        )
    }

    /// The agent, in Ben's name.
    static let asking = Scope(
        organisation: organisation,
        actor: agent,
        roles: [.aiAgent],
        onBehalfOf: Actor(id: ID(high: 2, low: 3), kind: .person, name: "Ben"),
        trace: TraceContext(random: SeededRandom(seed: 8))
    )

    static func buying(_ key: String = "run/0") -> ApprovalRequest {
        ApprovalRequest(
            key: key,
            kind: .toolCall,
            title: "Buy 3 drills?",
            details: ["because": "none are left"],
            agent: "shop.buyer",
            tool: "shop.buy",
            input: ["item": "drill", "pieces": 3]
        )
    }

    @discardableResult
    func ask(_ request: ApprovalRequest) async throws -> ID<Approval> {
        let now = clock.now()
        return try await database.transaction { [approvals] in
            try approvals.request(request, at: now, scope: Self.asking, in: $0)
        }
    }

    @discardableResult
    func decide(
        _ id: ID<Approval>,
        _ verdict: ApprovalVerdict,
        _ comment: String? = nil,
        as scope: Scope = ApprovalWorld.scope()
    ) async throws -> Approval {
        let now = clock.now()
        return try await database.transaction { [approvals] in
            try approvals.decide(id, verdict, comment: comment, at: now, scope: scope, in: $0)
        }
    }

    func state(_ key: String = "run/0") async throws -> ApprovalState? {
        try await database.read { [approvals] in
            try approvals.state(of: key, organisation: Self.organisation, in: $0)
        }
    }

    func deadlines() -> ApprovalDeadlines {
        ApprovalDeadlines(
            approvals,
            database: database,
            clock: clock,
            log: Logger(sink: NoLog(), clock: clock)
        )
    }

    /// The types of the events so far, in order.
    func told() async throws -> [String] {
        try await database.query("SELECT type FROM event ORDER BY seq", []) { try $0.text(0) }
    }

    func audited() async throws -> [String] {
        try await database.query(
            "SELECT action, actor FROM identity_audit ORDER BY number",
            []
        ) {
            "\(try $0.text(0)) by \(Actor(json: try $0.json(1))?.name ?? "?")"
        }
    }
}

/// Whom the approvals would tell.
final class Messages: ApprovalMessenger {
    private let kept = Mutex<[String]>([])
    private let times = Mutex<[Timestamp]>([])

    /// When people were asked, in order.
    var moments: [Timestamp] { times.withLock { $0 } }

    /// `ask admin,manager` and `close`, in order.
    var all: [String] { kept.withLock { $0 } }

    func ask(
        _ approval: Approval,
        roles: Set<Role>,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws {
        let names = roles.map(\.rawValue).sorted().joined(separator: ",")
        transaction.afterCommit { [self] in
            kept.withLock { $0.append("ask \(names)") }
            times.withLock { $0.append(now) }
        }
    }

    func close(_ approval: Approval, scope: Scope, in transaction: any Transaction) throws {
        transaction.afterCommit { [self] in kept.withLock { $0.append("close") } }
    }
}

private struct NoLog: LogSink {
    func write(_ line: LogRecord) {}
}
