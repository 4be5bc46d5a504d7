import Channels
import Core
import Foundation
import Observability
import Store
import StoreTesting
import Testing
import Vault

/// A store, an outbox and an inbox for one test.
final class PostOffice: Sendable {
    let clock = ManualClock(now: Timestamp(microseconds: 1_795_176_000_000_000))
    let random = SeededRandom(seed: 1)
    let database: any Database
    let outbox: Outbox
    let inbox: Inbox
    let metrics = Metrics()
    let ana = PostOffice.scope("ana")
    private let folder: URL

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "weft-post-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appending(path: "test.db").path
        database = try TestDatabase(path: path)
        try await database.migrate(ChannelsTables.migrations)
        if database.dialect == .postgres {
            try await database.transaction { transaction in
                try transaction.execute(
                    "ALTER TABLE channels_outbox ADD COLUMN inserted BIGINT GENERATED ALWAYS AS IDENTITY",
                    []
                )
            }
        }
        outbox = Outbox(
            ids: IDGenerator(clock: clock, random: random),
            clock: clock,
            vault: try Vault(key: Array(0..<32))
        )
        inbox = Inbox(clock: clock)
    }

    deinit {
        database.close()
        try? FileManager.default.removeItem(at: folder)
    }

    static func scope(_ name: String, organisation: ID<Organisation>? = nil) -> Scope {
        let ids = IDGenerator(clock: SystemClock(), random: SystemRandom())
        return Scope(
            organisation: organisation ?? ids.next(),
            actor: Actor(id: ids.next(), kind: .person, name: name),
            roles: [],
            trace: TraceContext(random: SystemRandom())
        )
    }

    @discardableResult
    func enqueue(
        _ message: Message,
        to destination: Destination,
        effect: String = UUID().uuidString,
        scope: Scope? = nil
    ) async throws -> (id: ID<Outbox.Entry>, isNew: Bool) {
        let (outbox, scope) = (outbox, scope ?? ana)
        return try await database.transaction { transaction in
            try outbox.enqueue(
                message,
                to: destination,
                effect: effect,
                scope: scope,
                in: transaction
            )
        }
    }

    func mail(_ subject: String = "Hello", to address: String = "ana@example.com") async throws
        -> ID<Outbox.Entry>
    {
        let destination = Destination.email(try EmailAddress(address))
        return try await enqueue(try Message(subject: subject, body: "Body."), to: destination).id
    }

    /// What tells in which order messages were enqueued: SQLite has it anyway.
    var inserted: String { database.dialect == .postgres ? "inserted" : "rowid" }

    func state(_ id: ID<Outbox.Entry>, scope: Scope? = nil) async throws -> OutboxState {
        let scope = scope ?? ana
        return try await database.read { [outbox] reader in
            try outbox.state(of: id, scope: scope, in: reader)
        }
    }

    func smtp(
        _ port: Int,
        timeout: Duration = .seconds(20),
        user: String? = nil,
        password: String? = nil,
        security: SMTPConfiguration.Security = .none,
        certificates: String? = nil
    )
        throws -> OutboxDelivery.Email
    {
        let transport = try SMTPTransport(
            SMTPConfiguration(
                host: "127.0.0.1",
                port: port,
                security: security,
                user: user,
                password: password,
                certificates: certificates,
                timeout: timeout,
                connectTimeout: .seconds(5)
            )
        )
        return .init(transport: transport, sender: try EmailAddress("weft@plant.example"))
    }

    /// Delivers while `body` runs.
    func delivering(
        _ email: OutboxDelivery.Email?,
        policy: RetryPolicy = RetryPolicy(),
        from outbox: Outbox? = nil,
        _ body: () async throws -> Void
    ) async throws {
        let delivery = OutboxDelivery(
            outbox ?? self.outbox,
            database: database,
            email: email,
            policy: policy,
            clock: clock,
            random: random,
            metrics: metrics,
            log: Logger(sink: StandardErrorLog(), clock: clock, minimum: .error)
        )
        try await withThrowingTaskGroup { group in
            group.addTask { try await delivery.run {} }
            try await body()
            group.cancelAll()
        }
    }

    /// Waits for an entry to satisfy `condition`; moves the clock on while waiting if asked to, but not
    /// while an attempt is under way, whose lease could run out before a slow machine is done with it.
    func wait(
        for id: ID<Outbox.Entry>,
        advancing step: Duration = .zero,
        outlastsLeases: Bool = false,
        until condition: (OutboxState) -> Bool
    ) async throws -> OutboxState {
        let limit = ContinuousClock.now + .seconds(30)
        while true {
            let state = try await state(id)
            if condition(state) { return state }
            try #require(ContinuousClock.now < limit, "waited too long; it is \(state)")
            if state.dueAt - clock.now() <= .seconds(60) || outlastsLeases {
                clock.advance(by: step)
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
