public import Core
public import Store

extension Accounts {
    /// The members of the scope's organisation that fit, in the order of their accounts' creation.
    ///
    /// - Throws: `IdentityError` of code `forbidden`; `StoreError`.
    public func find(
        _ filter: AccountFilter,
        after: ID<Account>? = nil,
        limit: Int = 50,
        scope: Scope,
        in reader: any Reader
    ) throws -> [AccountSummary] {
        try scope.require(anyOf: .admin)
        var conditions = ["m.organisation = ?", "m.account > ?"]
        var values: [SQLValue] = [.id(scope.organisation), .text(after?.description ?? "")]
        if let text = filter.text {
            let pattern = "%" + LikePattern.escaped(text.lowercased()) + "%"
            conditions.append(
                "(lower(a.name) LIKE ? ESCAPE '!' OR a.email LIKE ? ESCAPE '!')"
            )
            values += [.text(pattern), .text(pattern)]
        }
        if let kind = filter.kind {
            conditions.append("a.kind = ?")
            values.append(.text(kind.rawValue))
        }
        if let role = filter.role {
            conditions.append("m.roles LIKE ? ESCAPE '!'")
            values.append(.text("%\"" + LikePattern.escaped(role.rawValue) + "\"%"))
        }
        if let disabled = filter.disabled {
            conditions.append("a.disabled = ?")
            values.append(.bool(disabled))
        }
        values.append(.int(limit))
        return try reader.query(
            """
            SELECT \(AccountSummary.columns) FROM identity_membership m
            JOIN identity_account a ON a.id = m.account
            WHERE \(conditions.joined(separator: " AND ")) ORDER BY m.account LIMIT ?
            """,
            values,
            AccountSummary.read
        )
    }

    /// A member of the scope's organisation as the administration sees it.
    ///
    /// - Throws: `IdentityError` of code `forbidden` or `notFound`; `StoreError`.
    public func summary(
        _ id: ID<Account>,
        scope: Scope,
        in reader: any Reader
    ) throws -> AccountSummary {
        try scope.require(anyOf: .admin)
        let found = try reader.first(
            """
            SELECT \(AccountSummary.columns) FROM identity_membership m
            JOIN identity_account a ON a.id = m.account
            WHERE m.organisation = ? AND m.account = ?
            """,
            [.id(scope.organisation), .id(id)],
            AccountSummary.read
        )
        guard let found else { throw Self.noAccount }
        return found
    }

    /// Changes a member, for a reason that the audit log keeps.
    ///
    /// Nobody changes their own roles or shuts themselves out, and the last admin stays one.
    ///
    /// - Throws: `IdentityError` of code `forbidden`, `ownAccount`, `lastAdmin`, `notFound`,
    ///   `invalidName` or `invalidRole`; `StoreError`.
    public func change(
        _ id: ID<Account>,
        _ change: AccountChange,
        secondFactor: SecondFactor,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> AccountSummary {
        let before = try summary(id, scope: scope, in: transaction).record
        let reason: JSON = .string(change.reason)
        if let name = change.name, name != before.name {
            guard before.kind == .person else {
                throw IdentityError(.forbidden, "a service keeps its name", pointer: "/name")
            }
            try requireGoverned(id, scope: scope, in: transaction)
            let name = try Self.checked(name)
            try transaction.execute(
                "UPDATE identity_account SET name = ? WHERE id = ?",
                [.text(name), .id(id)]
            )
            transaction.afterCommit { [cache] in cache.revoke(account: id) }
            transaction.announce(TokenCache.topic)
            let detail: JSON = [
                "from": .string(before.name), "to": .string(name), "reason": reason,
            ]
            try audit.note("account.renamed", id, detail, scope, transaction)
        }
        if let roles = change.roles, roles != before.roles {
            try Role.checkGiven(roles, to: before.kind)
            try setRoles(of: id, to: roles, reason: change.reason, scope: scope, in: transaction)
        }
        if let disabled = change.disabled {
            try setDisabled(
                disabled,
                account: id,
                reason: change.reason,
                scope: scope,
                in: transaction
            )
        }
        if change.removesSecondFactor {
            try requireGoverned(id, scope: scope, in: transaction)
            try secondFactor.remove(
                from: id,
                detail: ["reason": reason],
                scope: scope,
                in: transaction
            )
        }
        return try summary(id, scope: scope, in: transaction)
    }

    /// Sets one's own password; all other sessions end.
    ///
    /// - Throws: `IdentityError` of code `notFound`; `StoreError`.
    public func changeOwnPassword(
        to password: PasswordHash,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        let account = scope.actor.id
        let changed = try transaction.executeCounting(
            "UPDATE identity_account SET password_hash = ? WHERE id = ? AND kind = 'person'",
            [.text(password.text), .id(account)]
        )
        guard changed == 1 else { throw Self.noAccount }
        try transaction.execute(
            """
            UPDATE identity_session SET revoked_at = ?
            WHERE account = ? AND id <> ? AND revoked_at IS NULL
            """,
            [.time(clock.now()), .id(account), .text(scope.session?.description ?? "")]
        )
        try transaction.execute(
            "DELETE FROM identity_reset WHERE account = ?",
            [.id(account)]
        )
        transaction.afterCommit { [cache] in cache.revoke(account: account) }
        transaction.announce(TokenCache.topic)
        try audit.note("password.changed", account, [:], scope, transaction)
    }

    /// Refuses a change that takes the last admin from an organisation: a person who can sign in.
    ///
    /// The installation itself, that is whoever sits at the machine, is not kept from it.
    func requireAnotherAdmin(
        than account: ID<Account>,
        in organisation: ID<Organisation>,
        scope: Scope,
        _ reader: any Reader
    ) throws {
        guard !scope.isInstallation else { return }
        let admins: [ID<Account>] = try reader.query(
            """
            SELECT a.id FROM identity_membership m JOIN identity_account a ON a.id = m.account
            WHERE m.organisation = ? AND a.kind = 'person' AND a.disabled = 0
                AND m.roles LIKE '%"admin"%'
            LIMIT 2
            """,
            [.id(organisation)]
        ) { try $0.id(0) }
        guard admins == [account] else { return }
        throw IdentityError(
            .lastAdmin,
            "this is the organisation's last admin; make another one first"
        )
    }

    /// Refuses somebody who changes their own rights.
    func requireOther(than account: ID<Account>, scope: Scope) throws(IdentityError) {
        guard scope.actor.id != account else {
            throw IdentityError(
                .ownAccount,
                "nobody changes their own rights; another admin has to do it"
            )
        }
    }
}

extension Accounts {
    /// Makes a person a member, as an admin does it: of roles that people have.
    ///
    /// - Throws: as ``createPerson(email:name:password:roles:scope:in:)``.
    public func createMember(
        email: EmailAddress,
        name: String,
        password: PasswordHash?,
        roles: Set<Role>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> AccountRecord {
        try scope.require(anyOf: .admin)
        try Role.checkGiven(roles, to: .person)
        return try createPerson(
            email: email,
            name: name,
            password: password,
            roles: roles,
            scope: scope,
            in: transaction
        )
    }
}
