import Core
import Events
import Foundation
import Store
import StoreTesting
import Synchronization
import Testing

/// Two organisations, their rules, and a target that writes down what it was given.
private struct RuleWorld {
    /// Takes events of stored rules; which kinds it refuses can be changed.
    struct Note: EventTarget {
        let kind: String
        let refused: RefusedKinds

        func take(_ event: Event, rule: String, in transaction: any Transaction) throws {
            try transaction.execute(
                "INSERT INTO noted (rule, kind, seq) VALUES (?, ?, ?)",
                [.text(rule), .text(kind), .int(event.seq)]
            )
            if refused.kinds.withLock({ $0.contains(kind) }) {
                throw GeneralFault(.conflict, code: "refused", "not taken")
            }
        }
    }

    final class RefusedKinds: Sendable {
        let kinds = Mutex<Set<String>>([])
    }

    let database: any Database
    let log: EventLog
    let dispatcher: Dispatcher
    let refused = RefusedKinds()
    let clock = ManualClock(now: Timestamp(microseconds: 1_000_000_000))
    let ids: IDGenerator
    let scope = RuleWorld.scope(1)
    let stranger = RuleWorld.scope(9)

    static func scope(_ organisation: UInt64) -> Scope {
        Scope(
            organisation: ID(high: organisation, low: 1),
            actor: Actor(id: ID(high: 2, low: 2), kind: .person, name: "Night shift"),
            roles: [],
            trace: TraceContext(random: SeededRandom(seed: 1))
        )
    }

    init() async throws {
        let path = NSTemporaryDirectory() + "weft-rules-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        database = try TestDatabase(path: path + "/weft.db")
        try await database.migrate(
            EventLog.migrations + [
                Migration(
                    "noted",
                    1,
                    "noted",
                    ["CREATE TABLE noted (rule TEXT NOT NULL, kind TEXT NOT NULL, seq BIGINT)"]
                )
            ]
        )
        log = EventLog(database: database)
        ids = IDGenerator(clock: clock, random: SeededRandom(seed: 2))
        dispatcher = Dispatcher(
            database: database,
            log: log,
            rules: [
                EventRule(
                    name: "own",
                    pattern: try Pattern(["type": ["order.placed"]]),
                    target: Note(kind: "own", refused: refused),
                    takesOutside: false
                )
            ],
            target: { [refused] in Note(kind: $0.kind, refused: refused) },
            clock: clock,
            ids: ids
        )
    }

    func rule(_ name: String, _ pattern: JSON, target: RuleTarget = .workflow("w"), on: Bool = true)
        -> StoredRule
    {
        StoredRule(
            name: name,
            description: "",
            pattern: pattern,
            target: target,
            isEnabled: on,
            createdAt: clock.now(),
            changedAt: clock.now()
        )
    }

    func add(_ rule: StoredRule, _ scope: Scope? = nil) async throws {
        let scope = scope ?? self.scope
        try await database.transaction { try EventRules().add(rule, scope: scope, in: $0) }
    }

    func tell(_ type: String, count: Int = 1, at: Int64 = 0, _ scope: Scope? = nil) async throws {
        let scope = scope ?? self.scope
        try await database.transaction { [log, ids] transaction in
            for number in 0..<count {
                try log.append(
                    Event(
                        id: ids.next(),
                        source: "weft/test",
                        type: type,
                        subject: "s",
                        time: Timestamp(microseconds: (at + Int64(number)) * 1_000_000),
                        data: ["n": .int(number)],
                        scope: scope
                    ),
                    in: transaction
                )
            }
        }
    }

    func dispatch() async throws {
        while try await dispatcher.dispatchBatch() > 0 {}
        while try await dispatcher.replayBatch() > 0 {}
    }

    func noted() async throws -> [String] {
        try await database.query("SELECT rule, seq FROM noted ORDER BY seq, rule", []) {
            "\(try $0.text(0)) \(try $0.int(1))"
        }
    }
}

@Suite struct RuleTests {
    @Test("A rule takes its organisation's events from the moment it was made, changed or removed")
    func changes() async throws {
        let world = try await RuleWorld()
        try await world.tell("order.placed")
        try await world.dispatch()
        try await world.add(world.rule("a", ["type": [["prefix": "order."]]]))
        try await world.add(world.rule("b", ["type": ["order.booked"]]))
        try await world.add(world.rule("off", ["type": [["prefix": "order."]]], on: false))
        try await world.add(world.rule("a", ["type": ["order.lost"]]), world.stranger)
        try await world.tell("order.booked")
        try await world.tell("order.lost", world.stranger)
        try await world.dispatch()
        #expect(try await world.noted() == ["own 1", "a 2", "b 2", "a 3"])

        try await world.database.transaction { [scope = world.scope] transaction in
            var rule = try EventRules().rule("a", scope: scope, in: transaction)
            rule.pattern = ["data": ["n": [["numeric": [">", 5]]]]]
            try EventRules().save(rule, scope: scope, in: transaction)
            try EventRules().delete("b", scope: scope, in: transaction)
        }
        try await world.tell("order.booked", count: 7)
        try await world.dispatch()
        #expect(try await world.noted().suffix(1) == ["a 10"])
        #expect(try await world.noted().count == 5)
    }

