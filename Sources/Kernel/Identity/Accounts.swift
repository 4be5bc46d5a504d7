public import Core
public import Store

/// Organisations, people, services, and who is a member of what.
///
/// Every change needs the role `admin` in the scope's organisation and is audited in the same
/// transaction. What does not belong to the scope's organisation is not found. An account that is a
/// member elsewhere too is shared: an organisation's admin may change its roles here or remove it from
/// here, but not its password or whether it is disabled, which would reach into the other organisation.
public struct Accounts: Sendable {
    let database: any Database
    let audit: AuditLog
    let cache: TokenCache
    let clock: any WallClock
    let ids: IDGenerator

    /// Creates an organisation; only the installation's admin may.
    ///
    /// - Throws: `IdentityError` of code `forbidden`, `invalidName` or `nameTaken`; `StoreError`.
    public func createOrganisation(
        name: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> OrganisationRecord {
        try requireInstallationAdmin(scope)
        let name = try Self.checked(name)
        if try transaction.exists(
            "SELECT 1 FROM identity_organisation WHERE name = ?",
            [.text(name)]
        ) {
            throw IdentityError(
                .nameTaken,
                "there is an organisation of that name",
                pointer: "/name"
            )
        }
        let record = OrganisationRecord(id: ids.next(), name: name, createdAt: clock.now())
        try transaction.execute(
            "INSERT INTO identity_organisation (id, name, created_at) VALUES (?, ?, ?)",
            [.id(record.id), .text(name), .time(record.createdAt)]
        )
        try audit.append(
            "organisation.created",
            subject: "organisation:\(record.id)",
            detail: ["name": .string(name)],
            scope: scope,
            in: transaction
        )
        return record
    }

    /// Creates a person as a member of the scope's organisation.
    ///
    /// - Parameters:
    ///   - email: unique in the installation.
    ///   - name: as people read it, 1 to 200 characters.
    ///   - password: nil for somebody who cannot sign in yet.
    ///   - roles: within the organisation.
    ///   - scope: an admin's.
    ///   - transaction: what the change belongs to.
    /// - Returns: the account.
    /// - Throws: `IdentityError` of code `forbidden`, `invalidName`, `invalidRole` or `emailTaken`;
    ///   `StoreError`.
    public func createPerson(
        email: EmailAddress,
        name: String,
        password: PasswordHash?,
        roles: Set<Role>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> AccountRecord {
        try scope.require(anyOf: .admin)
        try Role.check(roles)
        if try transaction.exists(
            "SELECT 1 FROM identity_account WHERE email = ?",
            [.text(email.text)]
        ) {
            throw IdentityError(
                .emailTaken,
                "there is an account with that e-mail",
                pointer: "/email"
            )
        }
        let record = AccountRecord(
            id: ids.next(),
            kind: .person,
            email: email.text,
            name: try Self.checked(name),
            disabled: false,
            roles: roles,
            createdAt: clock.now()
        )
        try insert(record, password: password, home: nil, scope: scope, in: transaction)
        return record
    }

    /// The service account of that name in the scope's organisation, created when there is none, with
    /// exactly the given roles.
    ///
    /// Doing it again changes nothing. A disabled account stays disabled.
    ///
    /// - Throws: `IdentityError` of code `forbidden`, `invalidName` or `invalidRole`; `StoreError`.
    @discardableResult
    public func ensureServiceAccount(
        name: String,
        roles: Set<Role>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> AccountRecord {
        try scope.require(anyOf: .admin)
        try Role.check(roles)
        let name = try Self.checked(name)
        if var found = try service(name, scope: scope, in: transaction) {
            guard found.roles != roles else { return found }
            try setRoles(of: found.id, to: roles, scope: scope, in: transaction)
            found.roles = roles
            return found
        }
        if let removed = try removedService(name, roles: roles, scope: scope, in: transaction) {
            return removed
        }
        let record = AccountRecord(
            id: ids.next(),
            kind: .service,
            email: nil,
            name: name,
            disabled: false,
            roles: roles,
            createdAt: clock.now()
        )
        try insert(
            record,
            password: nil,
            home: scope.organisation,
            scope: scope,
            in: transaction
        )
        return record
    }

    /// Makes an existing account a member of one more organisation; only the installation's admin may.
    ///
    /// - Throws: `IdentityError` of code `forbidden`, `notFound` or `invalidRole`; `StoreError`.
    public func addMembership(
        of account: ID<Account>,
        in organisation: ID<Organisation>,
        roles: Set<Role>,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try requireInstallationAdmin(scope)
        try Role.check(roles)
        guard
            try transaction.exists(
                "SELECT 1 FROM identity_account WHERE id = ? AND home IS NULL",
                [.id(account)]
            )
        else { throw Self.noAccount }
        guard
            try transaction.exists(
                "SELECT 1 FROM identity_organisation WHERE id = ?",
                [.id(organisation)]
            )
        else { throw IdentityError(.notFound, "there is no such organisation") }
        let added = try transaction.executeCounting(
            """
            INSERT INTO identity_membership (organisation, account, roles, created_at)
            VALUES (?, ?, ?, ?) ON CONFLICT (organisation, account) DO NOTHING
            """,
            [.id(organisation), .id(account), .json(roles.json), .time(clock.now())]
        )
        let there = try scope.entering(organisation)
        if added == 0 {
            try setRoles(of: account, to: roles, scope: there, in: transaction)
        } else {
            try audit.note("membership.added", account, ["roles": roles.json], there, transaction)
        }
    }

    /// Replaces the account's roles in the scope's organisation; its access tokens end.
    ///
    /// - Throws: `IdentityError` of code `forbidden`, `notFound`, `invalidRole`, `ownAccount` or
    ///   `lastAdmin`; `StoreError`.
    public func setRoles(
        of account: ID<Account>,
        to roles: Set<Role>,
        reason: String? = nil,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try scope.require(anyOf: .admin)
        try requireOther(than: account, scope: scope)
        try Role.check(roles)
        if !roles.contains(.admin) {
            try requireAnotherAdmin(
                than: account,
                in: scope.organisation,
                scope: scope,
                transaction
            )
        }
        let changed = try transaction.executeCounting(
            "UPDATE identity_membership SET roles = ? WHERE organisation = ? AND account = ?",
            [.json(roles.json), .id(scope.organisation), .id(account)]
        )
        guard changed == 1 else { throw Self.noAccount }
        try endAccessTokens(of: account, in: transaction)
        let detail = Self.detail(["roles": roles.json], reason)
        try audit.note("membership.changed", account, detail, scope, transaction)
    }

    /// Removes the account from the scope's organisation; its tokens for it end.
    ///
    /// - Throws: `IdentityError` of code `forbidden` or `notFound`; `StoreError`.
    public func removeMembership(
        of account: ID<Account>,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try scope.require(anyOf: .admin)
        try requireOther(than: account, scope: scope)
        try requireAnotherAdmin(than: account, in: scope.organisation, scope: scope, transaction)
        let changed = try transaction.executeCounting(
            "DELETE FROM identity_membership WHERE organisation = ? AND account = ?",
            [.id(scope.organisation), .id(account)]
        )
        guard changed == 1 else { throw Self.noAccount }
        try transaction.execute(
            """
            UPDATE identity_session SET revoked_at = ?
            WHERE account = ? AND organisation = ? AND revoked_at IS NULL
            """,
            [.time(clock.now()), .id(account), .id(scope.organisation)]
        )
        try endAccessTokens(of: account, in: transaction)
        try audit.note("membership.removed", account, [:], scope, transaction)
    }
}
