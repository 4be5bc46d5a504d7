import Core
import Testing

@testable import Intents

@Suite struct ConscienceCourseTests {
    private static let ids = IDGenerator(
        clock: ManualClock(now: IntentWorld.start),
        random: SeededRandom(seed: 5)
    )

    /// A round `seconds` after the start; the target is to have at least 10.
    private func round(
        _ seconds: Double,
        _ value: Double?,
        state: Observation.State? = nil,
        risk: Observation.Risk = .none,
        offers: [RemediationOffer] = [],
        standing: ConscienceRound.Standing? = nil,
        limit: Intent.Cost = .low,
        goal: Intent.Goal = .maintain,
        deadline: Double = 1_000_000
    ) -> ConscienceRound {
        ConscienceRound(
            now: IntentWorld.start + .seconds(seconds),
            deadline: IntentWorld.start + .seconds(deadline),
            goal: goal,
            costLimit: limit,
            comparison: .atLeast,
            target: 10,
            state: state ?? (value.map { $0 >= 10 ? .holds : .broken } ?? .noData),
            value: value,
            risk: risk,
            offers: offers,
            standing: standing,
            nextID: Self.ids.next()
        )
    }

    private func offer(
        _ name: String = "mend",
        effect: Double = 4,
        cost: Intent.Cost = .low,
        approval: Bool = false
    ) -> RemediationOffer {
        RemediationOffer(
            name: name,
            workflow: name,
            cost: cost,
            needsApproval: approval,
            effect: effect,
            judgeAfterSeconds: 60,
            cooldownSeconds: 60
        )
    }

    private func names(_ actions: [ConscienceAction]) -> [String] { actions.map(\.name) }

    @Test("What holds is left alone; the first broken round is a drift, two good ones end it")
    func drift() {
        var course = ConscienceCourse()
        #expect(course.handle(round(0, 12)) == [])
        #expect(names(course.handle(round(10, 8))) == ["raise-drift", "escalate"])
        #expect(course.handle(round(20, 8)) == [])
        #expect(course.handle(round(30, 11)) == [])
        #expect(course.handle(round(40, 11)) == [.clearDrift(remediated: false)])
        #expect(course.handle(round(50, 11)) == [])
    }

    @Test(
        "The best offer is started at once, judged by its effect, and not repeated when it has none"
    )
    func noEffect() {
        var course = ConscienceCourse()
        let offers = [offer("weak", effect: 1), offer("strong", effect: 4)]
        let first = course.handle(round(0, 6, offers: offers))
        #expect(names(first) == ["raise-drift", "start"])
        #expect(course.active?.offer.name == "strong")
        #expect(course.handle(round(30, 6, offers: offers, standing: .running)) == [])
        // Nothing happened by the time it is judged: it is stopped, and the next best is tried.
        let second = course.handle(round(60, 6, offers: offers, standing: .running))
        #expect(names(second) == ["judge", "start"])
        guard case .judge(_, .noEffect, let effect, true, _)? = second.first else {
            Issue.record("\(second)")
            return
        }
        #expect(effect == 0)
        #expect(course.active?.offer.name == "weak")
        // That one does not help either: a person is called, once.
        let third = course.handle(round(120, 6, offers: offers, standing: .ended))
        #expect(names(third) == ["judge", "escalate"])
        #expect(course.handle(round(130, 6, offers: offers)) == [])
    }

    @Test("A remediation that helps a good part of the way may be run again after its rest")
    func improves() {
        var course = ConscienceCourse()
        let offers = [offer(effect: 4)]
        _ = course.handle(round(0, 2, offers: offers))
        // 3.5 of 4 predicted.
        let judged = course.handle(round(60, 5.5, offers: offers, standing: .ended))
        guard case .judge(_, .improved, let effect?, false, _)? = judged.first else {
            Issue.record("\(judged)")
            return
        }
        #expect(effect == 3.5)
        // It rests, and nobody is called meanwhile.
        #expect(names(judged) == ["judge"])
        #expect(course.handle(round(90, 5.5, offers: offers)) == [])
        #expect(names(course.handle(round(121, 5.5, offers: offers))) == ["start"])
    }

    @Test("When the predicate holds again, the remediation has done it")
    func recovers() {
        var course = ConscienceCourse()
        _ = course.handle(round(0, 6, offers: [offer()]))
        #expect(course.handle(round(10, 11, standing: .running)) == [])
        let actions = course.handle(round(20, 11, standing: .running))
        #expect(names(actions) == ["judge", "clear-drift"])
        #expect(actions.last == .clearDrift(remediated: true))
        #expect(course.active == nil)
    }

