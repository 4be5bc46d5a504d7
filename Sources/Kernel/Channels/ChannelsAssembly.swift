public import Core
public import Vault

/// The parts of this room that tools and solutions work with, composed.
public struct ChannelsAssembly: Sendable {
    /// Messages to be sent.
    public let outbox: Outbox
    /// Each account's messages within the program.
    public let inbox: Inbox
    /// The words of messages.
    public let templates: MessageTemplates
    /// What people chose.
    public let preferences: Preferences
    /// Where organisations have messages sent.
    public let targets: ChannelTargets
    /// People's browsers.
    public let push: PushSubscriptions
    /// Encrypts for browsers.
    public let pushSender: PushSender
    /// Tells people things.
    public let notices: Notices
    /// Tells them until somebody acknowledges.
    public let escalations: Escalations
    /// Who is told of which events.
    public let webhooks: Webhooks

    /// The parts over what is given.
    public init(
        outbox: Outbox,
        templates: MessageTemplates,
        people: any People,
        vault: Vault,
        pushKey: P256Key,
        contact: String,
        addresses: TargetAddresses,
        ids: IDGenerator,
        clock: any WallClock
    ) {
        self.outbox = outbox
        self.templates = templates
        inbox = Inbox(clock: clock)
        preferences = Preferences(zones: TimeZones())
        targets = ChannelTargets(vault: vault, ids: ids, clock: clock, addresses: addresses)
        push = PushSubscriptions(vault: vault, ids: ids, clock: clock, addresses: addresses)
        pushSender = PushSender(key: pushKey, contact: contact)
        notices = Notices(
            outbox: outbox,
            templates: templates,
            preferences: preferences,
            targets: targets,
            push: push,
            people: people,
            clock: clock
        )
        escalations = Escalations(notices: notices, ids: ids)
        webhooks = Webhooks(vault: vault, ids: ids, clock: clock, addresses: addresses)
    }
}
