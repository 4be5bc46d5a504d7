import Core
import Store
import Testing

@testable import Workflows

@Suite struct LiveExecutionTests {
    /// A Map over many items with an UUID for each: large, and random.
    private static let large: JSON = [
        "StartAt": "Each",
        "States": [
            "Each": [
                "Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 5,
                "ItemProcessor": [
                    "StartAt": "Name",
                    "States": [
                        "Name": [
                            "Type": "Pass",
                            "Parameters": ["id.$": "States.UUID()", "item.$": "$"],
                            "Next": "Count",
                        ],
                        "Count": [
                            "Type": "Task", "Resource": "weft:tool:world.count",
                            "ResultPath": "$.count", "End": true,
                        ],
                    ],
                ],
                "End": true,
            ]
        ],
    ]

    @Test("A large state is not written with every turn, and is the same when it is read again")
    func journaledTurns() async throws {
        let world = try await EngineWorld()
        let engine = try world.engine(["maps": Self.large])
        let items = JSON.array(
            (0..<60).map { .string(String(repeating: "x", count: 200) + "\($0)") }
        )
        _ = try await engine.register()
        let id = try await world.start("maps", input: ["items": items], on: engine)
        let seat = try #require(engine.office.seat(id))
        var snapshots = 0
        for _ in 0..<40 {
            let step = try #require(seat.takeReady().first ?? seat.live?.pending.keys.min())
            #expect(await engine.perform(step, of: seat))
            await engine.journal(seat)
            let stored = try await world.database.read { [tables = ExecutionTables()] reader in
                let (record, hold) = try #require(try tables.live(id, in: reader))
                return try tables.stored(record, hold, in: reader)
            }
            if stored.journal.isEmpty { snapshots += 1 }
            let again = try LiveExecution(
                stored,
                definition: try Definition(Self.large),
                random: TurnRandom(SystemRandom())
            )
            #expect(again.json == seat.live?.json)
            #expect(again.turn == seat.turn)
        }
        // Each turn journals some 100 bytes, and the state has more than 12,000.
        #expect(snapshots <= 2)
    }

