import Core
import Store
import Testing

@testable import Channels

@Suite(.timeLimit(.minutes(1))) struct UpkeepTests {
    private let pager: JSON = [
        "kind": "pagerduty", "name": "On call", "routingKey": "R0123456789ABCDEFGHIJ",
    ]

    private func notice(_ effect: String, _ action: Incident.Action = .trigger) -> Notice {
        Notice(
            "alarm.raised",
            ["name": "CPU", "detail": "Hot."],
            severity: .alarm,
            to: [.targets],
            effect: effect,
            incident: Incident("alarm:1", action)
        )
    }

    private func close(_ world: NoticeWorld, _ action: Incident.Action) async throws {
        try await world.post.database.transaction { transaction in
            try world.channels.escalations.close(
                "alarm:1",
                action,
                scope: world.scope,
                in: transaction
            )
        }
    }

    private func actions(_ world: NoticeWorld) throws -> [String?] {
        try world.web.sent.map { request in
            try JSON(parsing: request.body ?? [])["event_action"]?.string
        }
    }

    @Test("PagerDuty hears of an incident in its order: a resolve waits for its trigger's retries")
    func order() async throws {
        let world = try await NoticeWorld()
        _ = try await world.target(pager)
        world.web.answer(
            .success(WebAnswer(status: 500)),
            .success(WebAnswer(status: 202))
        )
        try await world.tell(notice("e1"))
        try await world.dispatching {
            try await world.wait {
                try await world.entries("reason IS NOT NULL AND status = 'pending'").count == 1
            }
            try await close(world, .resolve)
            try await world.wait {
                // In small steps: an attempt that is under way for a minute would be made again.
                world.clock.advance(by: .milliseconds(100))
                return try await world.entries("status = 'delivered'").count == 2
            }
        }
        #expect(try actions(world) == ["trigger", "trigger", "resolve"])
    }

    @Test("A resolve is sent when its trigger was given up, too")
    func givenUp() async throws {
        let world = try await NoticeWorld()
        _ = try await world.target(pager)
        world.web.answer(
            .success(WebAnswer(status: 400)),
            .success(WebAnswer(status: 202))
        )
        try await world.tell(notice("e1"))
        try await close(world, .resolve)
        try await world.dispatching {
            try await world.wait { try await world.entries("status = 'delivered'").count == 1 }
        }
        #expect(try actions(world) == ["trigger", "resolve"])
    }

    @Test("An incident that is triggered again is acknowledged and resolved again")
    func again() async throws {
        let world = try await NoticeWorld()
        _ = try await world.target(pager)
        for round in 1...2 {
            try await world.tell(notice("e\(round)"))
            try await close(world, .acknowledge)
            // Saying it twice changes nothing.
            try await close(world, .acknowledge)
            world.clock.advance(by: .seconds(60))
        }
        try await close(world, .resolve)
        #expect(
            try await world.entries().map(\.action) == [
                "trigger", "acknowledge", "trigger", "acknowledge", "resolve",
            ]
        )
    }

    @Test("Requests carry the trace of what made the message")
    func trace() async throws {
        let world = try await NoticeWorld()
        _ = try await world.target(pager)
        try await world.tell(notice("e1"))
        try await world.dispatching {
            try await world.wait { world.web.sent.count == 1 }
        }
        let field = world.web.sent.first?.headers.first { $0.name == "traceparent" }?.value
        let trace = try #require(field.flatMap { TraceContext($0) })
        #expect(trace.traceID == world.scope.trace.traceID)
    }

    @Test("A day's text messages are limited by organisation, and the log says so")
    func texts() async throws {
        let post = try await PostOffice()
        let outbox = Outbox(
            ids: IDGenerator(clock: post.clock, random: post.random),
            clock: post.clock,
            textsPerDay: 2
        )
        let message = try Message(subject: "Hot", body: "")
        func text(_ effect: String, _ scope: Scope) async throws -> OutboxState {
            let entry = try await post.database.transaction { transaction in
                try outbox.enqueue(
                    message,
                    to: .sms("+436601234567"),
                    effect: effect,
                    scope: scope,
                    in: transaction
                )
            }
            return try await post.state(entry.id, scope: scope)
        }
        #expect(try await text("1", post.ana).status == .pending)
        #expect(try await text("2", post.ana).status == .pending)
        let third = try await text("3", post.ana)
        #expect(third.status == .failed && third.finishedAt == post.clock.now())
        #expect(
            third.reason
                == "the organisation's 2 text messages of today are used up (channels.texts-per-day)"
        )
        #expect(try await text("1", PostOffice.scope("other")).status == .pending)
        // It is noon; the next day begins twelve hours later.
        post.clock.advance(by: .seconds(12 * 3_600 - 1))
        #expect(try await text("4", post.ana).status == .failed)
        post.clock.advance(by: .seconds(1))
        #expect(try await text("5", post.ana).status == .pending)
    }

    @Test("What ended long ago is forgotten; what waits, and what must still be resolved, is not")
    func retention() async throws {
        let world = try await NoticeWorld()
        _ = try await world.target(pager)
        try await world.tell(notice("open"))
        try await world.post.database.transaction { transaction in
            for index in 0..<2_500 {
                try world.post.outbox.suppress(
                    try Message(subject: "\(index)", body: ""),
                    reason: "alike",
                    effect: "e\(index)",
                    scope: world.scope,
                    in: transaction
                )
            }
        }
        try await world.dispatching {
            try await world.wait { try await world.entries("status = 'delivered'").count == 1 }
        }
        _ = try await world.post.mail()
        let retention = ChannelRetention(age: .seconds(30 * 86_400))
        world.clock.advance(by: .seconds(30 * 86_400))
        try await retention.apply(to: world.post.database, at: world.clock.now())
        #expect(try await world.entries().count == 2_502)
        world.clock.advance(by: .seconds(1))
        try await retention.apply(to: world.post.database, at: world.clock.now())
        #expect(try await world.entries().map(\.channel) == ["pagerduty", "email"])

        // Once it was resolved the trigger is forgotten with the rest.
        try await close(world, .resolve)
        try await world.dispatching {
            try await world.wait { try await world.entries("status = 'delivered'").count == 2 }
        }
        world.clock.advance(by: .seconds(31 * 86_400))
        try await retention.apply(to: world.post.database, at: world.clock.now())
        #expect(try await world.entries().map(\.channel) == ["email"])
    }
}
