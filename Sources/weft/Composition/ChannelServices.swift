import Channels
import Core
import Events
import Identity
import Observability
import Platform
import Store
import Vault
import Web

/// Webhooks, channels and escalations, composed.
enum ChannelServices {
    /// The parts that tools and solutions work with.
    static func assembly(
        _ configuration: Configuration,
        folder: DataFolder,
        accounts: Accounts,
        kinds: [MessageKind],
        outbox: Outbox,
        ids: IDGenerator,
        clock: any WallClock
    ) throws -> ChannelsAssembly {
        let url = configuration.text("server.url") ?? ""
        let contact =
            url.hasPrefix("https://")
            ? url : "mailto:\(configuration.text("mail.from") ?? "weft@localhost")"
        return ChannelsAssembly(
            outbox: outbox,
            templates: try MessageTemplates(
                kinds,
                language: configuration.text("channels.language") ?? "en"
            ),
            people: AccountPeople(accounts),
            vault: try Vault.loadOrCreate(folder: folder.keys),
            pushKey: try P256Key.loadOrCreate(folder: folder.keys, name: PushSender.keyFile),
            contact: contact,
            addresses: TargetAddresses(
                allowsPrivate: configuration.flag("channels.private-targets")
            ),
            ids: ids,
            clock: clock
        )
    }

    /// The rules that give events to webhooks and alarms to people.
    static func rules(_ channels: ChannelsAssembly) throws -> [EventRule] {
        [
            EventRule(
                name: Webhooks.rule,
                pattern: try Pattern(["specversion": ["1.0"]]),
                target: channels.webhooks
            ),
            EventRule(
                name: AlarmNotices.rule,
                pattern: try Pattern(AlarmNotices.pattern),
                target: AlarmNotices(channels.escalations)
            ),
        ]
    }

    /// What sends: everything but the inbox and mail.
    static func services(_ kernel: Kernel, audit: AuditLog, tracer: Tracer) -> [any Service] {
        let channels = kernel.channels
        return [
            ChannelDispatch(
                channels.outbox,
                database: kernel.database,
                client: kernel.webClient,
                senders: ChannelSenders(
                    targets: channels.targets,
                    push: channels.push,
                    pushSender: channels.pushSender,
                    linkBase: kernel.configuration.text("server.url")
                ),
                clock: kernel.clock,
                random: SystemRandom(),
                metrics: kernel.metrics,
                log: kernel.logger,
                tracer: tracer
            ),
            WebhookDispatch(
                channels.webhooks,
                database: kernel.database,
                client: kernel.webClient,
                random: SystemRandom(),
                metrics: kernel.metrics,
                log: kernel.logger,
                tracer: tracer,
                privacy: kernel.privacy
            ) { webhook, organisation, transaction in
                let scope = Scope.channels(
                    in: organisation,
                    trace: TraceContext(random: SystemRandom())
                )
                try channels.notices.tell(
                    .webhookDisabled(webhook, at: kernel.clock.now()),
                    scope: scope,
                    in: transaction
                )
                try audit.append(
                    "webhook.disabled",
                    subject: "webhook:\(webhook.id)",
                    detail: [
                        "name": .string(webhook.name), "reason": .optional(webhook.disabledReason),
                    ],
                    scope: scope,
                    in: transaction
                )
            },
            EscalationService(
                channels.escalations,
                database: kernel.database,
                clock: kernel.clock,
                log: kernel.logger
            ),
        ]
    }

    /// What is forgotten after a while.
    static func chores(_ kernel: Kernel) -> [Housekeeping.Chore] {
        [
            .init("channels") {
                let days = kernel.configuration.integer("channels.days")
                try await ChannelRetention(age: .seconds(days * 86_400))
                    .apply(to: kernel.database, at: kernel.clock.now())
            }
        ]
    }
}
