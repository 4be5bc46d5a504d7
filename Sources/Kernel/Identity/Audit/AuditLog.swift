public import Core
public import Store
import Synchronization

/// Who did what: append-only and chained, there is nothing that changes or removes an entry.
public struct AuditLog: Sendable {
    let database: any Database
    let clock: any WallClock
    private let listeners = AuditListeners()

    /// A log in the given store.
    public init(database: any Database, clock: any WallClock) {
        self.database = database
        self.clock = clock
    }

    /// Lets `listener` hear, after each commit, whose log has grown; it must be quick.
    public func onAppend(_ listener: @escaping @Sendable (ID<Organisation>) -> Void) {
        listeners.all.withLock { $0.append(listener) }
    }

    /// Adds an entry, as part of the transaction that does the thing itself.
    ///
    /// - Parameters:
    ///   - action: what is done, for instance `account.disabled`.
    ///   - subject: to what, for instance `account:0192…`.
    ///   - outcome: how it ended; default done.
    ///   - detail: what else is worth knowing; never a secret.
    ///   - scope: who acts, where, and within which trace.
    ///   - transaction: what the entry belongs to.
    /// - Throws: `StoreError`.
    public func append(
        _ action: String,
        subject: String,
        outcome: AuditEntry.Outcome = .done,
        detail: JSON = [:],
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        let head = try head(of: scope.organisation, in: transaction)
        var entry = AuditEntry(
            seq: head.seq + 1,
            at: clock.now(),
            actor: scope.actor,
            onBehalfOf: scope.onBehalfOf,
            action: action,
            subject: subject,
            outcome: outcome,
            detail: detail,
            trace: scope.trace.description,
            hash: ""
        )
        entry.hash = try AuditChain.hash(
            entry.content(of: scope.organisation),
            after: head.hash
        )
        try transaction.execute(
            """
            INSERT INTO identity_audit (organisation, at, actor, on_behalf_of, action, subject,
                outcome, detail, trace, number, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(scope.organisation), .time(entry.at), .json(entry.actor.json),
                .json(entry.onBehalfOf?.json), .text(action), .text(subject),
                .text(outcome.rawValue), .json(detail), .text(entry.trace), .int(entry.seq),
                .text(entry.hash),
            ]
        )
        try keep(
            AuditChain.Head(seq: entry.seq, hash: entry.hash),
            of: scope.organisation,
            in: transaction
        )
        transaction.afterCommit { [listeners] in
            for listener in listeners.all.withLock({ $0 }) { listener(scope.organisation) }
        }
    }

    /// Adds an entry about an account.
    func note(
        _ action: String,
        _ account: ID<Account>,
        _ detail: JSON,
        _ scope: Scope,
        _ transaction: any Transaction
    ) throws {
        let subject = "account:\(account)"
        try append(action, subject: subject, detail: detail, scope: scope, in: transaction)
    }

    /// The last entry of an organisation's log, as it is kept beside the entries.
    func head(
        of organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> AuditChain.Head {
        try reader.first(
            "SELECT number, hash FROM identity_audit_head WHERE organisation = ?",
            [.id(organisation)]
        ) { AuditChain.Head(seq: try $0.int(0), hash: try $0.text(1)) }
            ?? AuditChain.Head(seq: 0, hash: AuditChain.genesis)
    }

    func keep(
        _ head: AuditChain.Head,
        of organisation: ID<Organisation>,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO identity_audit_head (organisation, number, hash) VALUES (?, ?, ?)
            ON CONFLICT (organisation) DO UPDATE
            SET number = excluded.number, hash = excluded.hash
            """,
            [.id(organisation), .int(head.seq), .text(head.hash)]
        )
    }
}

/// Who hears that the log has grown.
private final class AuditListeners: Sendable {
    let all = Mutex<[@Sendable (ID<Organisation>) -> Void]>([])
}
