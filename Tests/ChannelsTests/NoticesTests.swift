import Core
import Events
import Store
import Testing

@testable import Channels

@Suite(.timeLimit(.minutes(1))) struct NoticesTests {
    private func notice(
        _ severity: Message.Severity,
        effect: String = "e1",
        to audience: [Notice.Audience] = [.roles(["admin", "operator"]), .targets],
        incident: Incident? = nil,
        deduplication: Notice.Deduplication? = nil
    ) -> Notice {
        Notice(
            "alarm.raised",
            ["name": "CPU", "detail": "CPU is hot."],
            severity: severity,
            link: "/console/alarms",
            to: audience,
            effect: effect,
            incident: incident,
            deduplication: deduplication
        )
    }

    private let slack: JSON = [
        "kind": "slack", "name": "Ops",
        "url": "https://hooks.slack.example/services/T0/B0/abcdefghij",
    ]

    @Test("Who has chosen nothing gets all in the inbox, and mail for alarms")
    func standard() async throws {
        let world = try await NoticeWorld()
        try await world.tell(notice(.info, effect: "e1"))
        #expect(try await world.entries().map(\.channel) == ["inbox", "inbox"])
        try await world.tell(notice(.alarm, effect: "e2"))
        let more = try await world.entries("effect_key LIKE 'e2%'")
        #expect(more.map(\.channel) == ["inbox", "email", "inbox", "email"])
        #expect(more.map(\.subject) == Array(repeating: "Alarm: CPU", count: 4))
        // The same effect is told once.
        #expect(try await world.tell(notice(.alarm, effect: "e2")) == 0)
    }

    @Test("What waits for an answer is mailed to whoever takes mail at all, with a link of its own")
    func needsAnswer() async throws {
        let world = try await NoticeWorld()
        let off: JSON = ["channels": ["email": ["enabled": false]]]
        try await world.prefer(world.ben, off)
        var asking = notice(.warning, effect: "e1", to: [.roles(["admin", "operator"])])
        asking.needsAnswer = true
        asking.mailLink = "/console/approve#token"
        try await world.tell(asking)
        let told = try await world.post.database.query(
            "SELECT address, channel, link FROM channels_outbox ORDER BY channel, address",
            []
        ) { [try $0.text(0), try $0.text(1), try $0.text(2)] }
        // Nobody decides who has the store alone.
        let kept = try #require(told.first?.last)
        #expect(kept.hasPrefix("v1.") && !kept.contains("token"))
        let inboxes = [world.ana.id, world.ben.id].map(\.description).sorted()
        #expect(
            told == [["ana@example.com", "email", kept]]
                + inboxes.map { [$0, "inbox", "/console/alarms"] }
        )
        // What only informs is as it was: Ana wants mail for alarms.
        asking.needsAnswer = false
        asking.effect = "e2"
        try await world.tell(asking)
        let more = try await world.entries("effect_key LIKE 'e2%'")
        #expect(more.map(\.channel) == ["inbox", "inbox"])
    }

    @Test("Each hears by the channels, from the severity and in the language chosen")
    func preferences() async throws {
        let world = try await NoticeWorld()
        try await world.prefer(
            world.ben,
            [
                "channels": [
                    "inbox": ["enabled": false], "email": ["enabled": true, "minimum": "warning"],
                    "sms": ["enabled": true, "minimum": "alarm", "address": "+43 660 1234567"],
                ],
                "language": "de",
            ]
        )
        try await world.tell(notice(.info, effect: "e1", to: [.account(world.ben.id)]))
        #expect(try await world.entries().isEmpty)
        try await world.tell(
            Notice(
                "channel.test",
                ["name": "x", "person": "Ana"],
                severity: .warning,
                to: [.account(world.ben.id)],
                effect: "e2"
            )
        )
        let mail = try await world.entries()
        #expect(mail.map(\.channel) == ["email"])
        #expect(mail.first?.subject == "Test von x")
        try await world.tell(notice(.alarm, effect: "e3", to: [.account(world.ben.id)]))
        let both = try await world.entries("effect_key LIKE 'e3%'")
        #expect(both.map(\.channel) == ["email", "sms"])
        #expect(both.last?.address == "+436601234567")
    }

    @Test("In quiet hours messages wait until they end, in the inbox and for alarms they do not")
    func quietHours() async throws {
        let world = try await NoticeWorld()
        func choice(_ exceptAlarm: Bool) -> JSON {
            [
                "channels": ["email": ["enabled": true, "minimum": "info"]],
                "quietHours": [
                    "from": "12:30", "to": "14:00", "timeZone": "Europe/Vienna",
                    "exceptAlarm": .bool(exceptAlarm),
                ],
            ]
        }
        // The clock stands at 2026-11-20T12:00:00Z, which is 13:00 in Vienna.
        let now = world.clock.now()
        try await world.prefer(world.ben, choice(true))
        try await world.tell(notice(.warning, effect: "e1", to: [.account(world.ben.id)]))
        let quiet = try await world.entries()
        #expect(quiet.first { $0.channel == "inbox" }?.due == now)
        #expect(quiet.first { $0.channel == "email" }?.due == now + .seconds(3_600))
        try await world.tell(notice(.alarm, effect: "e2", to: [.account(world.ben.id)]))
        let alarm = try await world.entries("effect_key LIKE 'e2%' AND channel = 'email'")
        #expect(alarm.first?.due == now)
        try await world.prefer(world.ben, choice(false))
        try await world.tell(notice(.alarm, effect: "e3", to: [.account(world.ben.id)]))
        let held = try await world.entries("effect_key LIKE 'e3%' AND channel = 'email'")
        #expect(held.first?.due == now + .seconds(3_600))
    }

    @Test("Alike notices within the window are told once, and the log says so")
    func deduplication() async throws {
        let world = try await NoticeWorld()
        let rule = Notice.Deduplication("cpu", window: .seconds(300))
        #expect(try await world.tell(notice(.info, effect: "e1", deduplication: rule)) == 2)
        world.clock.advance(by: .seconds(299))
        #expect(try await world.tell(notice(.info, effect: "e2", deduplication: rule)) == 0)
        let held = try await world.entries("effect_key LIKE 'e2%'")
        #expect(held.map(\.status) == ["skipped"])
        // Measured from the first one told: a flood does not silence itself for ever.
        world.clock.advance(by: .seconds(1))
        #expect(try await world.tell(notice(.info, effect: "e3", deduplication: rule)) == 2)
        let log = try await world.post.database.read { reader in
            try DeliveryLog().page(
                channel: nil,
                status: "suppressed",
                ListQuery(
                    reading: JSONReader([:]),
                    columns: DeliveryLog.columns,
                    standard: "-at",
                    key: DeliveryLog.key
                ),
                scope: world.scope,
                in: reader
            ).items
        }
        #expect(log.count == 1)
        #expect(log.first?["lastError"]?.string == "alike was told less than 300 seconds ago")
    }

    @Test("Targets hear from their minimum on, by requests as their services ask for")
    func targets() async throws {
        let world = try await NoticeWorld()
        let made = try await world.target(slack)
        #expect(made.minimum == .warning)
        #expect(made.json["url"]?.string == "https://hooks.slack.example/…ghij")
        let stored = try await world.post.database.query(
            "SELECT settings || secret FROM channels_target",
            []
        ) { try $0.text(0) }
        #expect(stored.first?.contains("abcdef") == false)
        try await world.tell(notice(.info, effect: "e1", to: [.targets]))
        #expect(try await world.entries().isEmpty)
        try await world.tell(notice(.alarm, effect: "e2", to: [.targets]))
        try await world.dispatching {
            try await world.wait { try await world.entries().first?.status == "delivered" }
        }
        let request = try #require(world.web.sent.first)
        #expect(request.url == "https://hooks.slack.example/services/T0/B0/abcdefghij")
        #expect(!request.reachesPrivateAddresses)
        let json = try JSON(parsing: request.body ?? [])
        #expect(json["text"]?.string == "🚨 Alarm: CPU")
    }

    @Test(
        "Retry-After is waited for; what is refused for good is given up with the service's words"
    )
    func retries() async throws {
        let world = try await NoticeWorld()
        _ = try await world.target(slack)
        world.web.answer(
            .success(WebAnswer(status: 429, headers: [("retry-after", "120")])),
            .success(WebAnswer(status: 400, body: Array("invalid_blocks".utf8)))
        )
        try await world.tell(notice(.alarm, to: [.targets]))
        try await world.dispatching {
            try await world.wait { world.web.sent.count == 1 }
            let due = world.clock.now() + .seconds(120)
            try await world.wait { try await world.entries().first?.due == due }
            // Once and no further: an attempt under way for too long would be made again.
            world.clock.advance(by: .seconds(120))
            try await world.wait { try await world.entries().first?.status == "failed" }
        }
        #expect(world.web.sent.count == 2)
        let log = try await world.post.database.read { reader in
            try DeliveryLog().page(
                channel: "slack",
                status: "failed",
                ListQuery(
                    reading: JSONReader([:]),
                    columns: DeliveryLog.columns,
                    standard: "-at",
                    key: DeliveryLog.key
                ),
                scope: world.scope,
                in: reader
            ).items
        }
        #expect(log.first?["lastError"]?.string == "answered with status 400: invalid_blocks")
        #expect(log.first?["address"]?.string == "Ops")
        #expect(log.first?["attempts"]?.int == 2)
    }

    @Test("A target that fails time and again is left alone for a while; alarms go before the rest")
    func breaker() async throws {
        let world = try await NoticeWorld()
        var json = slack
        json["minimum"] = "info"
        _ = try await world.target(json)
        world.web.answer(.failure(WebFault(.unreachable, "nobody")))
        for number in 0..<20 {
            try await world.tell(
                notice(number == 19 ? .alarm : .info, effect: "e\(number)", to: [.targets])
            )
        }
        try await world.dispatching {
            // Two at once, and five failures open the breaker: no more than six were sent.
            try await world.wait { world.web.sent.count >= 5 }
            for _ in 0..<5 {
                world.clock.advance(by: .seconds(1))
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect((5...6).contains(world.web.sent.count))
            // The alarm was queued last of twenty, and is among the few that were sent all the same.
            let sent = try world.web.sent.map { try JSON(parsing: $0.body ?? []) }
            #expect(sent.contains { $0["text"]?.string?.hasPrefix("🚨") == true })
            world.web.answer(.success(WebAnswer(status: 200)))
            try await world.wait {
                world.clock.advance(by: .seconds(10))
                return try await world.entries("status = 'delivered'").count == 20
            }
        }
    }

    @Test("A browser that the push service no longer knows is forgotten")
    func goneBrowser() async throws {
        let world = try await NoticeWorld()
        let browser: JSON = [
            "endpoint": "https://push.example/abc", "label": "Phone",
            "keys": [
                // RFC 8291's example.
                "p256dh":
                    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                "auth": "BTBZMqHH6r4Tts7J_aSIgg",
            ],
        ]
        try await world.post.database.transaction { transaction in
            // Twice the same is one.
            for _ in 0..<2 {
                _ = try world.channels.push.add(
                    JSONReader(browser),
                    scope: world.scope,
                    in: transaction
                )
            }
        }
        world.web.answer(.success(WebAnswer(status: 410)))
        try await world.tell(notice(.warning, to: [.account(world.ana.id)]))
        #expect(try await world.entries().map(\.channel) == ["inbox", "push"])
        try await world.dispatching {
            try await world.wait {
                try await world.entries("channel = 'push'").first?.status == "failed"
            }
            try await world.wait {
                try await world.post.database.read { reader in
                    try world.channels.push.list(scope: world.scope, in: reader).isEmpty
                }
            }
        }
        #expect(world.web.sent.first?.url == "https://push.example/abc")
    }

    @Test(
        "What is no subscription of a browser is refused with the place",
        arguments: [
            ("endpoint", "http://push.example/", "/endpoint"), ("p256dh", "AAAA", "/keys/p256dh"),
            ("auth", "AAAA", "/keys/auth"),
        ]
    )
    func badBrowser(member: String, value: String, pointer: String) async throws {
        let world = try await NoticeWorld()
        var values = [
            "endpoint": "https://push.example/abc",
            "p256dh":
                "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        ]
        values[member] = value
        let browser: JSON = [
            "endpoint": .optional(values["endpoint"]),
            "keys": ["p256dh": .optional(values["p256dh"]), "auth": .optional(values["auth"])],
        ]
        let fault = await #expect(throws: GeneralFault.self) {
            try await world.post.database.transaction { transaction in
                _ = try world.channels.push.add(
                    JSONReader(browser),
                    scope: world.scope,
                    in: transaction
                )
            }
        }
        #expect(fault?.pointer == pointer)
    }

    @Test("An organisation's own words take the place of the kind's, and only theirs")
    func templates() async throws {
        let world = try await NoticeWorld()
        let templates = world.channels.templates
        try await world.post.database.transaction { transaction in
            try templates.set(
                .init(subject: "Achtung:\n{{name}}", body: "{{detail}}{{detail}}"),
                kind: "alarm.raised",
                language: "en",
                scope: world.scope,
                in: transaction
            )
        }
        try await world.tell(notice(.info))
        #expect(try await world.entries().first?.subject == "Achtung: CPU")
        let fault = await #expect(throws: ChannelError.self) {
            try await world.post.database.transaction { transaction in
                try templates.set(
                    .init(subject: "{{password}}", body: ""),
                    kind: "alarm.raised",
                    language: "en",
                    scope: world.scope,
                    in: transaction
                )
            }
        }
        #expect(fault?.pointer == "/subject")
        try await world.post.database.transaction { transaction in
            try templates.reset(
                kind: "alarm.raised",
                language: "en",
                scope: world.scope,
                in: transaction
            )
        }
        try await world.tell(notice(.info, effect: "e2"))
        #expect(try await world.entries("effect_key LIKE 'e2%'").first?.subject == "Alarm: CPU")
    }
}
