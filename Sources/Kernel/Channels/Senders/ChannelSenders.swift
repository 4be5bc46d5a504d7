import Core
import Store

/// Makes requests of messages, by channel.
public struct ChannelSenders: Sendable {
    let targets: ChannelTargets
    let push: PushSubscriptions
    private let pushSender: PushSender
    private let linkBase: String?

    /// Senders over what is configured.
    ///
    /// - Parameters:
    ///   - targets: the organisations' targets.
    ///   - push: the people's browsers.
    ///   - pushSender: encrypts for them.
    ///   - linkBase: precedes links that are paths, for instance `https://weft.example.com`; without it
    ///     such links are left out.
    public init(
        targets: ChannelTargets,
        push: PushSubscriptions,
        pushSender: PushSender,
        linkBase: String?
    ) {
        self.targets = targets
        self.push = push
        self.pushSender = pushSender
        self.linkBase = linkBase
    }

    /// The request for an entry; nil when its target is gone or disabled.
    func request(
        for job: OutboxLane.Job,
        now: Timestamp,
        in reader: any Reader
    ) throws -> WebRequest? {
        let message = TargetMessage(
            message: job.message,
            incident: job.incident,
            id: job.id,
            at: job.createdAt,
            linkBase: linkBase
        )
        var request = try made(job, message, now, reader)
        request?.reachesPrivateAddresses = targets.addresses.allowsPrivate
        return request
    }

    private func made(
        _ job: OutboxLane.Job,
        _ message: TargetMessage,
        _ now: Timestamp,
        _ reader: any Reader
    ) throws -> WebRequest? {
        if job.channel == "push" {
            guard let id = ID<PushSubscription>(job.address),
                let browser = try push.find(id, job.organisation, reader)
            else { return nil }
            return try pushSender.request(message, to: browser, now: now)
        }
        let found: ChannelTarget?
        var number: String?
        if let id = ID<ChannelTarget>(job.address) {
            found = try ChannelTargets.table.find(id, job.organisation, reader)
            number = found?.settings["to"]?.string
        } else {
            found = try targets.gateway(of: job.organisation, in: reader)
            number = job.address
        }
        guard let target = found, target.enabled else { return nil }
        let secrets = try targets.secrets(of: target)
        switch target.kind {
        case .slack: return post(SlackMessage.json(message), secrets["url"]?.string)
        case .teams: return post(TeamsMessage.json(message), secrets["url"]?.string)
        case .pagerduty:
            let event = PagerDutyEvent.json(
                message,
                routingKey: secrets["routingKey"]?.string ?? "",
                source: linkBase ?? "weft"
            )
            return post(event, target.settings["url"]?.string ?? PagerDutyEvent.url)
        case .sms:
            guard let number else {
                throw ChannelError(.invalidConfiguration, "the target has no number")
            }
            return try SMSGateway.request(
                message,
                to: number,
                settings: target.settings,
                secrets: secrets,
                now: now
            )
        }
    }

    private func post(_ json: JSON, _ url: String?) -> WebRequest? {
        guard let url else { return nil }
        return WebRequest(
            "POST",
            url,
            headers: [("Content-Type", "application/json")],
            body: Array(json.text().utf8)
        )
    }
}
