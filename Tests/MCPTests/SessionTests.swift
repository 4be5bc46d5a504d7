import Core
import Testing

@testable import MCP

@Suite struct SessionTests {
    private let clock = ManualClock(now: Timestamp(microseconds: 0))

    private func owner(_ ids: IDGenerator) -> Owner {
        Owner(
            Scope(
                organisation: ids.next(),
                actor: Actor(id: ids.next(), kind: .person, name: "tester"),
                roles: [],
                trace: TraceContext(random: SystemRandom())
            )
        )
    }

    private var client: ClientProfile { ClientProfile(revision: .november2025) }

    @Test("A session ends when nothing was heard of its client for its lifetime")
    func expires() throws {
        let table = SessionTable(limits: ServerLimits(), clock: clock)
        let owner = owner(IDGenerator(clock: clock, random: SystemRandom()))
        let idle = try table.begin(client, of: owner)
        let used = try table.begin(client, of: owner)
        clock.advance(by: .seconds(1_000))
        #expect(table.find(used.id, of: owner) != nil)
        clock.advance(by: .seconds(900))
        table.tick()
        #expect(table.find(idle.id, of: owner) == nil)
        #expect(table.find(used.id, of: owner) != nil)
    }

    @Test("A session with a request under way does not end")
    func busy() throws {
        let table = SessionTable(limits: ServerLimits(), clock: clock)
        let owner = owner(IDGenerator(clock: clock, random: SystemRandom()))
        let session = try table.begin(client, of: owner)
        _ = try session.begin(.number(1))
        clock.advance(by: .seconds(10_000))
        table.tick()
        #expect(table.find(session.id, of: owner) != nil)
        session.end(.number(1))
        clock.advance(by: .seconds(10_000))
        table.tick()
        #expect(table.count == 0)
    }

    @Test("An account with too many sessions loses the one that was idle longest")
    func bounded() throws {
        var limits = ServerLimits()
        limits.sessionsPerAccount = 2
        let table = SessionTable(limits: limits, clock: clock)
        let ids = IDGenerator(clock: clock, random: SystemRandom())
        let owner = owner(ids)
        let other = try table.begin(client, of: self.owner(ids))
        let first = try table.begin(client, of: owner)
        clock.advance(by: .seconds(1))
        let second = try table.begin(client, of: owner)
        clock.advance(by: .seconds(1))
        _ = table.find(first.id, of: owner)
        _ = try table.begin(client, of: owner)
        #expect(table.find(second.id, of: owner) == nil)
        #expect(table.find(first.id, of: owner) != nil)
        #expect(table.count == 3)
        #expect(table.find(other.id, of: owner) == nil)
    }

    @Test("When all of an account's sessions are busy, another one is refused")
    func refused() throws {
        var limits = ServerLimits()
        limits.sessionsPerAccount = 1
        let table = SessionTable(limits: limits, clock: clock)
        let owner = owner(IDGenerator(clock: clock, random: SystemRandom()))
        let session = try table.begin(client, of: owner)
        _ = try session.begin(.string("a"))
        #expect(throws: RPCError.self) { try table.begin(client, of: owner) }
    }

    @Test("A question that nobody answers ends with a fault, and its late answer is left alone")
    func unanswered() async throws {
        let table = SessionTable(limits: ServerLimits(), clock: clock)
        let owner = owner(IDGenerator(clock: clock, random: SystemRandom()))
        let session = try table.begin(client, of: owner)
        let stream = session.openStream()
        let asking = Task {
            try await session.ask(.user("a", "?", form: ["type": "object"]), by: stream)
        }
        while !stream.knows(1) { await Task.yield() }
        clock.advance(by: .seconds(601))
        session.tick(clock.now())
        await #expect(throws: GeneralFault.self) { try await asking.value }
        session.settle(.number(1), .success([:]))
    }

    @Test("A stream forgets its oldest messages beyond its limits, and knows which it gave out")
    func forgets() {
        var limits = ServerLimits()
        limits.keptMessages = 3
        let stream = MessageStream(number: 4, limits: limits)
        let reader = stream.read()
        for number in 1...5 { stream.append(Array("\(number)".utf8)) }
        guard case .send(let bytes, let last) = stream.turn(reader, after: 0) else {
            Issue.record("there is nothing to send")
            return
        }
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "id: 4-3\ndata: 3\n\nid: 4-4\ndata: 4\n\nid: 4-5\ndata: 5\n\n"
        )
        #expect(last == 5 && stream.knows(5) && !stream.knows(6))
        stream.end()
        guard case .end = stream.turn(reader, after: 5) else {
            Issue.record("the stream has not ended")
            return
        }
    }

    @Test("Whoever takes a stream over ends the connection of whoever had it")
    func takenOver() {
        let stream = MessageStream(number: 0, limits: ServerLimits())
        let first = stream.read()
        let second = stream.read()
        guard case .end = stream.turn(first, after: 0), case .wait = stream.turn(second, after: 0)
        else {
            Issue.record("the stream has two readers")
            return
        }
    }
}

extension SessionTests {
    @Test("A stream that is let go of before its connection is there ends that connection")
    func letGo() {
        let stream = MessageStream(number: 1, limits: ServerLimits())
        stream.release()
        stream.append(Array("1".utf8))
        let first = stream.read()
        guard case .end = stream.turn(first, after: 0) else {
            Issue.record("the first connection goes on")
            return
        }
        let second = stream.read()
        guard case .send = stream.turn(second, after: 0) else {
            Issue.record("the second connection gets nothing")
            return
        }
    }

    @Test("Streams that have ended are kept for a while, within bounds, and no longer")
    func endedStreams() throws {
        var limits = ServerLimits()
        limits.keptStreams = 3
        limits.keptEnded = 100
        let clock = ManualClock(now: Timestamp(microseconds: 0))
        let ids = IDGenerator(clock: clock, random: SystemRandom())
        let scope = Scope(
            organisation: ids.next(),
            actor: Actor(id: ids.next(), kind: .person, name: "tester"),
            roles: [],
            trace: TraceContext(random: SystemRandom())
        )
        let table = SessionTable(limits: limits, clock: clock)
        let session = try table.begin(ClientProfile(revision: .november2025), of: Owner(scope))
        func ended(_ text: String) -> Int {
            let stream = session.openStream()
            stream.append(Array(text.utf8))
            stream.end()
            return stream.number
        }
        let numbers = (0..<5).map { _ in ended("x") }
        _ = session.openStream()
        #expect(
            numbers.map { session.place(of: "\($0)-1") != nil } == [
                false, false, false, true, true,
            ]
        )
        let large = ended(String(repeating: "x", count: 200))
        _ = session.openStream()
        #expect(session.place(of: "\(large)-1") == nil)
        let last = ended("x")
        session.tick(clock.now())
        clock.advance(by: .seconds(301))
        session.tick(clock.now())
        #expect(session.place(of: "\(last)-1") == nil)
    }

    @Test("An account may have so many requests under way, over all of its sessions")
    func metered() throws {
        let clock = ManualClock(now: Timestamp(microseconds: 0))
        let ids = IDGenerator(clock: clock, random: SystemRandom())
        let owner = Owner(
            Scope(
                organisation: ids.next(),
                actor: Actor(id: ids.next(), kind: .person, name: "tester"),
                roles: [],
                trace: TraceContext(random: SystemRandom())
            )
        )
        let meter = AccountMeter(limit: 2)
        try meter.enter(owner)
        try meter.enter(owner)
        #expect(throws: RPCError.self) { try meter.enter(owner) }
        meter.leave(owner)
        try meter.enter(owner)
    }
}
