import Core
import Events
import Synchronization

/// Publishes events, again and again until each was acknowledged, and some once more after that.
final class Producer: Sendable {
    /// What is to be published, in order.
    let events: [(id: ID<Event>, workflow: CrashWorkflow)]
    private let random: any RandomSource
    private let clock: ManualClock
    private let trace: CrashTrace
    private let known = Mutex<Set<ID<Event>>>([])

    init(
        random: any RandomSource,
        clock: ManualClock,
        trace: CrashTrace,
        workflows: [CrashWorkflow],
        count: Int
    ) {
        self.random = random
        self.clock = clock
        self.trace = trace
        let ids = IDGenerator(clock: clock, random: random)
        events = (0..<(1 + Int(random.next() % UInt64(count)))).map { _ in
            (ids.next(), workflows[Int(random.next() % UInt64(workflows.count))])
        }
    }

    /// Events of which the producer knows that they are kept.
    var acknowledged: Set<ID<Event>> { known.withLock { $0 } }

    /// Publishes what was not acknowledged yet.
    func publish(to program: ProgramUnderTest) async throws {
        for event in events {
            let isKnown = known.withLock { $0.contains(event.id) }
            if isKnown, random.next() % 4 != 0 { continue }
            try await clock.sleep(for: .milliseconds(Int64(random.next() % 3_000)))
            try await program.publish(event.id, event.workflow)
            trace.note("event \(event.id) (\(event.workflow.kind)) is acknowledged")
            known.withLock { _ = $0.insert(event.id) }
        }
    }
}
