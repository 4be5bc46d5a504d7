public import Core
public import Store

extension Accounts {
    /// Sets a password and signs the account out everywhere: one's own, or by the admin of the only
    /// organisation it is a member of.
    ///
    /// - Throws: `IdentityError` of code `forbidden` or `notFound`; `StoreError`.
    public func setPassword(
        of account: ID<Account>,
        to password: PasswordHash,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        if scope.actor.id != account {
            try requireGoverned(account, scope: scope, in: transaction)
        }
        let changed = try transaction.executeCounting(
            "UPDATE identity_account SET password_hash = ? WHERE id = ? AND kind = 'person'",
            [.text(password.text), .id(account)]
        )
        guard changed == 1 else { throw Self.noAccount }
        try signOutEverywhere(account, in: transaction)
        try audit.note("password.changed", account, [:], scope, transaction)
    }

    /// Shuts an account out, or lets it in again; its tokens and keys end at once.
    ///
    /// - Throws: `IdentityError` of code `forbidden`, `notFound`, `ownAccount` or `lastAdmin`;
    ///   `StoreError`.
    public func setDisabled(
        _ disabled: Bool,
        account: ID<Account>,
        reason: String? = nil,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try requireGoverned(account, scope: scope, in: transaction)
        if disabled {
            try requireOther(than: account, scope: scope)
            for home in try SignIn.memberships(of: account, in: transaction) {
                try requireAnotherAdmin(
                    than: account,
                    in: home.organisation.id,
                    scope: scope,
                    transaction
                )
            }
        }
        let changed = try transaction.executeCounting(
            "UPDATE identity_account SET disabled = ? WHERE id = ? AND disabled <> ?",
            [.bool(disabled), .id(account), .bool(disabled)]
        )
        guard changed == 1 else { return }
        try signOutEverywhere(account, in: transaction)
        let action = disabled ? "account.disabled" : "account.enabled"
        try audit.note(action, account, Self.detail([:], reason), scope, transaction)
    }

    /// Ends all sessions and all access tokens of an account.
    func signOutEverywhere(_ account: ID<Account>, in transaction: any Transaction) throws {
        try transaction.execute(
            "UPDATE identity_session SET revoked_at = ? WHERE account = ? AND revoked_at IS NULL",
            [.time(clock.now()), .id(account)]
        )
        try endAccessTokens(of: account, in: transaction)
    }

    /// Ends the access tokens; sessions go on and get new ones with the rights of then.
    func endAccessTokens(of account: ID<Account>, in transaction: any Transaction) throws {
        try transaction.execute(
            "UPDATE identity_account SET epoch = epoch + 1 WHERE id = ?",
            [.id(account)]
        )
        transaction.afterCommit { [cache] in cache.revoke(account: account) }
        transaction.announce(TokenCache.topic)
    }

    func insert(
        _ record: AccountRecord,
        password: PasswordHash?,
        home: ID<Organisation>?,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO identity_account
                (id, kind, email, home, name, password_hash, disabled, epoch, created_at)
            VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?)
            """,
            [
                .id(record.id), .text(record.kind.rawValue), .text(record.email), .id(home),
                .text(record.name), .text(password?.text), .time(record.createdAt),
            ]
        )
        try transaction.execute(
            """
            INSERT INTO identity_membership (organisation, account, roles, created_at)
            VALUES (?, ?, ?, ?)
            """,
            [
                .id(scope.organisation), .id(record.id), .json(record.roles.json),
                .time(record.createdAt),
            ]
        )
        let detail: JSON = [
            "kind": .string(record.kind.rawValue), "name": .string(record.name),
            "roles": record.roles.json,
        ]
        try audit.note("account.created", record.id, detail, scope, transaction)
    }

    func requireInstallationAdmin(_ scope: Scope) throws(IdentityError) {
        guard scope.isInstallationAdmin else {
            throw IdentityError(.forbidden, "this needs the installation's admin")
        }
    }

    /// An admin of the account's only organisation, or the installation's.
    func requireGoverned(
        _ account: ID<Account>,
        scope: Scope,
        in reader: any Reader
    ) throws {
        try scope.require(anyOf: .admin)
        if scope.isInstallationAdmin {
            guard
                try reader.exists(
                    "SELECT 1 FROM identity_account WHERE id = ?",
                    [.id(account)]
                )
            else { throw Self.noAccount }
            return
        }
        let homes: [ID<Organisation>] = try reader.query(
            "SELECT organisation FROM identity_membership WHERE account = ?",
            [.id(account)]
        ) { try $0.id(0) }
        guard homes.contains(scope.organisation) else { throw Self.noAccount }
        guard homes.count == 1 else {
            throw IdentityError(
                .forbidden,
                "the account is also a member of another organisation: only its owner or the "
                    + "installation's admin may do this"
            )
        }
    }

    static func detail(_ detail: JSON, _ reason: String?) -> JSON {
        guard let reason else { return detail }
        var detail = detail
        detail["reason"] = .string(reason)
        return detail
    }

    static var noAccount: IdentityError {
        IdentityError(.notFound, "there is no such account")
    }

    static func checked(_ name: String) throws(IdentityError) -> String {
        guard (1...200).contains(name.unicodeScalars.count),
            name.contains(where: { !$0.isWhitespace }),
            name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else {
            throw IdentityError(
                .invalidName,
                "a name has 1 to 200 characters and no control characters",
                pointer: "/name"
            )
        }
        return name
    }
}