    @Test(
        "What holds again did so by its remediation only where enough of the predicted effect is seen",
        arguments: [
            // From 9.5, a gain of 4 is predicted, a quarter of which must come: 1.
            (10.4, ConscienceRound.Standing.running, ConscienceAction.Outcome.withdrawn, true),
            (10.4, .ended, .withdrawn, false), (10.5, .ended, .improved, false),
            (10.5, .running, .improved, false), (13, .failed, .failed, false),
        ]
    )
    func recoversByItself(
        value: Double,
        standing: ConscienceRound.Standing,
        outcome: ConscienceAction.Outcome,
        stops: Bool
    ) {
        for goal in Intent.Goal.allCases {
            var course = ConscienceCourse()
            _ = course.handle(round(0, 9.5, offers: [offer()], goal: goal))
            #expect(course.handle(round(10, value, standing: .running, goal: goal)) == [])
            let actions = course.handle(round(20, value, standing: standing, goal: goal))
            #expect(names(actions).prefix(2) == ["judge", "clear-drift"])
            guard case .judge(_, outcome, let effect?, stops, _)? = actions.first else {
                Issue.record("\(actions)")
                return
            }
            #expect(abs(effect - (value - 9.5)) < 1e-9)
            #expect(actions.dropFirst().first == .clearDrift(remediated: outcome == .improved))
        }
    }

