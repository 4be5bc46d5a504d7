import Core
import Events
import Store
import Synchronization

/// Runs the program over a simulated disk and clock, kills it at points that a seed decides, and looks
/// each time whether its promises hold.
///
/// The promises: an event that was acknowledged is never lost; a step whose outcome was stored is never run
/// again; an execution has one outcome; the log and the records agree.
public struct CrashTestRun: Sendable {
    /// What decides everything.
    public let seed: UInt64
    /// At most this many events are published.
    public let mostEvents: Int
    /// At most this often the machine dies.
    public let mostCrashes: Int
    private let workflows: [CrashWorkflow]
    /// Whether the store syncs what it commits; without it promises are broken, and must be seen to be.
    var isSynced = true

    /// A run that its seed decides.
    ///
    /// - Parameters:
    ///   - seed: the same seed gives the same run.
    ///   - mostEvents: default 12.
    ///   - mostCrashes: default 6.
    ///   - workflow: what to run; by default workflows that wait in every way there is.
    public init(
        seed: UInt64,
        mostEvents: Int = 12,
        mostCrashes: Int = 6,
        workflow: CrashWorkflow? = nil
    ) {
        self.seed = seed
        self.mostEvents = mostEvents
        self.mostCrashes = mostCrashes
        workflows = workflow.map { [$0] } ?? CrashWorkflows.all
    }

    /// Runs on the calling thread until everything has ended or a promise was broken.
    public func callAsFunction() -> CrashTestReport {
        let random = SeededRandom(seed: seed)
        let clock = ManualClock(now: Timestamp(microseconds: 1_767_225_600_000_000))
        let began = clock.now()
        let disk = SimulatedDisk()
        let trace = CrashTrace(clock: clock)
        let world = OutsideWorld(trace: trace)
        let producer = Producer(
            random: random,
            clock: clock,
            trace: trace,
            workflows: workflows,
            count: mostEvents
        )
        var report = CrashTestReport(seed: seed)
        report.events = producer.events.count
        let crashes = Int(random.next() % UInt64(mostCrashes + 1))
        var life = 0
        while report.problems.isEmpty {
            let isLast = life >= crashes
            let ended = live(
                Life(
                    workflows: workflows,
                    isSynced: isSynced,
                    disk: disk,
                    world: world,
                    clock: clock,
                    random: random,
                    producer: producer,
                    isLast: isLast
                ),
                &report
            )
            if ended { break }
            report.crashes += 1
            trace.note("the machine dies")
            disk.restart(random: random)
            life += 1
        }
        (report.calls, report.repeatedCalls) = world.totals
        report.disk = disk.counts
        report.simulated = clock.now() - began
        report.trace = trace.lines
        return report
    }

    private struct Life: Sendable {
        var workflows: [CrashWorkflow]
        var isSynced: Bool
        var disk: SimulatedDisk
        var world: OutsideWorld
        var clock: ManualClock
        var random: any RandomSource
        var producer: Producer
        var isLast: Bool
    }

    /// One life, until its death or until all is done.
    ///
    /// - Returns: whether all is done.
    private func live(_ life: Life, _ report: inout CrashTestReport) -> Bool {
        let fileSystem = SimulatedFileSystem(
            disk: life.disk,
            random: life.random,
            clock: life.clock
        )
        let executor = SeededExecutor(random: life.random, clock: life.clock)
        let death = life.isLast ? nil : Death(random: life.random)
        if let death, death.isEarly { life.disk.die(after: death.operations) }
        let outcome = Outcome()
        let main = Task(executorPreference: executor) {
            do {
                outcome.end(try await Self.main(life, fileSystem, executor, death))
            } catch {
                outcome.end(.failed(String(describing: error)))
            }
        }
        var jobs = 0
        func watch() {
            jobs += 1
            if let limit = death?.jobs, jobs > limit { life.disk.die() }
            if life.disk.isDead { main.cancel() }
        }
        let isMoving = executor.run(until: { outcome.result != nil }, beforeEach: watch)
        if !isMoving { report.problems.append("nothing moves any more, and not all has ended") }
        if life.disk.isDead { return false }
        switch outcome.result {
        case .done(let executions, let problems):
            report.executions = executions
            report.problems += problems
        case .failed(let reason): report.problems.append("the program failed: \(reason)")
        case nil: break
        }
        return true
    }