    @Test("A task that waits for a person has what was left of its time when it goes on")
    func parking() throws {
        let definition: JSON = [
            "StartAt": "Call",
            "States": [
                "Call": [
                    "Type": "Task", "Resource": "weft:agent:world.buyer", "TimeoutSeconds": 600,
                    "HeartbeatSeconds": 200, "End": true,
                ]
            ],
        ]
        let begun = Timestamp(microseconds: 1_000_000_000)
        let random = TurnRandom(SystemRandom())
        var live = LiveExecution(
            Execution(
                of: try Definition(definition),
                identity: .init(id: "1", name: "one", workflowID: "w", workflowName: "calls"),
                random: random
            ),
            random: random
        )
        _ = live.start(input: [:], at: begun)
        let step = try #require(live.pending.keys.first)
        #expect(live.nextDue == begun + .seconds(200))

        _ = live.take([.taskParked(step: step, approval: "a")], at: begun + .seconds(150))
        #expect(live.nextDue == nil)
        #expect(live.overdue(step, at: begun + .seconds(90_000)) == nil)

        // What is stored says the same, and so does the journal when its turns are repeated.
        var stored = try LiveExecution(
            restoring: live.json,
            definition: try Definition(definition),
            random: random
        )
        #expect(stored.json == live.json)
        let decided = begun + .seconds(100_000)
        stored.repeatTurn([.taskUnparked(step: step)], at: decided, seed: nil)
        let turn = live.take([.taskUnparked(step: step)], at: decided)
        #expect(stored.json == live.json)
        #expect(turn.limited == [step])

        // 200 − 150 seconds of silence and 600 − 150 altogether are left.
        #expect(live.overdue(step, at: decided + .seconds(49)) == nil)
        #expect(
            live.overdue(step, at: decided + .seconds(50))
                == .taskTimedOut(step: step, heartbeat: true)
        )
        _ = live.take([.taskHeartbeat(step: step)], at: decided + .seconds(49))
        #expect(live.nextDue == decided + .seconds(249))
        #expect(
            live.overdue(step, at: decided + .seconds(450))
                == .taskTimedOut(step: step, heartbeat: false)
        )
    }

    @Test("A task that an earlier version parked with its time running gets the whole of it again")
    func parkedBefore() throws {
        let json: JSON = [
            "step": 1, "approval": "a", "since": 0, "limit": 600_000_000,
            "task": [
                "step": 1, "branch": 0, "entry": 2, "state": "Call", "input": [:], "attempt": 0,
                "resource": "weft:agent:world.buyer", "timeoutSeconds": 600,
            ],
        ]
        guard case .task(var entry) = try PendingStep(JSONReader(json)) else {
            Issue.record("it is a task")
            return
        }
        #expect(PendingStep.task(entry).due == nil)
        entry.unpark(at: Timestamp(microseconds: 5_000_000_000))
        #expect(PendingStep.task(entry).due == Timestamp(microseconds: 5_600_000_000))
    }

    @Test("A turn that is repeated with its seed draws the same numbers, another one others")
    func seeds() throws {
        let random = TurnRandom(SystemRandom())
        random.begin()
        #expect(random.seed == nil)
        let drawn = (0..<9).map { _ in random.next() }
        let seed = try #require(random.seed)
        let again = TurnRandom(SystemRandom())
        again.begin(seed)
        #expect((0..<9).map { _ in again.next() } == drawn)
        again.begin()
        #expect((0..<9).map { _ in again.next() } != drawn)
    }

    @Test("Alarms ring in the order of their moments")
    func heap() {
        var heap = TimerHeap()
        var random = SystemRandomNumberGenerator()
        let moments = (0..<200).map { Int64($0 % 37) }.shuffled(using: &random)
        for moment in moments { heap.add(Timestamp(microseconds: moment), .claim) }
        var rung: [Int64] = []
        while let entry = heap.take(at: Timestamp(microseconds: 20)) {
            rung.append(entry.due.microseconds)
        }
        #expect(rung == moments.filter { $0 <= 20 }.sorted())
        #expect(heap.next == Timestamp(microseconds: 21))
        heap.keep { $0.due.microseconds % 2 == 0 }
        #expect(heap.next == Timestamp(microseconds: 22))
    }

    @Test("What the first tables hold goes on, and its history is whole")
    func oldForm() async throws {
        let definition: JSON = [
            "StartAt": "Call",
            "States": [
                "Call": ["Type": "Task", "Resource": "weft:tool:world.call", "Next": "Count"],
                "Count": ["Type": "Task", "Resource": "weft:tool:world.count", "End": true],
            ],
        ]
        let world = try await EngineWorld()
        let workflow = try Workflow(name: "calls", agent: "world.owner", source: definition)
        let id: ID<Execution> = world.ids.next()
        var execution = Execution(
            of: workflow.definition,
            identity: .init(id: "\(id)", name: "old", workflowID: "w", workflowName: "calls"),
            random: SystemRandom()
        )
        let actions = execution.start(input: ["a": 1], at: world.clock.now())
        let kept = execution
        try await world.database.transaction { transaction in
            try transaction.execute(
                """
                INSERT INTO execution (id, organisation, workflow, version, name, status, state, input,
                    traceparent, started_at)
                VALUES (?, ?, 'calls', ?, 'old', 'RUNNING', ?, '{"a":1}', ?, 0)
                """,
                [
                    .id(id), .id(EngineWorld.organisation), .text(workflow.version),
                    .json(kept.json),
                    .text(TraceContext(random: SeededRandom(seed: 1)).description),
                ]
            )
            for action in actions {
                switch action {
                case .record(let event):
                    try transaction.execute(
                        "INSERT INTO execution_event (execution, id, body) VALUES (?, ?, ?)",
                        [.id(id), .int(event.id), .json(event.json)]
                    )
                case .schedule(let task):
                    try transaction.execute(
                        """
                        INSERT INTO execution_pending (execution, step, kind, body, due_at)
                        VALUES (?, ?, 'task', ?, 0)
                        """,
                        [.id(id), .int(task.step), .json(task.json)]
                    )
                default: break
                }
            }
            // As the migration does.
            try transaction.execute(
                """
                INSERT INTO execution_live (execution, owner, due_at, turn, paused, at_state, snapshot,
                    snapshot_turn)
                SELECT id, '', 0, 0, 0, current, NULL, 0 FROM execution
                """,
                []
            )
        }
        world.gates.open("gate")
        try await world.running([try world.engine(["calls": definition])]) {
            try await world.eventually { try await world.statuses() == ["old SUCCEEDED"] }
        }
        let history = try await world.database.read { reader in
            try ExecutionTables().history(of: id, from: 1, limit: 100, in: reader)
        }
        #expect(history.compactMap { $0["id"]?.int } == Array(1...history.count))
        #expect(history.last?["type"]?.string == "ExecutionSucceeded")
        let count = try await world.database.read {
            try ExecutionTables().historyCount(of: id, in: $0)
        }
        #expect(count == history.count)
        for first in 1...count {
            let page = try await world.database.read { reader in
                try ExecutionTables().history(of: id, from: first, limit: 2, in: reader)
            }
            #expect(page == Array(history[(first - 1)...].prefix(2)))
        }
        #expect(try await world.rows("SELECT kind FROM execution_pending").isEmpty)
    }
}
