import Core
import Events
import Store
import Testing

@testable import Channels

@Suite(.timeLimit(.minutes(1))) struct EscalationTests {
    private let steps: JSON = [
        ["afterMinutes": 0, "targets": [["kind": "role", "id": "operator"]]],
        ["afterMinutes": 10, "targets": [["kind": "role", "id": "admin"]]],
    ]

    private func notice(_ key: String = "alarm:1") -> Notice {
        Notice(
            "alarm.raised",
            ["name": "CPU", "detail": "Hot."],
            severity: .alarm,
            to: [],
            effect: "raised:\(key)",
            incident: Incident(key)
        )
    }

    private func inbox(_ world: NoticeWorld, _ person: Recipient) async throws -> [String] {
        try await world.entries("channel = 'inbox' AND address = '\(person.id)'").map(\.subject)
    }

    @Test("Steps are taken at their minutes, and the last is repeated, until somebody acknowledges")
    func steps() async throws {
        let world = try await NoticeWorld()
        _ = try await world.policy([
            "name": "On call", "steps": steps, "repeatMinutes": 30,
        ])
        try await world.raise(notice())
        try await world.takeSteps()
        #expect(try await inbox(world, world.ben) == ["Alarm: CPU"])
        #expect(try await inbox(world, world.ana) == [])
        world.clock.advance(by: .seconds(599))
        try await world.takeSteps()
        #expect(try await inbox(world, world.ana) == [])
        world.clock.advance(by: .seconds(1))
        try await world.takeSteps()
        #expect(try await inbox(world, world.ana) == ["Not acknowledged: Alarm: CPU"])
        world.clock.advance(by: .seconds(1_800))
        try await world.takeSteps()
        #expect(try await inbox(world, world.ana).count == 2)
        #expect(try await inbox(world, world.ben).count == 1)

        // The message arrives in the inbox, and Ana acknowledges it there.
        let item = try await deliverInbox(world)
        #expect(item.json["needsAcknowledgement"]?.bool == true)
        let key = try await world.post.database.transaction { transaction in
            try world.channels.escalations.acknowledge(
                item.id,
                note: "on it",
                scope: world.scope,
                in: transaction
            )
        }
        #expect(key == "alarm:1")
        world.clock.advance(by: .seconds(100_000))
        try await world.takeSteps()
        #expect(try await inbox(world, world.ana).count == 2)
        let items = try await world.post.database.read { reader in
            try world.channels.inbox.list(scope: world.scope, in: reader)
        }
        #expect(items.allSatisfy { $0.acknowledgedAt != nil && $0.acknowledgedBy == "ana" })
        let states = try await world.post.database.read { reader in
            try world.channels.escalations.incidents(
                state: nil,
                ListQuery(
                    reading: JSONReader([:]),
                    columns: Escalations.incidentOrders,
                    standard: "-openedAt",
                    key: .init("id", "id")
                ),
                scope: world.scope,
                in: reader
            ).items
        }
        #expect(states.map { $0["state"]?.string } == ["acknowledged"])
        #expect(states.first?["note"]?.string == "on it")
        // A second time there is nothing to do.
        let again = try await world.post.database.transaction { transaction in
            try world.channels.escalations.acknowledge(
                item.id,
                note: nil,
                scope: world.scope,
                in: transaction
            )
        }
        #expect(again == nil)
    }

    private func deliverInbox(_ world: NoticeWorld) async throws -> Inbox.Item {
        try await world.post.delivering(nil) {
            try await world.wait {
                try await world.entries("channel = 'inbox' AND status = 'pending'").isEmpty
            }
        }
        let items = try await world.post.database.read { reader in
            try world.channels.inbox.list(scope: world.scope, in: reader)
        }
        return try #require(items.first)
    }

    @Test("What was due while nothing ran is taken once after a restart, not made up for")
    func restart() async throws {
        let world = try await NoticeWorld()
        _ = try await world.policy(["name": "On call", "steps": steps, "repeatMinutes": 30])
        try await world.raise(notice())
        // A night passes without the program; another instance starts on the same store.
        world.clock.advance(by: .seconds(8 * 3_600))
        let again = Escalations(
            notices: world.channels.notices,
            ids: IDGenerator(clock: world.clock, random: world.post.random)
        )
        while try await world.post.database.transaction({ try again.takeDueSteps(in: $0) }) > 0 {}
        #expect(try await inbox(world, world.ben).count == 1)
        #expect(try await inbox(world, world.ana).isEmpty)
        // The next one is on the half hour after the last step, not at once.
        world.clock.advance(by: .seconds(30 * 60))
        try await world.takeSteps()
        #expect(try await inbox(world, world.ana).count == 1)
    }

    @Test("Only incidents of the policy's severity escalate, each once by each policy")
    func once() async throws {
        let world = try await NoticeWorld()
        _ = try await world.policy(["name": "A", "steps": steps, "minimum": "alarm"])
        var weak = notice()
        weak.severity = .warning
        try await world.raise(weak)
        try await world.takeSteps()
        #expect(try await world.entries().isEmpty)
        for _ in 0..<3 { try await world.raise(notice()) }
        try await world.takeSteps()
        #expect(try await inbox(world, world.ben).count == 1)
        // When it is over and comes again it escalates anew.
        try await world.post.database.transaction { transaction in
            try world.channels.escalations.close(
                "alarm:1",
                .resolve,
                scope: world.scope,
                in: transaction
            )
        }
        try await world.raise(notice())
        try await world.takeSteps()
        #expect(try await inbox(world, world.ben).count == 2)
    }

    @Test("Alarms of the log reach people and PagerDuty, and end when they clear")
    func alarms() async throws {
        let world = try await NoticeWorld()
        let target = try await world.target([
            "kind": "pagerduty", "name": "Service",
            "routingKey": "R0123456789ABCDEF0123456789ABCDE", "minimum": "warning",
        ])
        _ = try await world.policy([
            "name": "On call", "minimum": "warning",
            "steps": [["afterMinutes": 5, "targets": [["kind": "target", "id": target.id.json]]]],
        ])
        let follower = AlarmNotices(world.channels.escalations)
        func happen(_ type: String, _ key: String) async throws {
            let event = Event(
                id: ID(high: world.post.random.next(), low: 1),
                source: "weft/alarm",
                type: type,
                subject: key,
                time: world.clock.now(),
                data: [
                    "rule": "cpu", "name": "CPU over 80 %", "detail": "It is 91 %.",
                    "severity": "warning", "value": 91, "threshold": 80,
                ],
                scope: world.scope
            )
            try await world.post.database.transaction { transaction in
                try follower.take(event, rule: AlarmNotices.rule, in: transaction)
            }
        }
        try await happen("alarm.raised", "alarm:7")
        let raised = try await world.entries()
        #expect(raised.map(\.channel) == ["inbox", "inbox", "pagerduty"])
        #expect(raised.first?.subject == "Alarm: CPU over 80 %")
        try await happen("alarm.acknowledged", "alarm:7")
        try await happen("alarm.cleared", "alarm:7")
        let all = try await world.entries("channel = 'pagerduty'")
        #expect(all.map(\.action) == ["trigger", "acknowledge", "resolve"])
        world.clock.advance(by: .seconds(3_600))
        try await world.takeSteps()
        #expect(try await world.entries("channel = 'pagerduty'").count == 3)
        // Another alarm of the same rule at once is not told again, and escalates all the same.
        try await happen("alarm.raised", "alarm:8")
        let count = try await world.entries().count
        try await happen("alarm.raised", "alarm:9")
        #expect(try await world.entries("status <> 'skipped'").count == count)
        world.clock.advance(by: .seconds(300))
        try await world.takeSteps()
        #expect(try await world.entries("channel = 'pagerduty' AND action = 'trigger'").count == 4)
    }

    @Test(
        "Policies that make no sense are refused with the place",
        arguments: [
            (["name": "x", "steps": []], "/steps"),
            (
                [
                    "name": "x",
                    "steps": [
                        ["afterMinutes": 5, "targets": [["kind": "role", "id": "admin"]]],
                        ["afterMinutes": 5, "targets": [["kind": "role", "id": "admin"]]],
                    ],
                ], "/steps/1/afterMinutes"
            ),
            (
                [
                    "name": "x",
                    "steps": [["afterMinutes": 0, "targets": [["kind": "dog", "id": "rex"]]]],
                ], "/steps/0/targets/0/kind"
            ),
            (
                [
                    "name": "x",
                    "steps": [
                        [
                            "afterMinutes": 0,
                            "targets": [
                                ["kind": "account", "id": "01930000-0000-7000-8000-c00000000026"]
                            ],
                        ]
                    ],
                ], "/steps/0/targets/0/id"
            ),
            (
                [
                    "name": "x", "repeatMinutes": 3,
                    "steps": [["afterMinutes": 0, "targets": [["kind": "role", "id": "admin"]]]],
                ], "/repeatMinutes"
            ),
        ] as [(JSON, String)]
    )
    func badPolicies(json: JSON, pointer: String) async throws {
        let world = try await NoticeWorld()
        do {
            _ = try await world.policy(json)
            Issue.record("it was taken")
        } catch let fault as any Fault {
            #expect(fault.pointer == pointer)
        }
    }

    @Test(
        "Targets that make no sense are refused with the place",
        arguments: [
            (["kind": "slack", "name": "x"], "/url"),
            (["kind": "slack", "name": "x", "url": "http://hooks.slack.example/x"], "/url"),
            (
                ["kind": "slack", "name": "x", "routingKey": "R0123456789ABCDEF0123456789"],
                "/routingKey"
            ),
            (["kind": "pagerduty", "name": "x", "routingKey": "a b"], "/routingKey"),
            (["kind": "sms", "name": "x"], "/preset"),
            (["kind": "sms", "name": "x", "preset": "pigeon"], "/preset"),
            (
                [
                    "kind": "sms", "name": "x", "preset": "twilio", "accountSid": "AC01",
                    "authToken": "12345678", "from": "not a number at all",
                ], "/from"
            ),
            (
                [
                    "kind": "sms", "name": "x", "preset": "generic", "url": "https://sms.example/",
                    "contentType": "application/json", "body": "{{secret}}",
                ], "/body"
            ),
            (
                [
                    "kind": "sms", "name": "x", "preset": "generic", "url": "https://sms.example/",
                    "contentType": "text/plain", "body": "{{text}}",
                ], "/contentType"
            ),
        ] as [(JSON, String)]
    )
    func badTargets(json: JSON, pointer: String) async throws {
        let world = try await NoticeWorld()
        do {
            _ = try await world.target(json)
            Issue.record("it was taken")
        } catch let fault as any Fault {
            #expect(
                fault.pointer?.hasPrefix(pointer) == true
                    || fault.message.contains(String(pointer.dropFirst())),
                "\(fault)"
            )
        }
    }
}
