public import Core
public import Store

/// Tells people what there is to tell: to each by the channels, in the language and at the hours chosen.
///
/// Everything is written in the caller's transaction: what is told is told if and only if that commits.
public struct Notices: Sendable {
    let outbox: Outbox
    let templates: MessageTemplates
    let preferences: Preferences
    let targets: ChannelTargets
    let push: PushSubscriptions
    let people: any People
    let clock: any WallClock

    /// Notices over their parts.
    public init(
        outbox: Outbox,
        templates: MessageTemplates,
        preferences: Preferences,
        targets: ChannelTargets,
        push: PushSubscriptions,
        people: any People,
        clock: any WallClock
    ) {
        self.outbox = outbox
        self.templates = templates
        self.preferences = preferences
        self.targets = targets
        self.push = push
        self.people = people
        self.clock = clock
    }

    /// Tells a notice.
    ///
    /// - Parameters:
    ///   - notice: what to whom.
    ///   - scope: the organisation and the trace.
    ///   - transaction: the caller's.
    /// - Returns: how many messages were put into the outbox; 0 when an alike one was told already.
    /// - Throws: `ChannelError`, or `StoreError`.
    @discardableResult
    public func tell(
        _ notice: Notice,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Int {
        if let rule = notice.deduplication,
            try wasTold(rule, scope: scope, in: transaction)
        {
            try outbox.suppress(
                try message(notice, language: nil, scope, in: transaction),
                reason: "alike was told less than \(Int(rule.window.seconds)) seconds ago",
                effect: notice.effect,
                scope: scope,
                in: transaction
            )
            return 0
        }
        var told: Set<ID<Account>> = []
        var count = 0
        for audience in notice.audience {
            switch audience {
            case .account(let id):
                guard
                    let person = try people.person(id, in: scope.organisation, transaction),
                    told.insert(id).inserted
                else { continue }
                count += try tell(person, notice, scope, in: transaction)
            case .roles(let roles):
                for person in try people.people(
                    with: roles,
                    in: scope.organisation,
                    transaction
                ) where told.insert(person.id).inserted {
                    count += try tell(person, notice, scope, in: transaction)
                }
            case .address(let address):
                count += try put(
                    try message(notice, language: nil, scope, in: transaction),
                    .email(address),
                    "\(notice.effect):email",
                    notice,
                    scope,
                    in: transaction
                )
            case .target(let id):
                guard let target = try targets.enabled(id, scope: scope, in: transaction) else {
                    continue
                }
                count += try tell(target, notice, scope, in: transaction)
            case .targets:
                for target in try targets.enabled(scope: scope, in: transaction)
                where target.takesBroadcasts && target.minimum <= notice.severity {
                    count += try tell(target, notice, scope, in: transaction)
                }
            }
        }
        return count
    }

    private func tell(
        _ target: ChannelTarget,
        _ notice: Notice,
        _ scope: Scope,
        in transaction: any Transaction
    ) throws -> Int {
        // That something is over or seen to is for who keeps track of incidents.
        if let action = notice.incident?.action, action == .acknowledge, target.kind != .pagerduty {
            return 0
        }
        return try put(
            try message(notice, language: nil, scope, in: transaction),
            .target(target.id, target.kind),
            "\(notice.effect):\(target.id):\(target.kind.rawValue)",
            notice,
            scope,
            in: transaction
        )
    }

    private func tell(
        _ person: Recipient,
        _ notice: Notice,
        _ scope: Scope,
        in transaction: any Transaction
    ) throws -> Int {
        let choice = try preferences.of(person.id, in: scope.organisation, transaction)
        let message = try message(notice, language: choice.language, scope, in: transaction)
        var mail = notice
        mail.link = notice.mailLink ?? notice.link
        var letter = try self.message(mail, language: choice.language, scope, in: transaction)
        letter.linkIsSecret = notice.mailLink != nil
        let now = clock.now()
        var count = 0
        for channel in PersonalChannel.allCases
        where choice.setting(channel).wants(notice.severity)
            || notice.needsAnswer && channel == .email && choice.setting(.email).enabled
        {
            var due: Timestamp?
            if channel != .inbox {
                due = preferences.release(choice, severity: notice.severity, at: now)
            }
            for (destination, key) in try destinations(channel, person, choice, scope, transaction)
            {
                count += try put(
                    channel == .email ? letter : message,
                    destination,
                    "\(notice.effect):\(person.id)\(key):\(channel.rawValue)",
                    notice,
                    scope,
                    account: person.id,
                    due: due,
                    in: transaction
                )
            }
        }
        return count
    }

    private func destinations(
        _ channel: PersonalChannel,
        _ person: Recipient,
        _ choice: PersonalPreferences,
        _ scope: Scope,
        _ reader: any Reader
    ) throws -> [(Destination, String)] {
        switch channel {
        case .inbox: return [(.inbox(person.id), "")]
        case .email:
            // An address that cannot be written to is no reason to tell nobody.
            guard let email = person.email, let address = try? EmailAddress(email) else {
                return []
            }
            return [(.email(address), "")]
        case .sms:
            guard let number = choice.phone else { return [] }
            return [(.sms(number), "")]
        case .push:
            return try push.ids(of: person.id, in: scope.organisation, reader).map {
                (.push($0), ":\($0)")
            }
        }
    }

    private func put(
        _ message: Message,
        _ destination: Destination,
        _ effect: String,
        _ notice: Notice,
        _ scope: Scope,
        account: ID<Account>? = nil,
        due: Timestamp? = nil,
        in transaction: any Transaction
    ) throws -> Int {
        let entry = try outbox.enqueue(
            message,
            to: destination,
            effect: effect,
            account: account,
            person: notice.person,
            incident: notice.incident,
            due: due,
            scope: scope,
            in: transaction
        )
        return entry.isNew ? 1 : 0
    }

    func message(
        _ notice: Notice,
        language: String?,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> Message {
        try templates.message(
            kind: notice.kind,
            values: notice.values,
            language: language,
            link: notice.link,
            severity: notice.severity,
            organisation: scope.organisation,
            in: reader
        )
    }

    /// Whether an alike notice was told within its window; from now on one was.
    private func wasTold(
        _ rule: Notice.Deduplication,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Bool {
        let now = clock.now()
        let changed = try transaction.executeCounting(
            """
            INSERT INTO channels_told (organisation, key, until) VALUES (?, ?, ?)
            ON CONFLICT (organisation, key) DO UPDATE SET until = excluded.until
                WHERE channels_told.until <= ?
            """,
            [
                .id(scope.organisation), .text(String(rule.key.prefix(200))),
                .time(now + rule.window), .time(now),
            ]
        )
        return changed == 0
    }
}
