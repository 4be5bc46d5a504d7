import Core
import Store

extension FederatedSignIn {
    /// The account of a person that a provider vouches for: known by issuer and subject, else by a
    /// verified e-mail where that is configured, else made where that is.
    func account(
        of claims: IDTokenCheck.Claims,
        at provider: ProviderConfiguration,
        trace: TraceContext,
        in transaction: any Transaction
    ) throws -> ID<Account> {
        let known: (id: ID<Account>, disabled: Bool)? = try transaction.first(
            """
            SELECT a.id, a.disabled FROM identity_federation f
            JOIN identity_account a ON a.id = f.account WHERE f.issuer = ? AND f.subject = ?
            """,
            [.text(claims.issuer), .text(claims.subject)]
        ) { (try $0.id(0), try $0.bool(1)) }
        if let known {
            guard !known.disabled else { throw Self.noAccount }
            return known.id
        }
        guard let text = claims.verifiedEmail, let email = try? EmailAddress(text) else {
            throw Self.noAccount
        }
        let owner: (actor: Actor, disabled: Bool)? = try transaction.first(
            "SELECT id, name, disabled FROM identity_account WHERE email = ?",
            [.text(email.text)]
        ) { row in
            (
                Actor(id: try row.id(0), kind: .person, name: try row.text(1)),
                try row.bool(2)
            )
        }
        if let owner {
            guard provider.matchesEmail, !owner.disabled else { throw Self.noAccount }
            try link(claims, to: owner.actor, provider, trace, transaction)
            return owner.actor.id
        }
        guard provider.createsAccounts else { throw Self.noAccount }
        let scope = try Scope.installation(trace: trace)
            .entering(try organisation(of: provider, in: transaction))
        let name = claims.name.flatMap { try? Accounts.checked($0) } ?? email.text
        let made = try signIn.accounts.createPerson(
            email: email,
            name: name,
            password: nil,
            roles: provider.roles,
            scope: scope,
            in: transaction
        )
        try link(claims, to: made.actor, provider, trace, transaction)
        return made.id
    }

    private func link(
        _ claims: IDTokenCheck.Claims,
        to actor: Actor,
        _ provider: ProviderConfiguration,
        _ trace: TraceContext,
        _ transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO identity_federation (issuer, subject, account, created_at)
            VALUES (?, ?, ?, ?)
            """,
            [
                .text(claims.issuer), .text(claims.subject), .id(actor.id), .time(clock.now()),
            ]
        )
        let home = try SignIn.memberships(of: actor.id, in: transaction).first
        var scope = Scope.installation(trace: trace)
        scope.organisation = home?.organisation.id ?? .system
        scope.actor = actor
        let detail: JSON = [
            "provider": .string(provider.name), "issuer": .string(claims.issuer),
            "subject": .string(claims.subject),
        ]
        try signIn.accounts.audit.note("account.linked", actor.id, detail, scope, transaction)
    }

    private func organisation(
        of provider: ProviderConfiguration,
        in reader: any Reader
    ) throws -> ID<Organisation> {
        let found: [(id: ID<Organisation>, name: String)] = try reader.query(
            "SELECT id, name FROM identity_organisation WHERE id <> ?",
            [.id(ID<Organisation>.system)]
        ) { (try $0.id(0), try $0.text(1)) }
        let fitting = found.filter {
            provider.organisation == nil || $0.name == provider.organisation
        }
        guard let only = fitting.first, fitting.count == 1 else {
            throw IdentityError(
                .providerAccount,
                "no account can be made: oidc.organisation names none, or there are several"
            )
        }
        return only.id
    }

    private static var noAccount: IdentityError {
        IdentityError(
            .providerAccount,
            "the identity provider knows you, but there is no account for you here; ask an admin"
        )
    }
}
