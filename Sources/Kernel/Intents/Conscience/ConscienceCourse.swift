public import Core

/// How the Conscience has fared with one intent: a pure state machine, kept in the intent's row.
///
/// Each round hands it what was seen and gets what is to be done. At most one remediation is active at
/// a time; one that did not help is not tried again within the same drift; what costs more than the
/// intent allows is asked for, never done.
public struct ConscienceCourse: Sendable, Hashable {
    /// A drift under way.
    public struct Drift: Sendable, Hashable {
        /// Why it was raised.
        public var kind: ConscienceAction.Drift
        /// Since when.
        public var since: Timestamp
        /// The remediations that did not help.
        public var tried: Set<String> = []
        /// How many were started or asked for.
        public var attempts = 0
        /// Whether one of them made the measure better.
        public var improved = false
        /// Whether a person was called.
        public var escalated = false
    }

    /// The remediation that is under way or asked for.
    public struct Active: Sendable, Hashable {
        /// Its record.
        public var id: ID<RemediationRecord>
        /// What it offered when it was chosen.
        public var offer: RemediationOffer
        /// Whether it waits for a person.
        public var isAsked: Bool
        /// When it was started or asked for.
        public var at: Timestamp
        /// When its effect is judged, or the question expires.
        public var judgeAt: Timestamp
        /// The value when it was started.
        public var baseline: Double?
    }

    /// See ``Drift``.
    public internal(set) var drift: Drift?
    /// See ``Active``.
    public internal(set) var active: Active?
    /// How many rounds in a row the predicate held.
    public internal(set) var held = 0
    /// How many rounds in a row there was no telemetry.
    public internal(set) var silent = 0
    /// Whether the intent was closed.
    public internal(set) var isClosed = false
    /// Until when remediations rest that did something.
    public internal(set) var resting: [String: Timestamp] = [:]

    /// How many rounds in a row must be well before a drift is over or an intent achieved.
    public static let wellRounds = 2
    /// How many rounds in a row without telemetry are a drift: two telemetry intervals.
    public static let silentRounds = 2
    /// The part of the predicted effect that counts as having helped.
    public static let leastEffect = 0.25
    /// How many remediations one drift gets.
    public static let mostAttempts = 10
    /// How long a question waits for its answer.
    public static let patience = Duration.seconds(86_400)

    /// Before the first round.
    public init() {}

    /// Takes a round and answers what is to be done, in order.
    public mutating func handle(_ round: ConscienceRound) -> [ConscienceAction] {
        guard !isClosed else { return [] }
        held = round.state == .holds ? held + 1 : 0
        silent = round.state == .noTelemetry ? silent + 1 : 0
        resting = resting.filter { $0.value > round.now }
        if let end = end(round) { return end }
        var actions: [ConscienceAction] = []
        if drift == nil, let (kind, reason) = driftKind(round) {
            drift = Drift(kind: kind, since: round.now)
            actions.append(.raiseDrift(kind, reason))
        }
        guard drift != nil else { return actions }
        if isRecovered(round) {
            if let active { actions.append(settle(active, round)) }
            actions.append(.clearDrift(remediated: drift?.improved ?? false))
            drift = nil
            return actions
        }
        actions += follow(round)
        if active == nil { actions += choose(round) }
        return actions
    }

    // MARK: Ending

    private mutating func end(_ round: ConscienceRound) -> [ConscienceAction]? {
        let status: Intent.Status
        let reason: String
        if round.now >= round.deadline {
            status = round.state == .holds ? .met : .missed
            reason =
                switch round.state {
                case .holds: "the predicate holds at the deadline"
                case .broken: "the predicate does not hold at the deadline"
                case .noData, .noTelemetry: "at the deadline there is nothing to measure"
                }
        } else if round.goal == .achieve, held >= Self.wellRounds {
            status = .met
            reason = "the predicate holds"
        } else {
            return nil
        }
        var actions: [ConscienceAction] = []
        if let active {
            actions.append(
                round.state == .holds
                    ? settle(active, round)
                    : judge(active, .withdrawn, round, "the intent is closed")
            )
        }
        if let drift {
            // What is missed has not recovered.
            actions.append(
                status == .met ? .clearDrift(remediated: drift.improved) : .endDrift
            )
        }
        drift = nil
        isClosed = true
        actions.append(.close(status, reason))
        return actions
    }

    // MARK: Drift

    private func driftKind(_ round: ConscienceRound) -> (ConscienceAction.Drift, String)? {
        switch round.state {
        case .broken:
            let value = round.value.map { JSON.double($0).text() } ?? "nothing"
            return (
                .broken,
                "\(value) instead of \(round.comparison.rawValue) \(JSON.double(round.target).text())"
            )
        case .holds where round.risk == .burning:
            return (.burning, round.reason ?? "errors come too fast")
        case .noTelemetry where silent >= Self.silentRounds:
            return (.noTelemetry, round.reason ?? "there is no telemetry")
        default: return nil
        }
    }

    private func isRecovered(_ round: ConscienceRound) -> Bool {
        held >= Self.wellRounds && round.risk != .burning
    }

    // MARK: Remediations

    /// Looks after the active remediation.
    private mutating func follow(_ round: ConscienceRound) -> [ConscienceAction] {
        guard let active else { return [] }
        if active.isAsked {
            switch round.standing {
            case .approved:
                self.active?.isAsked = false
                self.active?.at = round.now
                self.active?.judgeAt = round.now + .seconds(active.offer.judgeAfterSeconds)
                self.active?.baseline = round.value
                return [.startApproved(id: active.id)]
            case .rejected: return [judge(active, .refused, round, "a person refused it")]
            default:
                guard round.now >= active.judgeAt else { return [] }
                return [judge(active, .refused, round, "nobody answered in time")]
            }
        }
        if round.standing == .failed {
            return [judge(active, .failed, round, "its workflow failed")]
        }
        guard round.now >= active.judgeAt else { return [] }
        guard let gain = round.gain(over: active.baseline) else {
            return [judge(active, .noEffect, round, "no effect could be measured")]
        }
        let outcome: ConscienceAction.Outcome = Self.helped(active, gain) ? .improved : .noEffect
        return [judge(active, outcome, round, Self.words(active, gain))]
    }

