public import Agents
public import Core
public import Observability
public import Store
import Synchronization

/// Holds every open intent against reality: on a signal, and every interval.
///
/// It takes no input. A round of an intent reads what there is, asks ``ConscienceCourse`` what to do,
/// and writes the evaluation, the decision and everything that is done in one transaction, which is a
/// compare-and-set of the intent's row. So several processes may each run one: whoever is slower does
/// nothing; and a process that is killed leaves a round done, or not begun.
public final class Conscience: Service {
    /// What it needs of the world.
    public struct Surroundings: Sendable {
        /// Records.
        public var database: any Database
        /// Measures predicates.
        public var measurer: Measurer
        /// Lets the agent decide, with a record.
        public var runner: AgentRunner
        /// What solutions can do.
        public var remediations: [Remediation]
        /// Everything outside of its own tables.
        public var effects: any ConscienceEffects
        /// Time.
        public var clock: any WallClock
        /// Ids.
        public var ids: IDGenerator
        /// Between two rounds: the pace of telemetry.
        public var interval: Duration
        /// Takes how long rounds last; nil for nobody.
        public var metrics: Metrics?
        /// Hears after the commit that an intent changed.
        public var changed: @Sendable (ID<Intent>, ID<Organisation>) -> Void
        /// Hears of failures.
        public var report: @Sendable (any Error) -> Void

        /// The surroundings.
        public init(
            database: any Database,
            measurer: Measurer,
            runner: AgentRunner,
            remediations: [Remediation],
            effects: any ConscienceEffects,
            clock: any WallClock,
            ids: IDGenerator,
            interval: Duration = .seconds(10),
            metrics: Metrics? = nil,
            changed: @escaping @Sendable (ID<Intent>, ID<Organisation>) -> Void = { _, _ in },
            report: @escaping @Sendable (any Error) -> Void = { _ in }
        ) {
            self.database = database
            self.measurer = measurer
            self.runner = runner
            self.remediations = remediations
            self.effects = effects
            self.clock = clock
            self.ids = ids
            self.interval = interval
            self.metrics = metrics
            self.changed = changed
            self.report = report
        }
    }

    struct Compiled {
        var predicate: CompiledPredicate
        var at: Timestamp
    }

    /// The topic by which processes on one database wake each other.
    public static let topic = "intents"
    /// How long a compiled predicate is good before its names are looked up again.
    static let freshness = Duration.seconds(60)
    /// How many moments of a gap are looked at afterwards.
    static let mostCaughtUp = 60
    /// How many intents are looked at side by side: looks mostly wait for the store, which commits what
    /// comes together in one go.
    static let looksAtOnce = 24

    let around: Surroundings
    private let signal = Signal()
    private let duration: Histogram?
    let compiled = Mutex<[String: Compiled]>([:])