    @Test("A rule whose target the program does not know any more holds up no other")
    func unknownTarget() async throws {
        let world = try await RuleWorld()
        try await world.add(world.rule("a", ["type": ["x"]]))
        try await world.add(world.rule("b", ["type": ["x"]]))
        try await world.database.transaction {
            try $0.execute(
                #"UPDATE event_rule SET target = '{"kind":"telegraph"}' WHERE name = 'a'"#,
                []
            )
        }
        try await world.tell("x")
        try await world.dispatch()
        #expect(try await world.noted() == ["b 1"])
    }

    @Test("A rule that would make matching too costly is refused, and a name that is taken")
    func budget() async throws {
        let world = try await RuleWorld()
        try await world.add(world.rule("a", ["type": ["x"]]))
        await #expect { try await world.add(world.rule("a", ["type": ["y"]])) } throws: {
            ($0 as? GeneralFault)?.code == "rule-exists"
        }
        // 240 wildcards of 16 asterisks and 17 segments each would need more than 5,000 steps together.
        let stars = String(repeating: "*a", count: 15) + "*"
        var refusal: GeneralFault?
        for rule in 0..<30 {
            let wildcards = (0..<16).map {
                JSON.object(["wildcard": .string("*\(rule)-\($0)\(stars.dropFirst(2))")])
            }
            do {
                try await world.add(world.rule("w\(rule)", ["type": .array(wildcards)]))
            } catch let fault as GeneralFault {
                refusal = fault
                break
            }
        }
        #expect(refusal?.code == "rules-too-complex" && refusal?.pointer == "/pattern")
    }

    @Test("A replay gives each event of its time once more, and no other")
    func replay() async throws {
        let world = try await RuleWorld()
        try await world.tell("order.booked", count: 700, at: 0)
        try await world.tell("order.booked", count: 5, at: 100, world.stranger)
        try await world.dispatch()
        try await world.add(world.rule("a", ["type": ["order.booked"]]))
        let range = Timestamp(microseconds: 10_000_000)..<Timestamp(microseconds: 610_000_000)
        let replay = try await world.database.transaction { [world] in
            try world.dispatcher.replay("a", range, reason: "r", scope: world.scope, in: $0)
        }
        #expect(replay.status == .running)
        try await world.tell("order.booked", at: 20)
        try await world.dispatch()
        let noted = try await world.noted()
        // Seconds 10 to 609 are events 11 to 610; the one that was appended later came by the rule itself.
        #expect(noted.count == 601)
        #expect(noted.filter { $0.hasPrefix("a#\(replay.id) ") }.count == 600)
        #expect(noted.contains("a#\(replay.id) 11") && noted.contains("a#\(replay.id) 610"))
        let done = try await world.database.read { [world] in
            try world.dispatcher.replay(replay.id, scope: world.scope, in: $0)
        }
        #expect(done.status == .done && done.examined == 600 && done.delivered == 600)
        #expect(done.json["progress"] == 1)
        await #expect {
            try await world.database.read { [world] in
                try world.dispatcher.replay(replay.id, scope: world.stranger, in: $0)
            }
        } throws: { ($0 as? GeneralFault)?.kind == .notFound }
    }

    @Test(
        "A replay that is cancelled stops, and what it could not give is a dead letter of its own"
    )
    func cancelled() async throws {
        let world = try await RuleWorld()
        try await world.tell("order.booked", count: 600)
        try await world.dispatch()
        try await world.add(world.rule("a", ["type": ["order.booked"]]))
        world.refused.kinds.withLock { $0 = ["workflow"] }
        let range = Timestamp(microseconds: 0)..<Timestamp(microseconds: 1_000_000_000)
        let replay = try await world.database.transaction { [world] in
            try world.dispatcher.replay("a", range, reason: "r", scope: world.scope, in: $0)
        }
        #expect(try await world.dispatcher.replayBatch() == 256)
        let stopped = try await world.database.transaction { [world] in
            try world.dispatcher.cancelReplay(replay.id, scope: world.scope, in: $0)
        }
        #expect(stopped.status == .cancelled && stopped.failed == 256)
        #expect(try await world.dispatcher.replayBatch() == 0)

        let ids = try await world.database.read { [world] in
            try world.dispatcher.deadLetterIDs(of: "a", limit: 300, scope: world.scope, in: $0)
        }
        #expect(ids.count == 256)
        world.refused.kinds.withLock { $0 = [] }
        let first = try #require(ids.first)
        let second = try #require(ids.dropFirst().first)
        let isTaken = try await world.database.transaction { [world] in
            try world.dispatcher.redrive(first, scope: world.scope, in: $0)
        }
        #expect(isTaken)
        #expect(try await world.noted() == ["a#\(replay.id) 1"])
        try await world.database.transaction { [world] in
            _ = try world.dispatcher.discard(second, reason: "old", scope: world.scope, in: $0)
        }
        let left = try await world.database.read { [world] in
            try world.dispatcher.deadLetterIDs(of: "a", limit: 300, scope: world.scope, in: $0)
        }
        #expect(left == Array(ids.dropFirst(2)))
        await #expect {
            try await world.database.transaction { [world] in
                _ = try world.dispatcher.discard(second, reason: "x", scope: world.scope, in: $0)
            }
        } throws: { ($0 as? GeneralFault)?.code == "dead-letter-not-found" }
    }

    @Test("An event from outside is taken once, and starts nothing of the program's own")
    func outside() async throws {
        let world = try await RuleWorld()
        try await world.add(world.rule("a", ["type": ["order.placed"]]))
        let event = try OutsideEvent(
            JSONReader([
                "specversion": "1.0", "id": "7", "source": "erp", "type": "order.placed",
                "time": "2026-01-02T03:04:05Z", "data": ["x": 1],
            ])
        )
        for isNew in [true, false] {
            let taken = try await world.database.transaction { [world] in
                try world.log.take(
                    event,
                    ids: world.ids,
                    now: world.clock.now(),
                    scope: world.scope,
                    in: $0
                )
            }
            #expect(taken.isNew == isNew)
        }
        let other = try await world.database.transaction { [world] in
            try world.log.take(
                event,
                ids: world.ids,
                now: world.clock.now(),
                scope: world.stranger,
                in: $0
            )
        }
        #expect(other.isNew)
        try await world.dispatch()
        #expect(try await world.noted() == ["a 1"])
        let kept = try await world.database.read { [world] in
            try world.log.latest(.init(type: "order.*"), limit: 10, scope: world.scope, in: $0)
        }
        #expect(kept.map(\.externalID) == ["7"])
        #expect(kept.first?.time.description == "2026-01-02T03:04:05Z")
    }

    @Test(
        "An event from outside that is malformed is refused with its place",
        arguments: [
            (#"{"id":"1","source":"s","type":"t"}"#, "/specversion"),
            (#"{"specversion":"0.3","id":"1","source":"s","type":"t"}"#, "/specversion"),
            (#"{"specversion":"1.0","source":"s","type":"t"}"#, "/id"),
            (#"{"specversion":"1.0","id":"","source":"s","type":"t"}"#, "/id"),
            (#"{"specversion":"1.0","id":"1","source":2,"type":"t"}"#, "/source"),
            (#"{"specversion":"1.0","id":"1","source":"s","type":"t","time":"now"}"#, "/time"),
            (
                #"{"specversion":"1.0","id":"1","source":"s","type":"t","datacontenttype":"text/xml"}"#,
                "/datacontenttype"
            ),
            (
                #"{"specversion":"1.0","id":"1","source":"s","type":"t","data_base64":"AA=="}"#,
                "/data_base64"
            ),
            ("[]", ""),
        ]
    )
    func malformed(_ text: String, _ pointer: String) throws {
        let json = try JSON(parsing: text)
        #expect { try OutsideEvent(JSONReader(json)) } throws: {
            ($0 as? GeneralFault)?.pointer == pointer
        }
    }

    @Test("What is older than decided is forgotten, but not what is still needed")
    func retention() async throws {
        let world = try await RuleWorld()
        let day: Int64 = 86_400
        try await world.tell("order.placed", at: 0)
        try await world.tell("order.booked", count: 3, at: 0)
        try await world.tell("load.packed", at: 0)
        try await world.tell("order.booked", at: 5 * day)
        try await world.tell("order.booked", world.stranger)
        world.refused.kinds.withLock { $0 = ["own"] }
        try await world.database.transaction { [scope = world.scope] in
            try EventRetention().set([.init(type: "order.*", days: 2)], scope: scope, in: $0)
        }
        let now = Timestamp(microseconds: 6 * day * 1_000_000)
        // Nothing was dispatched yet, so nothing may go.
        #expect(try await EventRetention().apply(to: world.database, at: now) == 0)
        try await world.dispatch()
        #expect(try await EventRetention().apply(to: world.database, at: now) == 3)
        let left = try await world.database.query("SELECT seq FROM event ORDER BY seq", []) {
            try $0.int(0)
        }
        // The first is a dead letter, the fifth of another type, the sixth young, the last a stranger's.
        #expect(left == [1, 5, 6, 7])
    }
}
