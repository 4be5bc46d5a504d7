import Core
import Identity
import Store
import StoreTesting
import Testing

@testable import Agents

@Suite(.timeLimit(.minutes(1))) struct ApprovalsTests {
    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? GeneralFault)?.code
        }
    }

    @Test("A question is asked once by its key, told, and answered once")
    func asking() async throws {
        let world = try await ApprovalWorld()
        #expect(try await world.state() == nil)
        let id = try await world.ask(ApprovalWorld.buying())
        #expect(try await world.ask(ApprovalWorld.buying()) == id)
        #expect(try await world.state() == .open)
        #expect(world.messages.all == ["ask admin,manager"])
        let decided = try await world.decide(id, .approve, "go on")
        let ana = ApprovalWorld.scope().actor
        #expect(decided.state == .approved(by: ana, comment: "go on"))
        #expect(try await world.state() == decided.state)
        #expect(world.answered == [decided.state])
        #expect(world.messages.all == ["ask admin,manager", "close"])
        #expect(try await world.told() == ["approval.requested", "approval.decided"])
        #expect(
            try await world.audited() == [
                "approval.requested by shop.buyer", "approval.decided by Ana",
            ]
        )
        // What was decided is not asked again.
        #expect(try await world.ask(ApprovalWorld.buying()) == id)
        #expect(try await world.state() == decided.state)
        #expect(await code { try await world.decide(id, .reject, "no") } == "approval-is-closed")
        #expect(world.answered.count == 1)
    }

    @Test("What was asked and what was agreed to are both kept")
    func amending() async throws {
        let world = try await ApprovalWorld()
        let id = try await world.ask(ApprovalWorld.buying())
        #expect(
            await code {
                try await world.decide(id, .amend(["item": "drill", "pieces": 101]))
            } == "invalid-value"
        )
        #expect(try await world.state() == .open)
        #expect(world.answered.isEmpty)
        #expect(try await world.told() == ["approval.requested"])
        let fewer: JSON = ["item": "drill", "pieces": 2]
        try await world.decide(id, .amend(fewer))
        let kept = try await world.database.read {
            try world.approvals.get(id, organisation: ApprovalWorld.organisation, in: $0)
        }
        #expect(kept.request.input == ["item": "drill", "pieces": 3])
        #expect(kept.state.amendedInput == fewer)
        #expect(world.answered == [kept.state])
        let changed = try await world.database.query(
            "SELECT data FROM event WHERE type = 'approval.decided'",
            []
        ) { try $0.json(0)["changed"] ?? .null }
        #expect(changed == [["/pieces"]])
    }

    @Test("Of two who decide at once one wins, and the other is told who did")
    func race() async throws {
        let world = try await ApprovalWorld()
        for round in 0..<20 {
            let id = try await world.ask(ApprovalWorld.buying("run/\(round)"))
            let ends = await withTaskGroup(of: GeneralFault?.self) { group in
                for (name, number) in [("Ana", UInt64(2)), ("Cyd", 4)] {
                    group.addTask {
                        let scope = ApprovalWorld.scope(name, number)
                        do {
                            try await world.decide(id, .approve, as: scope)
                            return nil
                        } catch {
                            return error as? GeneralFault
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let lost = ends.compactMap { $0 }
            #expect(ends.count == 2 && lost.count == 1)
            #expect(lost.first?.code == "approval-is-closed")
            let winner = try await world.state("run/\(round)")?.decider
            #expect(lost.first?.details["decidedBy"] == winner?.json)
            #expect(lost.first?.message.contains(winner?.name ?? "?") == true)
        }
        #expect(world.answered.count == 20)
    }

    @Test("A question survives a restart, and its answer waits for who asked")
    func restart() async throws {
        let first = try await ApprovalWorld()
        let id = try await first.ask(ApprovalWorld.buying())
        first.database.close()
        let second = try await ApprovalWorld(folder: first.folder)
        #expect(try await second.state() == .open)
        try await second.decide(id, .reject, "not now")
        second.database.close()
        let third = try await ApprovalWorld(folder: first.folder)
        let ana = ApprovalWorld.scope().actor
        #expect(try await third.state() == .rejected(by: ana, comment: "not now"))
    }

    @Test("When who waits cannot take the answer nothing was decided")
    func refusedAnswer() async throws {
        let world = try await ApprovalWorld()
        let id = try await world.ask(ApprovalWorld.buying())
        world.refuse(true)
        await #expect(throws: ApprovalWorld.Refused.self) { try await world.decide(id, .approve) }
        #expect(try await world.state() == .open)
        #expect(try await world.told() == ["approval.requested"])
        world.refuse(false)
        try await world.decide(id, .approve)
        #expect(world.answered.count == 1)
    }

    @Test("Another organisation's question is not there, and its key is free")
    func organisations() async throws {
        let world = try await ApprovalWorld()
        let id = try await world.ask(ApprovalWorld.buying())
        let stranger = ApprovalWorld.scope(organisation: ApprovalWorld.other)
        #expect(
            await code { try await world.decide(id, .approve, as: stranger) }
                == "approval-not-found"
        )
        let none = try await world.database.read {
            try world.approvals.state(of: "run/0", organisation: ApprovalWorld.other, in: $0)
        }
        #expect(none == nil)
        var other = ApprovalWorld.asking
        other.organisation = ApprovalWorld.other
        let now = world.clock.now()
        let second = try await world.database.transaction { [other] in
            try world.approvals.request(ApprovalWorld.buying(), at: now, scope: other, in: $0)
        }
        #expect(second != id)
    }

    @Test("What nobody waits for is withdrawn, once, and can no longer be decided")
    func withdrawing() async throws {
        let world = try await ApprovalWorld()
        let id = try await world.ask(ApprovalWorld.buying())
        func withdraw() async throws -> Bool {
            let now = world.clock.now()
            return try await world.database.transaction {
                try world.approvals.withdraw(
                    key: "run/0",
                    organisation: ApprovalWorld.organisation,
                    at: now,
                    in: $0
                )
            }
        }
        #expect(try await withdraw())
        #expect(try await !withdraw())
        #expect(try await world.state() == .withdrawn)
        #expect(await code { try await world.decide(id, .approve) } == "approval-is-closed")
        #expect(world.answered.isEmpty)
        #expect(world.messages.all == ["ask admin,manager", "close"])
        #expect(try await world.told() == ["approval.requested", "approval.withdrawn"])
    }

    @Test("Lists show what is asked for, and what is one's own")
    func lists() async throws {
        let world = try await ApprovalWorld()
        let first = try await world.ask(ApprovalWorld.buying("run/0"))
        var task = ApprovalRequest(key: "token", kind: .task, title: "May I?")
        task.roles = [.planner]
        let second = try await world.ask(task)
        let third = try await world.ask(ApprovalWorld.buying("run/1"))
        try await world.decide(third, .approve)
        func list(
            _ filter: Approvals.Filter,
            _ scope: Scope = ApprovalWorld.scope()
        ) async throws -> Set<ID<Approval>> {
            let query = try ListQuery(
                reading: JSONReader([:]),
                columns: Approvals.sortable,
                standard: "-requestedAt",
                key: .init("id", "id")
            )
            return try await world.database.read {
                Set(try world.approvals.page(filter, query, scope: scope, in: $0).items.map(\.id))
            }
        }
        #expect(try await list(.init()) == [first, second, third])
        #expect(try await list(.init(status: "open")) == [first, second])
        #expect(try await list(.init(kind: .task)) == [second])
        #expect(try await list(.init(agent: "shop.buyer")) == [first, third])
        #expect(try await list(.init(agent: "shop.seller")).isEmpty)
        #expect(try await list(.init(isMine: true)) == [first, third])
        let planner = ApprovalWorld.scope("Pia", 6, roles: [.planner])
        #expect(try await list(.init(isMine: true), planner) == [second])
        let nobody = ApprovalWorld.scope("Vic", 7, roles: [.viewer])
        #expect(try await list(.init(isMine: true), nobody).isEmpty)
        let other = ApprovalWorld.scope(organisation: ApprovalWorld.other)
        #expect(try await list(.init(), other).isEmpty)
    }
}
