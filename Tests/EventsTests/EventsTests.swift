import Core
import Events
import Foundation
import Store
import StoreTesting
import Synchronization
import Testing

@Suite struct PatternTests {
    private let event: JSON = [
        "source": "weft/order", "type": "order.placed",
        "data": [
            "amount": 300, "tags": ["cold", "urgent"],
            "lines": [["sku": "a", "n": 1], ["sku": "b", "n": 2]],
        ],
    ]

    @Test(
        "Patterns match as EventBridge's do",
        arguments: [
            (#"{"source":["weft/order"]}"#, true), (#"{"source":["other","weft/order"]}"#, true),
            (#"{"source":["other"]}"#, false), (#"{"type":[{"prefix":"order."}]}"#, true),
            (#"{"type":[{"prefix":"booking."}]}"#, false), (#"{"data":{"amount":[3e2]}}"#, true),
            (#"{"data":{"amount":["300"]}}"#, false), (#"{"data":{"tags":["urgent"]}}"#, true),
            (#"{"data":{"missing":[{"exists":false}]}}"#, true),
            (#"{"data":{"amount":[{"exists":true}]}}"#, true),
            (#"{"data":{"amount":[{"exists":false}]}}"#, false),
            (#"{"source":["weft/order"],"type":["order.booked"]}"#, false),
            (#"{"data":{"lines":{"sku":["a"],"n":[1]}}}"#, true),
            // One and the same line must match: there is no line with sku a and n 2.
            (#"{"data":{"lines":{"sku":["a"],"n":[2]}}}"#, false),
        ]
    )
    func matching(_ pattern: String, _ expected: Bool) throws {
        #expect(try Pattern(JSON(parsing: pattern)).matches(event) == expected)
    }
}

@Suite struct DispatcherTests {
    private final class Ear: EventTarget {
        let heard = Mutex<[Int64]>([])
        let refuses = Mutex<Set<Int64>>([])

        func take(_ event: Event, rule: String, in transaction: any Transaction) throws {
            try transaction.execute("INSERT INTO heard (seq) VALUES (?)", [.int(event.seq)])
            if refuses.withLock({ $0.contains(event.seq) }) {
                throw GeneralFault(.conflict, code: "deaf", "not this one")
            }
        }
    }

    private let scope = Scope(
        organisation: ID(high: 1, low: 1),
        actor: Actor(id: ID(high: 2, low: 2), kind: .person, name: "Night shift"),
        roles: [],
        trace: TraceContext(random: SeededRandom(seed: 1))
    )

    private func world(_ ear: Ear) async throws -> (any Database, EventLog, Dispatcher) {
        let path = NSTemporaryDirectory() + "weft-events-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let database = try TestDatabase(path: path + "/weft.db")
        let clock = ManualClock(now: Timestamp(microseconds: 0))
        try await database.migrate(
            EventLog.migrations + [Migration("ear", 1, "ear", ["CREATE TABLE heard (seq BIGINT)"])]
        )
        let log = EventLog(database: database)
        let dispatcher = Dispatcher(
            database: database,
            log: log,
            rules: [EventRule(name: "all", pattern: try Pattern(["type": ["told"]]), target: ear)],
            clock: clock,
            ids: IDGenerator(clock: clock, random: SeededRandom(seed: 2))
        )
        return (database, log, dispatcher)
    }

    private func tell(_ count: Int, _ database: any Database, _ log: EventLog) async throws {
        let ids = IDGenerator(clock: SystemClock(), random: SystemRandom())
        try await database.transaction { [scope] transaction in
            for number in 0..<count {
                try log.append(
                    Event(
                        id: ids.next(),
                        source: "test",
                        type: number % 2 == 0 ? "told" : "other",
                        subject: "s",
                        time: Timestamp(microseconds: 0),
                        data: ["n": .int(number)],
                        scope: scope
                    ),
                    in: transaction
                )
            }
        }
    }

    @Test("Each matching event is delivered once, in order, across batches")
    func once() async throws {
        let (database, log, dispatcher) = try await world(Ear())
        try await tell(600, database, log)
        var passed = 0
        while case let batch = try await dispatcher.dispatchBatch(), batch > 0 { passed += batch }
        #expect(passed == 600)
        let heard = try await database.query("SELECT seq FROM heard", []) { try $0.int(0) }
        let odd = Array(stride(from: Int64(1), to: 600, by: 2))
        #expect(heard == odd)
        #expect(try await dispatcher.dispatchBatch() == 0)
    }

    private func openLetters(
        of dispatcher: Dispatcher,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> [DeadLetter] {
        let query = try ListQuery(
            reading: JSONReader([:]),
            columns: Dispatcher.deadLetterColumns,
            standard: "-at",
            key: .init("id", "id")
        )
        return try dispatcher.deadLetters(query, scope: scope, in: reader).items
    }

    @Test("A target that throws leaves a dead letter, undoes its changes, and holds nobody up")
    func deadLetter() async throws {
        let ear = Ear()
        ear.refuses.withLock { $0 = [3] }
        let (database, log, dispatcher) = try await world(ear)
        try await tell(6, database, log)
        _ = try await dispatcher.dispatchBatch()
        #expect(try await database.query("SELECT seq FROM heard", []) { try $0.int(0) } == [1, 5])
        let letters = try await database.read { try openLetters(of: dispatcher, scope, in: $0) }
        #expect(letters.map(\.eventSeq) == [3] && letters.first?.reason == "not this one")
        #expect(letters.first?.event.type == "told" && letters.first?.event.subject == "s")

        let id = try #require(letters.first?.id)
        #expect(
            try await database.transaction { try dispatcher.redrive(id, scope: scope, in: $0) }
                == false
        )
        let again = try await database.read { try openLetters(of: dispatcher, scope, in: $0) }
        #expect(again.map(\.attempts) == [2])
        ear.refuses.withLock { $0 = [] }
        #expect(try await database.transaction { try dispatcher.redrive(id, scope: scope, in: $0) })
        #expect(
            try await database.read { try openLetters(of: dispatcher, scope, in: $0) }.isEmpty
        )
        #expect(
            try await database.query("SELECT seq FROM heard", []) { try $0.int(0) } == [1, 5, 3]
        )
    }

    @Test("Dead letters and events of another organisation are not seen")
    func isolation() async throws {
        let ear = Ear()
        ear.refuses.withLock { $0 = [1] }
        let (database, log, dispatcher) = try await world(ear)
        try await tell(1, database, log)
        _ = try await dispatcher.dispatchBatch()
        let stranger = Scope(
            organisation: ID(high: 9, low: 9),
            actor: scope.actor,
            roles: [],
            trace: scope.trace
        )
        #expect(
            try await database.read { try openLetters(of: dispatcher, stranger, in: $0) }.isEmpty
        )
        #expect(
            try await database.read { try log.latest(.init(), limit: 9, scope: stranger, in: $0) }
                .isEmpty
        )
        #expect(
            try await database.read { try log.latest(.init(), limit: 9, scope: scope, in: $0) }
                .count == 1
        )
        let id = try #require(
            try await database.read { try openLetters(of: dispatcher, scope, in: $0) }.first?.id
        )
        await #expect {
            try await database.transaction { try dispatcher.redrive(id, scope: stranger, in: $0) }
        } throws: {
            ($0 as? GeneralFault)?.kind == .notFound
        }
    }
}
