import Agents
import Channels
import Core
import Events
import Identity
import Live
import Objects
import Observability
import Platform
import Store

/// What runs beside the server, and who works at the machine.
extension Installation {
    /// What is done every hour.
    var housekeeping: Housekeeping {
        let logger = kernel.logger
        let clock = clock
        let keys = ToolRoutes(
            registry: registry,
            database: database,
            clock: clock,
            ids: kernel.ids
        )
        return Housekeeping(
            [
                .init("idempotency keys") { try await keys.forgetOldKeys() },
                .init("sessions") { [identity] in
                    _ = try await identity.signIn.prune(expiredBefore: clock.now())
                },
                .init("erasures") { [persons] in try await persons.clear() },
                .init("objects") { [kernel] in
                    _ = try await kernel.objects.sweep(olderThan: .seconds(86_400))
                },
                .init("events") { [database] in
                    _ = try await EventRetention().apply(to: database, at: clock.now())
                },
            ] + ChannelServices.chores(kernel) + WorkflowServices.chores(kernel)
                + IntentServices.chores(kernel),
            clock: clock
        ) { name, error in
            logger.error(
                "housekeeping",
                ["chore": .string(name), "error": .string(String(describing: error))]
            )
        }
    }

    /// What delivers messages; without a mail server only the inbox.
    func delivery() throws -> OutboxDelivery {
        var email: OutboxDelivery.Email?
        if let host = configuration.text("mail.host") {
            let security: SMTPConfiguration.Security =
                switch configuration.text("mail.security") {
                case "none": .none
                case "tls": .tls
                default: .startTLS
                }
            email = OutboxDelivery.Email(
                transport: try SMTPTransport(
                    SMTPConfiguration(
                        host: host,
                        port: configuration.integer("mail.port"),
                        security: security,
                        user: configuration.text("mail.user"),
                        password: configuration.text("mail.password"),
                        certificates: configuration.text("mail.certificates")
                    )
                ),
                sender: try EmailAddress(configuration.text("mail.from") ?? "weft@localhost"),
                linkBase: configuration.text("server.url")
            )
        }
        return OutboxDelivery(
            kernel.outbox,
            database: database,
            email: email,
            clock: clock,
            random: SystemRandom(),
            metrics: kernel.metrics,
            log: kernel.logger,
            tracer: observation.tracer
        ) { [kernel] organisation, account in
            kernel.live.changed("inbox", organisation: organisation, account: account)
        }
    }

    /// The authority of whoever sits at the machine: the first administrator of an organisation.
    ///
    /// Without a name it is the only organisation's.
    func administrator(of name: String?) async throws -> Scope {
        let all = try await identity.accounts.organisations(
            scope: .installation(trace: TraceContext(random: SystemRandom()))
        )
        let found = all.filter { $0.id != .system && (name == nil || $0.name == name) }
        guard let organisation = found.first, found.count == 1 else {
            throw GeneralFault(
                .notFound,
                code: "organisation-not-found",
                found.isEmpty
                    ? "there is no such organisation; `weft init` makes one"
                    : "there are several organisations; name one with --organisation"
            )
        }
        let scope = try Scope.installation(trace: TraceContext(random: SystemRandom()))
            .entering(organisation.id)
        let people = try await identity.accounts.list(scope: scope)
        guard
            let admin = people.first(where: { $0.kind == .person && $0.roles.contains(.admin) })
        else {
            throw GeneralFault(
                .notFound,
                code: "no-administrator",
                "\(organisation.name) has no administrator"
            )
        }
        return Scope(
            organisation: organisation.id,
            actor: admin.actor,
            roles: admin.roles,
            trace: scope.trace
        )
    }
}