    /// A Conscience.
    public init(_ surroundings: Surroundings) {
        around = surroundings
        duration =
            surroundings.metrics?.histogram(
                "weft_conscience_round_seconds",
                help: "How long a round of the Conscience over all open intents lasts.",
                buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100]
            ).with()
        surroundings.database.onAnnouncement(of: Self.topic) { [signal] in signal.notify() }
    }

    /// `conscience`.
    public var name: String { "conscience" }

    /// Makes it look now.
    public func notify() { signal.notify() }

    /// Holds rounds until cancelled.
    ///
    /// - Parameter ready: called at once.
    /// - Throws: nothing but cancellation.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        ready()
        try await signal.forEach(orEvery: around.interval, clock: around.clock) {
            await round()
        }
    }

    /// One round over all open intents, several at once, of each organisation in turn.
    public func round() async {
        let began = around.clock.now()
        do {
            let open = try await around.database.read { try IntentStore.open(in: $0) }
            await withTaskGroup(of: Void.self) { group in
                for (index, (organisation, intent)) in Self.inTurn(open).enumerated() {
                    if index >= Self.looksAtOnce { await group.next() }
                    if Task.isCancelled { break }
                    group.addTask { await self.attempt(intent, of: organisation) }
                }
            }
        } catch {
            around.report(error)
        }
        duration?.record(around.clock.now() - began)
    }

    /// The first of each organisation, then the second of each, and so on: one that has many intents
    /// keeps nobody waiting who has few.
    static func inTurn(
        _ open: [(organisation: ID<Organisation>, intent: Intent)]
    ) -> [(organisation: ID<Organisation>, intent: Intent)] {
        var seen: [ID<Organisation>: Int] = [:]
        let placed = open.enumerated().map { index, entry in
            let place = seen[entry.organisation, default: 0]
            seen[entry.organisation] = place + 1
            return (place: place, index: index, entry: entry)
        }
        return placed.sorted { ($0.place, $0.index) < ($1.place, $1.index) }.map(\.entry)
    }

    private func attempt(_ intent: Intent, of organisation: ID<Organisation>) async {
        guard !Task.isCancelled else { return }
        do {
            try await look(at: intent, of: organisation)
        } catch is RoundLost {
            // Another process, or a person, was quicker.
        } catch {
            around.report(error)
        }
    }

    /// The row was moved on by somebody else.
    struct RoundLost: Error {}

    private func look(at intent: Intent, of organisation: ID<Organisation>) async throws {
        let scope = try await around.effects.scope(in: organisation)
        let store = IntentStore(scope: scope)
        let found = try await around.database.read { try store.watch(of: intent.id, in: $0) }
        guard let watch = found else {
            try await around.database.transaction { try store.watch(intent.id, in: $0) }
            return
        }
        let now = around.clock.now()
        // Another process has just looked, and nobody changed anything since.
        if let last = watch.evaluatedAt, !watch.isDisturbed, watch.course.active?.isAsked != true,
            now < intent.deadline, (now - last) * 2 < around.interval, now >= last
        {
            return
        }
        let samples = try await caughtUp(intent, watch, organisation, until: now)
        let observation = try await observe(
            intent,
            organisation,
            from: watch.measuredFrom,
            at: now
        )
        let round = try await round(of: intent, watch, observation, scope)
        var course = watch.course
        let actions = course.handle(round)
        let seen =
            samples + [
                IntentStore.Sample(at: now, state: observation.state, value: observation.value)
            ]
        let commit = try await decision(actions, intent, watch, round, observation, scope)
        try await around.database.transaction { [around, course] transaction in
            guard let current = try store.find(intent.id, in: transaction),
                current.status == .open, current.version == intent.version,
                try store.advance(
                    intent.id,
                    from: watch,
                    seeing: seen,
                    observation,
                    deadline: intent.deadline,
                    course: course,
                    in: transaction
                )
            else { throw RoundLost() }
            if let commit {
                try commit.body(transaction)
                let performer = ConsciencePerformer(
                    around: around,
                    store: store,
                    intent: current,
                    key: commit.key,
                    before: watch.course,
                    round: round
                )
                for action in actions { try performer.perform(action, in: transaction) }
                transaction.announce(Self.topic)
            }
            transaction.afterCommit { around.changed(intent.id, organisation) }
        }
    }

    private struct Commit: Sendable {
        var key: String
        var body: @Sendable (any Transaction) throws -> Void
    }

    /// Lets the agent decide when there is something to do; quiet rounds leave an evaluation only.
    private func decision(
        _ actions: [ConscienceAction],
        _ intent: Intent,
        _ watch: IntentStore.Watch,
        _ round: ConscienceRound,
        _ observation: Observation,
        _ scope: Scope
    ) async throws -> Commit? {
        guard !actions.isEmpty else { return nil }
        let key = "conscience/\(intent.id)/\(watch.round)"
        let prepared = try await around.runner.prepare(
            ConsciencePolicy.agent,
            input: ConsciencePolicy.input(intent, watch.course, round, observation),
            invocation: Invocation(scope: scope, now: round.now, key: key, ids: around.ids)
        )
        switch prepared {
        case .done: return Commit(key: key) { _ in }
        case .commit(let body): return Commit(key: key) { _ = try body($0) }
        }
    }

    /// What was so at moments that nobody looked at, because the program did not run.
    private func caughtUp(
        _ intent: Intent,
        _ watch: IntentStore.Watch,
        _ organisation: ID<Organisation>,
        until now: Timestamp
    ) async throws -> [IntentStore.Sample] {
        guard let last = watch.evaluatedAt, now - last > around.interval * 3 else { return [] }
        let gap = (now - last).seconds
        let count = min(Self.mostCaughtUp, Int(gap / max(1, around.interval.seconds)))
        guard count > 1 else { return [] }
        var samples: [IntentStore.Sample] = []
        for index in 1..<count {
            let at = last + .seconds(gap * Double(index) / Double(count))
            let seen = try await measured(intent, organisation, at: at)
            samples.append(.init(at: at, state: seen.state, value: seen.value))
        }
        return samples
    }

    private func round(
        of intent: Intent,
        _ watch: IntentStore.Watch,
        _ observation: Observation,
        _ scope: Scope
    ) async throws -> ConscienceRound {
        let needsHelp = observation.state == .broken || observation.risk == .burning
        let offers = needsHelp ? try await offers(for: intent, observation, scope) : []
        let active = watch.course.active
        let standing = try await around.database.read { [around] reader in
            try Self.standing(of: active, effects: around.effects, scope, in: reader)
        }
        return ConscienceRound(
            now: observation.at,
            deadline: intent.deadline,
            goal: intent.goal,
            costLimit: intent.cost,
            comparison: intent.predicate.comparison,
            target: intent.predicate.target,
            state: observation.state,
            value: observation.value,
            risk: observation.risk,
            reason: observation.reason ?? Self.burning(observation),
            offers: offers,
            standing: standing,
            nextID: around.ids.next()
        )
    }

    private static func burning(_ observation: Observation) -> String? {
        guard let level = observation.burn?.paging, let long = level.long else { return nil }
        return
            "errors come \(JSON.double((long * 10).rounded() / 10).text()) times as fast as allowed "
            + "over \(Measure.text(of: level.longSeconds))"
    }

    private static func standing(
        of active: ConscienceCourse.Active?,
        effects: any ConscienceEffects,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> ConscienceRound.Standing? {
        guard let active,
            let record = try IntentStore(scope: scope).remediation(active.id, in: reader)
        else { return nil }
        switch record.status {
        case .proposed: return .asked
        case .approved: return .approved
        case .rejected: return .rejected
        case .running:
            guard let execution = record.execution else { return .failed }
            return try effects.standing(of: execution, scope: scope, in: reader)
        default: return nil
        }
    }

    private func offers(
        for intent: Intent,
        _ observation: Observation,
        _ scope: Scope
    ) async throws -> [RemediationOffer] {
        let source = intent.predicate.measure.source
        let bare = source.split(separator: ":").last.map(String.init) ?? source
        let measured = Measured(
            value: observation.value,
            good: observation.good,
            total: observation.total
        )
        let able = around.remediations.filter { $0.helps.contains(bare) }
        let known = try await around.database.read { reader in
            try able.compactMap { remediation -> RemediationOffer? in
                guard
                    let forecast = try remediation.predict(
                        intent.predicate,
                        measured,
                        scope,
                        observation.at,
                        reader
                    ), forecast.effect.isFinite
                else { return nil }
                return RemediationOffer(
                    name: remediation.name,
                    workflow: remediation.workflow,
                    cost: remediation.cost,
                    needsApproval: remediation.needsApproval,
                    effect: forecast.effect,
                    judgeAfterSeconds: Int(remediation.judgeAfter.seconds),
                    cooldownSeconds: Int(remediation.cooldown.seconds),
                    rationale: forecast.rationale,
                    input: forecast.input,
                    subjects: forecast.subjects
                )
            }
        }
        return known
            + intent.remedies.map { remedy in
                RemediationOffer(
                    name: "workflow:\(remedy.workflow)",
                    workflow: remedy.workflow,
                    cost: remedy.cost,
                    needsApproval: remedy.needsApproval,
                    effect: remedy.effect,
                    judgeAfterSeconds: remedy.judgeAfterSeconds,
                    cooldownSeconds: remedy.judgeAfterSeconds,
                    rationale: "the intent names \(remedy.workflow) as a remediation",
                    setBy: intent.remediesBy ?? intent.createdBy
                )
            }
    }
}
