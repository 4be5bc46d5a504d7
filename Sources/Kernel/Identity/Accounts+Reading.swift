public import Core
public import Store

extension Accounts {
    /// The account, when it is a member of the scope's organisation.
    ///
    /// - Throws: `IdentityError` of code `notFound`; `StoreError`.
    public func account(_ id: ID<Account>, scope: Scope) async throws -> AccountRecord {
        try await database.read { try account(id, scope: scope, in: $0) }
    }

    /// The account, when it is a member of the scope's organisation, within a transaction or snapshot.
    ///
    /// - Throws: `IdentityError` of code `notFound`; `StoreError`.
    public func account(
        _ id: ID<Account>,
        scope: Scope,
        in reader: any Reader
    ) throws -> AccountRecord {
        let found = try reader.first(
            """
            SELECT \(AccountRecord.columns) FROM identity_membership m
            JOIN identity_account a ON a.id = m.account
            WHERE m.organisation = ? AND m.account = ?
            """,
            [.id(scope.organisation), .id(id)],
            AccountRecord.read
        )
        guard let found else { throw Self.noAccount }
        return found
    }

    /// The account that acts, nil when it is a key or the program itself.
    ///
    /// - Throws: `StoreError`.
    public func acting(as scope: Scope, in reader: any Reader) throws -> AccountRecord? {
        do {
            return try account(scope.actor.id, scope: scope, in: reader)
        } catch let error as IdentityError where error.reason == .notFound {
            return nil
        }
    }

    /// The members of the scope's organisation in the order of their accounts' creation.
    ///
    /// - Parameters:
    ///   - scope: whose members.
    ///   - after: the last account already seen; nil starts at the first.
    ///   - limit: at most this many, 1 to 500.
    /// - Returns: the accounts; fewer than `limit` at the end.
    /// - Throws: `StoreError`.
    public func list(
        scope: Scope,
        after: ID<Account>? = nil,
        limit: Int = 100
    ) async throws -> [AccountRecord] {
        try await database.query(
            """
            SELECT \(AccountRecord.columns) FROM identity_membership m
            JOIN identity_account a ON a.id = m.account
            WHERE m.organisation = ? AND m.account > ? ORDER BY m.account LIMIT ?
            """,
            [
                .id(scope.organisation), .text(after?.description ?? ""),
                .int(min(max(limit, 1), 500)),
            ],
            AccountRecord.read
        )
    }

    /// The service account of that name in the scope's organisation, nil when there is none.
    ///
    /// - Throws: `StoreError`.
    public func service(
        _ name: String,
        scope: Scope,
        in reader: any Reader
    ) throws -> AccountRecord? {
        try reader.first(
            """
            SELECT \(AccountRecord.columns) FROM identity_account a
            JOIN identity_membership m ON m.account = a.id AND m.organisation = a.home
            WHERE a.home = ? AND a.name = ?
            """,
            [.id(scope.organisation), .text(name)],
            AccountRecord.read
        )
    }

    /// Takes a service back whose membership was removed: its name stays its own.
    func removedService(
        _ name: String,
        roles: Set<Role>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> AccountRecord? {
        let found: ID<Account>? = try transaction.first(
            "SELECT id FROM identity_account WHERE home = ? AND name = ?",
            [.id(scope.organisation), .text(name)]
        ) { try $0.id(0) }
        guard let found else { return nil }
        try transaction.execute(
            """
            INSERT INTO identity_membership (organisation, account, roles, created_at)
            VALUES (?, ?, ?, ?)
            """,
            [.id(scope.organisation), .id(found), .json(roles.json), .time(clock.now())]
        )
        try audit.note("membership.added", found, ["roles": roles.json], scope, transaction)
        return try account(found, scope: scope, in: transaction)
    }

    /// The authority of a service account, on behalf of whoever the scope stands for.
    ///
    /// The person who started a chain of agents stays the one it is done for.
    ///
    /// - Throws: `IdentityError` of code `notFound` when there is none, or it is disabled; `StoreError`.
    public func serviceScope(
        _ name: String,
        for scope: Scope,
        in reader: any Reader
    ) throws -> Scope {
        guard let found = try service(name, scope: scope, in: reader), !found.disabled else {
            throw IdentityError(.notFound, "there is no service account \"\(name)\"")
        }
        return Scope(
            organisation: scope.organisation,
            actor: found.actor,
            roles: found.roles,
            onBehalfOf: scope.onBehalfOf ?? scope.actor,
            trace: scope.trace
        )
    }

    /// The organisation of the scope.
    ///
    /// - Throws: `IdentityError` of code `notFound`; `StoreError`.
    public func organisation(scope: Scope, in reader: any Reader) throws -> OrganisationRecord {
        let found = try reader.first(
            "SELECT id, name, created_at FROM identity_organisation WHERE id = ?",
            [.id(scope.organisation)],
            OrganisationRecord.read
        )
        guard let found else { throw IdentityError(.notFound, "there is no such organisation") }
        return found
    }

    /// All organisations by name; only for the installation's admin.
    ///
    /// - Throws: `IdentityError` of code `forbidden`; `StoreError`.
    public func organisations(scope: Scope) async throws -> [OrganisationRecord] {
        try requireInstallationAdmin(scope)
        return try await database.query(
            "SELECT id, name, created_at FROM identity_organisation ORDER BY name",
            [],
            OrganisationRecord.read
        )
    }
}
