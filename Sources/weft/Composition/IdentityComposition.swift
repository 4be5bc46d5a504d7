import Channels
import Core
import Identity
import Observability
import Platform
import Store
import Vault

/// Puts the room of identity together with the mail, the web and the configuration.
enum IdentityComposition {
    /// The room over a store that is up to date; chains the audit entries of before there were chains.
    static func assemble(
        _ configuration: Configuration,
        folder: DataFolder,
        database: any Database,
        outbox: Outbox,
        webClient: any WebClient,
        clock: any WallClock
    ) async throws -> IdentityAssembly {
        var signIn = SignInConfiguration()
        signIn.issuer = configuration.text("auth.issuer") ?? signIn.issuer
        signIn.audience = configuration.text("auth.audience") ?? signIn.audience
        let identity = IdentityAssembly(
            database: database,
            keys: try KeyRing(folder: folder.keys, clock: clock),
            vault: try Vault.loadOrCreate(folder: folder.keys),
            mailer: OutboxMailer(
                outbox: outbox,
                isConfigured: configuration.text("mail.host") != nil
                    && configuration.text("server.url") != nil
            ),
            web: webClient,
            providers: try providers(configuration),
            clock: clock,
            random: SystemRandom(),
            configuration: signIn
        )
        try await identity.audit.adopt()
        return identity
    }

    /// The identity provider that `oidc.…` describes; none without `oidc.issuer`.
    private static func providers(
        _ configuration: Configuration
    ) throws(GeneralFault) -> [ProviderConfiguration] {
        guard let issuer = configuration.text("oidc.issuer") else { return [] }
        let roles = (configuration.text("oidc.roles") ?? "").split(separator: ",").map {
            Role(rawValue: String($0.filter { $0 != " " }))
        }
        do throws(IdentityError) {
            return [
                try ProviderConfiguration(
                    name: configuration.text("oidc.name") ?? "oidc",
                    label: configuration.text("oidc.label"),
                    issuer: issuer,
                    clientID: configuration.text("oidc.client-id") ?? "",
                    clientSecret: configuration.text("oidc.client-secret").map { Secret($0) },
                    scopes: configuration.text("oidc.scopes") ?? "openid email profile",
                    publicURL: configuration.text("server.url") ?? "",
                    matchesEmail: configuration.flag("oidc.match-email"),
                    createsAccounts: configuration.flag("oidc.create"),
                    roles: Set(roles),
                    organisation: configuration.text("oidc.organisation")
                )
            ]
        } catch {
            throw GeneralFault(.invalid, code: "invalid-configuration", error.message)
        }
    }

    /// Writes the heads of the audit logs to the log, which other people than the store's keeper read.
    static func announceHeads(_ installation: Installation) async throws {
        for (organisation, head) in try await installation.identity.audit.heads() {
            installation.kernel.logger.info(
                "audit head",
                ["organisation": organisation.json, "head": .string(head.text)]
            )
        }
    }
}

/// Sends the letters of identity by the outbox, in the transaction that decides so.
private struct OutboxMailer: IdentityMailer {
    let outbox: Outbox
    let isConfigured: Bool

    func send(_ mail: IdentityMail, scope: Scope, in transaction: any Transaction) throws {
        let until = "The link can be used once, until \(mail.goodUntil)."
        var message: Message =
            switch mail.purpose {
            case .reset:
                try Message(
                    subject: "Set a new password",
                    body: """
                        Hello \(mail.name),

                        somebody asked to set a new password for your account. If it was you, open the \
                        link below. \(until)

                        If it was not you, do nothing: your password stays as it is.
                        """,
                    link: mail.link.exposed
                )
            case .invitation:
                try Message(
                    subject: "Your account is ready",
                    body: """
                        Hello \(mail.name),

                        an account was made for you. Open the link below to set your password. \(until)
                        """,
                    link: mail.link.exposed
                )
            }
        message.linkIsSecret = true
        try outbox.enqueue(
            message,
            to: .email(try Channels.EmailAddress(mail.address.text)),
            effect: mail.key,
            scope: scope,
            in: transaction
        )
    }
}
