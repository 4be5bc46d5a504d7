import Core
import Store
import StoreTesting
import Synchronization
import Testing

@testable import MCP

@Suite(.timeLimit(.minutes(1))) struct OutsideRoundsTests {
    @Test("Everybody's first server comes before anybody's second")
    func inTurn() {
        func place(_ organisation: UInt64, _ server: UInt64) -> OutsideToolbox.Place {
            .init(
                id: ID(high: organisation, low: server),
                organisation: ID(high: 0, low: organisation)
            )
        }
        let places = [place(1, 1), place(1, 2), place(1, 3), place(2, 1), place(3, 1), place(3, 2)]
        #expect(
            OutsideToolbox.inTurn(places)
                == [place(1, 1), place(2, 1), place(3, 1), place(1, 2), place(3, 2), place(1, 3)]
        )
    }

    @Test("A server that does not answer is given up, and holds up no other one")
    func hanging() async throws {
        let world = try await OutsideWorld()
        let (good, _) = try await world.admitted()
        let bad = try await world.add(["name": "slow", "url": "https://slow.example/mcp"])
        try await world.toolbox.refresh(bad.id, scope: OutsideWorld.scope())
        _ = try await world.admit(bad)
        world.site.state.withLock { state in
            state.tool["description"] = "Another."
            state.silent = "https://slow.example/mcp"
        }
        async let round: Void = world.toolbox.refreshAll()
        while try await world.tools(good)[0].state != .suspended { await Task.yield() }
        world.clock.advance(by: OutsideToolbox.patience)
        try await round
        let found = try await world.database.read {
            try world.servers.server(bad.id, scope: OutsideWorld.scope(), in: $0)
        }
        #expect(found.status == .failing)
        #expect(found.message == "it did not list its tools within 120 s")
        #expect(try await world.tools(bad)[0].state == .admitted)
    }
}
