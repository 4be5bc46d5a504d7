import Core
import Identity
import Store
import StoreTesting
import Testing

@testable import Agents

@Suite(.timeLimit(.minutes(1))) struct ApprovalDeadlinesTests {
    private static func request() -> ApprovalRequest {
        var request = ApprovalWorld.buying()
        request.expiresAt = ApprovalWorld.start + .seconds(100)
        request.escalation = [
            .init(after: .seconds(10), roles: [.supervisor]),
            .init(after: .seconds(20), roles: [.manager, .operator]),
        ]
        return request
    }

    @Test("Further roles are told step by step, and then it expires")
    func steps() async throws {
        let world = try await ApprovalWorld()
        let service = world.deadlines()
        let id = try await world.ask(Self.request())
        let supervisor = ApprovalWorld.scope("Sue", 8, roles: [.supervisor])
        world.clock.advance(by: .seconds(9))
        _ = try await service.takeDue()
        #expect(world.messages.all == ["ask admin,manager"])
        world.clock.advance(by: .seconds(1))
        _ = try await service.takeDue()
        _ = try await service.takeDue()
        #expect(world.messages.all == ["ask admin,manager", "ask supervisor"])
        world.clock.advance(by: .seconds(10))
        _ = try await service.takeDue()
        // The manager was asked from the beginning.
        #expect(world.messages.all == ["ask admin,manager", "ask supervisor", "ask operator"])
        // Links are good from when they are sent.
        #expect(
            world.messages.moments
                == [0, 10, 20].map { ApprovalWorld.start + .seconds($0) }
        )
        let kept = try await world.database.read {
            try world.approvals.get(id, organisation: ApprovalWorld.organisation, in: $0)
        }
        #expect(kept.refusal(of: supervisor) == nil)
        world.clock.advance(by: .seconds(79))
        _ = try await service.takeDue()
        #expect(try await world.state() == .open)
        world.clock.advance(by: .seconds(1))
        _ = try await service.takeDue()
        _ = try await service.takeDue()
        #expect(try await world.state() == .expired)
        #expect(world.answered == [.expired])
        #expect(
            try await world.told() == [
                "approval.requested", "approval.escalated", "approval.escalated",
                "approval.expired",
            ]
        )
        await #expect(throws: GeneralFault.self) { try await world.decide(id, .approve) }
    }

    @Test("After a standstill missed steps are taken together, and what is over only expires")
    func standstill() async throws {
        let world = try await ApprovalWorld()
        try await world.ask(Self.request())
        world.clock.advance(by: .seconds(50))
        _ = try await world.deadlines().takeDue()
        #expect(world.messages.all == ["ask admin,manager", "ask operator,supervisor"])
        let second = try await ApprovalWorld()
        try await second.ask(Self.request())
        second.clock.advance(by: .seconds(5_000))
        _ = try await second.deadlines().takeDue()
        #expect(second.messages.all == ["ask admin,manager", "close"])
        #expect(second.answered == [.expired])
    }

    @Test("Several processes do each thing once")
    func processes() async throws {
        let world = try await ApprovalWorld()
        for number in 0..<30 {
            var request = Self.request()
            request.key = "run/\(number)"
            try await world.ask(request)
        }
        for _ in 0..<2 {
            world.clock.advance(by: .seconds(50))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask { _ = try await world.deadlines().takeDue() }
                }
                try await group.waitForAll()
            }
        }
        #expect(world.answered == Array(repeating: .expired, count: 30))
        let counts = try await world.told().reduce(into: [:]) { $0[$1, default: 0] += 1 }
        #expect(
            counts == [
                "approval.requested": 30, "approval.escalated": 30, "approval.expired": 30,
            ]
        )
    }

    @Test("One whose answer is refused holds up nobody, and is tried again after a minute")
    func failing() async throws {
        let world = try await ApprovalWorld()
        try await world.ask(Self.request())
        world.refuse(true)
        world.clock.advance(by: .seconds(100))
        _ = try await world.deadlines().takeDue()
        #expect(try await world.state() == .open)
        world.refuse(false)
        _ = try await world.deadlines().takeDue()
        #expect(try await world.state() == .open)
        world.clock.advance(by: .seconds(60))
        _ = try await world.deadlines().takeDue()
        #expect(try await world.state() == .expired)
        #expect(world.answered == [.expired])
    }

    @Test("One whose row is damaged ends nothing and holds up nobody")
    func damaged() async throws {
        let world = try await ApprovalWorld()
        let bad = try await world.ask(Self.request())
        var request = Self.request()
        request.key = "run/1"
        try await world.ask(request)
        try await world.database.transaction { transaction in
            try transaction.execute(
                "UPDATE approval SET escalation = '[{}]', due_at = 1 WHERE id = ?",
                [.id(bad)]
            )
        }
        world.clock.advance(by: .seconds(100))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await world.deadlines().run {} }
            group.addTask {
                while world.answered.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            }
            try await group.next()
            group.cancelAll()
        }
        #expect(world.answered == [.expired])
        let due = try await world.database.query(
            "SELECT due_at FROM approval WHERE id = ?",
            [.id(bad)]
        ) { try $0.timestamp(0) }
        #expect(due == [world.clock.now() + .seconds(60)])
    }

    @Test("The service takes what is due by itself, after a restart too")
    func service() async throws {
        let first = try await ApprovalWorld()
        try await first.ask(Self.request())
        first.database.close()
        let world = try await ApprovalWorld(folder: first.folder)
        world.clock.advance(by: .seconds(100))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await world.deadlines().run {} }
            while world.answered.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            group.cancelAll()
        }
        #expect(world.answered == [.expired])
    }
}
