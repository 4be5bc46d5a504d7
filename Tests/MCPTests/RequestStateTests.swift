import Core
import Testing
import Vault

@testable import MCP

@Suite struct RequestStateTests {
    private let clock = ManualClock(now: Timestamp(microseconds: 0))
    private let request = RPCRequest(
        id: .number(1),
        method: "tools/call",
        params: ["name": "a", "arguments": ["x": 1]]
    )

    private func scope(_ ids: IDGenerator) -> Scope {
        Scope(
            organisation: ids.next(),
            actor: Actor(id: ids.next(), kind: .person, name: "tester"),
            roles: [],
            trace: TraceContext(random: SystemRandom())
        )
    }

    @Test("A state serves its account, its request and a quarter of an hour")
    func bound() throws {
        let ids = IDGenerator(clock: clock, random: SystemRandom())
        let state = RequestState(vault: try Vault(key: try Vault.random(32)), clock: clock)
        let scope = scope(ids)
        let sealed = try state.seal(["k": ["action": "accept"]], for: request, of: scope)
        #expect(try state.open(sealed, for: request, of: scope) == ["k": ["action": "accept"]])

        var later = request
        later.id = .number(2)
        later.params?["inputResponses"] = [:]
        #expect(try state.open(sealed, for: later, of: scope)["k"] != nil)

        var other = request
        other.params?["arguments"] = ["x": 2]
        #expect(throws: RPCError.self) { try state.open(sealed, for: other, of: scope) }
        other = request
        other.method = "prompts/get"
        #expect(throws: RPCError.self) { try state.open(sealed, for: other, of: scope) }
        #expect(throws: RPCError.self) {
            try state.open(sealed, for: request, of: self.scope(ids))
        }
        #expect(throws: RPCError.self) { try state.open(sealed + "A", for: request, of: scope) }

        clock.advance(by: .seconds(900))
        #expect(try state.open(sealed, for: request, of: scope)["k"] != nil)
        clock.advance(by: .seconds(1))
        #expect(throws: RPCError.self) { try state.open(sealed, for: request, of: scope) }
    }
}
