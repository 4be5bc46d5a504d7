import Agents
import Channels
import Core
import Events
import Identity
import Live
import Platform
import Privacy
import Store
import Vault
import Workflows

/// Approvals, composed: who is told, who is answered, and what looks after the time.
enum ApprovalServices {
    static func links(_ folder: DataFolder) throws -> ApprovalLinks {
        ApprovalLinks(vault: try Vault.loadOrCreate(folder: folder.keys))
    }

    /// The approvals; ``bind(_:registry:engine:)`` adds what is composed later.
    static func approvals(
        _ configuration: Configuration,
        folder: DataFolder,
        events: EventLog,
        identity: IdentityAssembly,
        channels: ChannelsAssembly,
        privacy: Privacy,
        ids: IDGenerator,
        hints: LiveHints
    ) throws -> Approvals {
        Approvals(
            events: events,
            audit: identity.audit,
            ids: ids,
            privacy: privacy,
            messenger: ApprovalNotices(
                channels: channels,
                accounts: identity.accounts,
                links: try links(folder),
                hasAddress: configuration.text("server.url") != nil
            )
        ) { hints.changed("approvals", organisation: $0) }
    }

    /// Lets changed inputs be checked, and tasks be answered.
    static func bind(_ approvals: Approvals, registry: ToolRegistry, engine: WorkflowEngine) {
        approvals.use(registry)
        approvals.onAnswer(of: .task) { try engine.answer($0, in: $1) }
        approvals.onAnswer(of: .toolCall) { try engine.proceed($0, in: $1) }
    }

    static func service(_ kernel: Kernel) -> any Service {
        ApprovalDeadlines(
            kernel.approvals,
            database: kernel.database,
            clock: kernel.clock,
            log: kernel.logger
        )
    }
}