    /// Whether enough of what was predicted came.
    private static func helped(_ active: Active, _ gain: Double) -> Bool {
        gain > 0 && gain >= leastEffect * active.offer.effect
    }

    private static func words(_ active: Active, _ gain: Double) -> String {
        "\(JSON.double(gain).text()) of the predicted \(JSON.double(active.offer.effect).text())"
    }

    /// Ends the active remediation of what holds again: it has done so only where its effect can be
    /// seen, and its workflow did not fail.
    private mutating func settle(_ active: Active, _ round: ConscienceRound) -> ConscienceAction {
        if active.isAsked {
            return judge(active, .withdrawn, round, "the predicate holds again")
        }
        if round.standing == .failed {
            return judge(
                active,
                .failed,
                round,
                "its workflow failed; the measure recovered by itself"
            )
        }
        guard let gain = round.gain(over: active.baseline), Self.helped(active, gain) else {
            return judge(active, .withdrawn, round, "the measure recovered by itself")
        }
        let text = "the predicate holds again: \(Self.words(active, gain))"
        return judge(active, .improved, round, text)
    }

    private mutating func judge(
        _ active: Active,
        _ outcome: ConscienceAction.Outcome,
        _ round: ConscienceRound,
        _ reason: String
    ) -> ConscienceAction {
        switch outcome {
        case .improved:
            drift?.improved = true
            resting[active.offer.name] = round.now + .seconds(active.offer.cooldownSeconds)
        case .noEffect, .failed, .refused: drift?.tried.insert(active.offer.name)
        case .withdrawn: break
        }
        self.active = nil
        return .judge(
            id: active.id,
            outcome,
            effect: active.isAsked ? nil : round.gain(over: active.baseline),
            stops: !active.isAsked && round.standing == .running && outcome != .improved,
            reason
        )
    }

    /// One offer as it is weighed.
    public struct Weighed: Sendable {
        /// The offer.
        public var offer: RemediationOffer
        /// How good it is, 0…1; nil when it is ruled out.
        public var score: Double?
        /// Why.
        public var reasons: [String]
        /// Why a person must be asked; nil when none must.
        public var question: String?
    }

    /// Weighs the offers: the part of the gap that one closes, less a little for what it costs.
    public func weigh(_ round: ConscienceRound) -> [Weighed] {
        round.offers.map { offer in
            var weighed = Weighed(offer: offer, score: nil, reasons: [])
            if offer.needsApproval {
                weighed.question = "a person must agree to it each time"
            } else if offer.cost > round.costLimit {
                weighed.question =
                    "it costs \(offer.cost.rawValue), the intent allows \(round.costLimit.rawValue)"
            }
            if let drift, drift.tried.contains(offer.name) {
                weighed.reasons = ["it was tried in this drift and did not help"]
                return weighed
            }
            if let until = resting[offer.name] {
                weighed.reasons = ["it did something and rests until \(until)"]
                return weighed
            }
            guard offer.effect > 0, offer.effect.isFinite else {
                weighed.reasons = ["it would not make the measure better"]
                return weighed
            }
            let part = round.gap > 0 ? min(1, offer.effect / round.gap) : 1
            let price: Double =
                switch offer.cost {
                case .low: 0
                case .medium: 0.15
                case .high: 0.3
                }
            weighed.score = part * (1 - price)
            weighed.reasons = [
                offer.rationale.isEmpty ? offer.name : offer.rationale,
                "closes \(Int((part * 100).rounded())) % of the gap at \(offer.cost.rawValue) cost",
            ]
            if let question = weighed.question { weighed.reasons.append(question) }
            return weighed
        }
    }

    /// The best offer, by name where two are as good.
    static func best(_ weighed: [Weighed]) -> Weighed? {
        weighed.filter { $0.score != nil }.max {
            (($0.score ?? 0), $1.offer.name) < (($1.score ?? 0), $0.offer.name)
        }
    }

    private mutating func choose(_ round: ConscienceRound) -> [ConscienceAction] {
        guard var drift else { return [] }
        // What cannot be measured cannot be judged; and what holds again is left alone.
        let needsHelp =
            round.state == .broken || (round.state == .holds && round.risk == .burning)
        if needsHelp, drift.attempts < Self.mostAttempts,
            let best = Self.best(weigh(round))
        {
            drift.attempts += 1
            self.drift = drift
            let offer = best.offer
            active = Active(
                id: round.nextID,
                offer: offer,
                isAsked: best.question != nil,
                at: round.now,
                judgeAt: round.now
                    + (best.question != nil ? Self.patience : .seconds(offer.judgeAfterSeconds)),
                baseline: round.value
            )
            if let question = best.question {
                return [.ask(offer, id: round.nextID, question)]
            }
            return [.start(offer, id: round.nextID)]
        }
        guard !drift.escalated, needsHelp || round.state == .noTelemetry else { return [] }
        // While something that helped rests, it may help again.
        if needsHelp, round.offers.contains(where: { resting[$0.name] != nil }) { return [] }
        self.drift?.escalated = true
        let reason =
            round.state == .noTelemetry
            ? "there is no telemetry to judge by"
            : drift.attempts > 0
                ? "what was tried did not help" : "there is no remediation that could help"
        return [.escalate(reason)]
    }
}
