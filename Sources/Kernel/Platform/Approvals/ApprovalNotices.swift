public import Agents
public import Channels
public import Core
public import Identity
public import Store

/// Tells those who may decide, each with a link of their own, by the channels that they chose.
public struct ApprovalNotices: ApprovalMessenger {
    private let notices: Notices
    private let escalations: Escalations
    private let accounts: Accounts
    private let links: ApprovalLinks
    private let hasAddress: Bool

    /// How many people are asked at once: whoever asks more of them asks nobody.
    private static let most = 500

    /// Tells by these channels.
    ///
    /// - Parameters:
    ///   - channels: what tells people.
    ///   - accounts: who they are.
    ///   - links: makes the links in e-mail.
    ///   - hasAddress: whether the installation knows its own address; without it mail has no links.
    public init(
        channels: ChannelsAssembly,
        accounts: Accounts,
        links: ApprovalLinks,
        hasAddress: Bool
    ) {
        notices = channels.notices
        escalations = channels.escalations
        self.accounts = accounts
        self.links = links
        self.hasAddress = hasAddress
    }

    /// See ``ApprovalMessenger``.
    ///
    /// - Throws: `ChannelError`, `VaultError`, or `StoreError`.
    public func ask(
        _ approval: Approval,
        roles: Set<Role>,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws {
        let request = approval.request
        let scope = Scope.channels(
            in: approval.organisation,
            trace: approval.trace ?? TraceContext(random: SystemRandom())
        )
        // Nobody is asked who would be refused.
        let asked = try accounts.people(in: approval.organisation, transaction).filter { person in
            var own = scope
            own.actor = person.actor
            own.roles = person.roles
            return !person.roles.isDisjoint(with: roles) && approval.refusal(of: own) == nil
        }.prefix(Self.most)
        let until = ApprovalLinks.until(from: now, end: request.expiresAt)
        for person in asked {
            let token = try links.token(
                .init(approval: approval.id, account: person.id, until: until)
            )
            try notices.tell(
                Notice(
                    "approval.requested",
                    [
                        "title": request.title,
                        "asker": request.agent ?? approval.asker.name,
                        "agent": request.agent ?? "", "tool": request.tool ?? "",
                        "for": approval.onBehalfOf.map { " (\($0.name))" } ?? "",
                        "until": request.expiresAt.map(Self.minute) ?? "–",
                    ],
                    severity: .warning,
                    link: "/console/inbox?approval=\(approval.id)",
                    mailLink: hasAddress ? "/console/approve#\(token.exposed)" : nil,
                    needsAnswer: true,
                    to: [.account(person.id)],
                    effect: "approval:\(approval.id)",
                    incident: Incident(approval.subject)
                ),
                scope: scope,
                in: transaction
            )
        }
    }

    /// To the minute, as people write it: whoever reads a mail may be anywhere.
    private static func minute(_ moment: Timestamp) -> String {
        moment.description.prefix(16).replacing("T", with: " ") + " UTC"
    }

    /// See ``ApprovalMessenger``.
    ///
    /// - Throws: `ChannelError`, or `StoreError`.
    public func close(
        _ approval: Approval,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try escalations.close(approval.subject, .resolve, scope: scope, in: transaction)
    }
}