    @Test(
        "What costs more than is allowed, or needs a word, is asked for and never started",
        arguments: [
            (Intent.Cost.low, Intent.Cost.medium, false), (.medium, .high, false),
            (.high, .low, true),
        ]
    )
    func asks(limit: Intent.Cost, cost: Intent.Cost, approval: Bool) {
        var course = ConscienceCourse()
        let offers = [offer(cost: cost, approval: approval)]
        let asked = course.handle(round(0, 6, offers: offers, limit: limit))
        #expect(names(asked) == ["raise-drift", "ask"])
        #expect(course.handle(round(500, 6, offers: offers, standing: .asked, limit: limit)) == [])
        let approved = course.handle(
            round(510, 6, offers: offers, standing: .approved, limit: limit)
        )
        #expect(names(approved) == ["start-approved"])
        // Judged a minute after it was started, not after it was asked for.
        #expect(course.handle(round(560, 6, offers: offers, standing: .running)) == [])
        #expect(
            names(course.handle(round(570, 6, offers: offers, standing: .running)))
                == ["judge", "escalate"]
        )
    }

    @Test("A refusal, and no answer for a day, end the question")
    func refused() {
        for (at, standing) in [(10.0, ConscienceRound.Standing.rejected), (86_400, .asked)] {
            var course = ConscienceCourse()
            let offers = [offer(approval: true)]
            _ = course.handle(round(0, 6, offers: offers))
            let actions = course.handle(round(at, 6, offers: offers, standing: standing))
            #expect(names(actions) == ["judge", "escalate"])
            guard case .judge(_, .refused, nil, false, _)? = actions.first else {
                Issue.record("\(actions)")
                continue
            }
        }
    }

    @Test("A question that is not needed any more is withdrawn, even when it was answered")
    func withdrawn() {
        for standing in [ConscienceRound.Standing.asked, .approved] {
            var course = ConscienceCourse()
            _ = course.handle(round(0, 6, offers: [offer(approval: true)]))
            _ = course.handle(round(10, 11, standing: .asked))
            let actions = course.handle(round(20, 11, standing: standing))
            #expect(names(actions) == ["judge", "clear-drift"])
        }
    }

    @Test("A workflow that fails ends its remediation at once")
    func failed() {
        var course = ConscienceCourse()
        _ = course.handle(round(0, 6, offers: [offer()]))
        let actions = course.handle(round(10, 6, offers: [offer()], standing: .failed))
        #expect(names(actions) == ["judge", "escalate"])
    }

    @Test("Errors that come too fast are a drift while the predicate still holds")
    func burning() {
        var course = ConscienceCourse()
        let actions = course.handle(round(0, 12, risk: .burning, offers: [offer()]))
        #expect(names(actions) == ["raise-drift", "start"])
        #expect(course.drift?.kind == .burning)
    }

    @Test("Two silent rounds are a drift that calls a person; no data is none")
    func silence() {
        var course = ConscienceCourse()
        #expect(course.handle(round(0, nil)) == [])
        #expect(course.handle(round(10, nil)) == [])
        #expect(course.handle(round(20, nil, state: .noTelemetry)) == [])
        #expect(
            names(course.handle(round(30, nil, state: .noTelemetry))) == [
                "raise-drift", "escalate",
            ]
        )
    }

    @Test(
        "At the deadline an intent is met or missed, and what runs is ended",
        arguments: [
            (11.0, Intent.Status.met), (9, .missed),
        ]
    )
    func deadline(value: Double, status: Intent.Status) {
        var course = ConscienceCourse()
        _ = course.handle(round(0, 6, offers: [offer()]))
        let actions = course.handle(round(100, value, standing: .running, deadline: 100))
        // What is missed has not recovered, and nobody is told that it has.
        let ending = status == .met ? "clear-drift" : "end-drift"
        #expect(names(actions) == ["judge", ending, "close"])
        guard case .close(status, _)? = actions.last else {
            Issue.record("\(actions)")
            return
        }
        #expect(course.handle(round(110, value, deadline: 100)) == [])
    }

    @Test("What is to be achieved is met after two good rounds; what is to be maintained goes on")
    func achieve() {
        var one = ConscienceCourse()
        #expect(one.handle(round(0, 11, goal: .achieve)) == [])
        #expect(names(one.handle(round(10, 11, goal: .achieve))) == ["close"])
        var other = ConscienceCourse()
        for second in 0..<10 { #expect(other.handle(round(Double(second) * 10, 11)) == []) }
    }

    @Test("A course and a round are the same after they were written and read")
    func coding() throws {
        var course = ConscienceCourse()
        let first = round(0, 6, offers: [offer(), offer("b", effect: 1, cost: .high)])
        _ = course.handle(first)
        #expect(try ConscienceCourse(json: JSON(parsing: course.json.text())) == course)
        #expect(try ConscienceRound(json: JSON(parsing: first.json.text())) == first)
        #expect(try ConscienceCourse(json: [:]) == ConscienceCourse())
    }

    @Test("Whatever happens, the rules hold")
    func properties() throws {
        let base = UInt64.random(in: 0...UInt64.max / 2)
        print("conscience seeds from", base)
        for offset in 0..<400 {
            try property(seed: base + UInt64(offset))
        }
    }

    /// One random life of an intent, with the rules checked after each round.
    private func property(seed: UInt64) throws {
        let random = SeededRandom(seed: seed)
        func chance(_ percent: UInt64) -> Bool { random.next() % 100 < percent }
        var course = ConscienceCourse()
        var seconds = 0.0
        let deadline = Double(500 + random.next() % 5_000)
        let limit = Intent.Cost.allCases[Int(random.next() % 3)]
        let goal: Intent.Goal = chance(20) ? .achieve : .maintain
        var running: (id: ID<RemediationRecord>, name: String)?
        var asked: ID<RemediationRecord>?
        var drifts = false
        var useless: Set<String> = []
        var isClosed = false
        for _ in 0..<200 {
            seconds += Double(5 + random.next() % 60)
            let offers = ["a", "b", "c"].filter { _ in chance(70) }.map { name in
                offer(
                    name,
                    effect: Double(random.next() % 8),
                    cost: Intent.Cost.allCases[Int(random.next() % 3)],
                    approval: chance(20)
                )
            }
            var standing: ConscienceRound.Standing?
            if running != nil { standing = chance(10) ? .failed : chance(50) ? .running : .ended }
            if asked != nil { standing = chance(20) ? .approved : chance(20) ? .rejected : .asked }
            let silent = chance(10)
            let value: Double? = chance(10) || silent ? nil : Double(random.next() % 20)
            let round = round(
                seconds,
                value,
                state: silent ? .noTelemetry : nil,
                risk: chance(10) ? .burning : .none,
                offers: offers,
                standing: standing,
                limit: limit,
                goal: goal,
                deadline: deadline
            )
            let before = course
            let actions = course.handle(round)
            // Deterministic, and the same when it was stored in between.
            var again = try ConscienceCourse(json: JSON(parsing: before.json.text()))
            #expect(again.handle(round) == actions && again == course, "seed \(seed)")
            for action in actions {
                #expect(!isClosed, "seed \(seed): something after the end")
                switch action {
                case .raiseDrift:
                    #expect(!drifts, "seed \(seed)")
                    drifts = true
                    useless = []
                case .clearDrift, .endDrift:
                    #expect(drifts && running == nil && asked == nil, "seed \(seed)")
                    drifts = false
                case .start(let offer, let id):
                    #expect(drifts && running == nil && asked == nil, "seed \(seed)")
                    #expect(offer.cost <= limit && !offer.needsApproval, "seed \(seed)")
                    #expect(offer.effect > 0 && !useless.contains(offer.name), "seed \(seed)")
                    running = (id, offer.name)
                case .ask(let offer, let id, _):
                    #expect(drifts && running == nil && asked == nil, "seed \(seed)")
                    #expect(offer.cost > limit || offer.needsApproval, "seed \(seed)")
                    #expect(!useless.contains(offer.name), "seed \(seed)")
                    asked = id
                case .startApproved(let id):
                    #expect(asked == id && standing == .approved, "seed \(seed)")
                    running = (id, before.active?.offer.name ?? "")
                    asked = nil
                case .judge(let id, let outcome, _, let stops, _):
                    #expect(running?.id == id || asked == id, "seed \(seed)")
                    #expect(!stops || standing == .running, "seed \(seed)")
                    if [.noEffect, .failed, .refused].contains(outcome) {
                        useless.insert(before.active?.offer.name ?? "")
                    }
                    if running != nil, outcome == .noEffect, let active = before.active {
                        #expect(round.now >= active.judgeAt, "seed \(seed)")
                    }
                    running = nil
                    asked = nil
                case .escalate: #expect(drifts && running == nil && asked == nil, "seed \(seed)")
                case .close(let status, _):
                    #expect(!drifts && running == nil && asked == nil, "seed \(seed)")
                    #expect(status == .met || round.now >= round.deadline, "seed \(seed)")
                    isClosed = true
                }
            }
            if round.now >= round.deadline { #expect(isClosed, "seed \(seed)") }
            #expect(drifts == (course.drift != nil), "seed \(seed)")
        }
    }
}