    private static func main(
        _ life: Life,
        _ fileSystem: SimulatedFileSystem,
        _ executor: SeededExecutor,
        _ death: Death?
    ) async throws -> Outcome.Result {
        let program = try await ProgramUnderTest(
            life.workflows,
            fileSystem: fileSystem,
            isSynced: life.isSynced,
            world: life.world,
            clock: life.clock,
            random: life.random,
            schedule: { executor.schedule($0) }
        )
        defer { program.database.close() }
        // What the last life left must hold before anything new happens.
        let found = try await audit(life, program)
        if !found.isEmpty { return .done(executions: 0, problems: found) }
        if let death, !death.isEarly, death.jobs == nil { life.disk.die(after: death.operations) }
        return try await withThrowingTaskGroup(of: Outcome.Result?.self) { group in
            group.addTask {
                try await program.run()
                return nil
            }
            group.addTask {
                try await life.producer.publish(to: program)
                try await untilQuiet(life, program)
                return nil
            }
            // The program runs on; the producer's end is the end.
            _ = try await group.next()
            group.cancelAll()
            let audit = CrashAudit(producer: life.producer, world: life.world)
            let scope = Scope(
                organisation: ProgramUnderTest.organisation,
                actor: Actor(id: ID(high: 2, low: 2), kind: .person, name: "auditor"),
                roles: [],
                trace: TraceContext(random: life.random)
            )
            let (count, problems) = try await program.database.read { reader in
                (
                    try reader.first("SELECT count(*) FROM execution") { Int(try $0.int(0)) } ?? 0,
                    try audit.finalProblems(in: reader, scope: scope)
                )
            }
            return .done(executions: count, problems: problems)
        }
    }

    private static func audit(_ life: Life, _ program: ProgramUnderTest) async throws -> [String] {
        let calls = try await program.database.query(
            "SELECT call FROM crash_line WHERE call IS NOT NULL",
            []
        ) { try $0.text(0) }
        life.world.settle(calls)
        let audit = CrashAudit(producer: life.producer, world: life.world)
        let damage = try await program.database.problems()
        return damage + (try await program.database.read { try audit.problems(in: $0) })
    }

    /// Returns when every event has started its execution and every execution has ended.
    private static func untilQuiet(_ life: Life, _ program: ProgramUnderTest) async throws {
        while true {
            let running = try await program.database.read { reader in
                let ended =
                    try reader.first("SELECT count(*) FROM execution WHERE status <> 'RUNNING'") {
                        Int(try $0.int(0))
                    } ?? 0
                return life.producer.events.count - ended
            }
            if running == 0 { return }
            try await life.clock.sleep(for: .seconds(10))
        }
    }
}

/// When a machine is to die: soon after its start, or in the midst of its work.
private struct Death: Sendable {
    /// After so many operations of the disk, in the middle of the last one.
    var operations: Int
    /// Whether these are counted from the start, migrations included, or from when the store is open.
    var isEarly: Bool
    /// Instead, after so many steps of the program, between two of them.
    var jobs: Int?

    init(random: any RandomSource) {
        // An execution of the test makes some hundred operations.
        let most: UInt64 = random.next() % 3 == 0 ? 32 : 600
        operations = Int(random.next() % most) + 1
        isEarly = random.next() % 8 == 0
        jobs = random.next() % 4 == 0 ? operations * 4 : nil
    }
}

/// How a life ended, once it has.
private final class Outcome: Sendable {
    enum Result: Sendable {
        case done(executions: Int, problems: [String])
        case failed(String)
    }

    private let state = Mutex<Result?>(nil)

    var result: Result? { state.withLock { $0 } }

    func end(_ result: Result) { state.withLock { $0 = result } }
}
