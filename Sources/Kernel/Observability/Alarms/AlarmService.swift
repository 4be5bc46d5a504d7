public import Core
public import Store
import Synchronization

/// Judges every rule once for each of its periods, and raises and clears alarms.
///
/// An alarm's row, the event and the messages to people are one transaction.
public final class AlarmService: Sendable {
    /// What the service needs of the world.
    public struct Surroundings: Sendable {
        /// Where rules and alarms are.
        public var database: any Database
        /// The metrics.
        public var metrics: MetricReader
        /// Ids of rules and alarms.
        public var ids: IDGenerator
        /// Time.
        public var clock: any WallClock
        /// Every organisation, and which of them operates the installation; nil when none does.
        public var organisations:
            @Sendable () async throws -> (all: [ID<Organisation>], operator: ID<Organisation>?)
        /// Tells the log and people.
        public var announcer: any AlarmAnnouncer
        /// Hears of failures.
        public var report: @Sendable (any Error) -> Void

        /// The surroundings.
        public init(
            database: any Database,
            metrics: MetricReader,
            ids: IDGenerator,
            clock: any WallClock,
            organisations:
                @escaping @Sendable () async throws -> (
                    all: [ID<Organisation>], operator: ID<Organisation>?
                ),
            announcer: any AlarmAnnouncer,
            report: @escaping @Sendable (any Error) -> Void = { _ in }
        ) {
            self.database = database
            self.metrics = metrics
            self.ids = ids
            self.clock = clock
            self.organisations = organisations
            self.announcer = announcer
            self.report = report
        }
    }

    private struct State {
        /// Up to when each rule was judged.
        var judged: [ID<AlarmRule>: Timestamp] = [:]
        /// The history behind anomaly bands, for each rule and hour.
        var baselines: [ID<AlarmRule>: Baseline] = [:]
        /// The organisations that have the default rules.
        var furnished: Set<ID<Organisation>> = []
    }

    struct Baseline: Sendable {
        var rule: AlarmRule
        var hour: Timestamp
        var hours: [(at: Timestamp, value: Double)]
        var recent: [(at: Timestamp, value: Double)]
    }

    let around: Surroundings
    let store = AlarmStore()
    private let state = Mutex(State())

    /// A service.
    public init(_ surroundings: Surroundings) {
        around = surroundings
    }

    /// Judges what can be judged with the metrics up to `tick`; to be called after each sample.
    public func evaluate(through tick: Timestamp) async {
        do {
            let organisations = try await around.organisations()
            try await furnish(organisations.all)
            let rules = try await around.database.read { [store] in try store.allRules(in: $0) }
            for followed in rules where followed.rule.isEnabled {
                let end = tick.floored(to: followed.rule.period)
                let isNew = state.withLock { state in
                    if let last = state.judged[followed.rule.id], last >= end { return false }
                    state.judged[followed.rule.id] = end
                    return true
                }
                guard isNew else { continue }
                do {
                    let isOperator = organisations.operator == followed.rule.organisation
                    try await judge(followed, until: end, isOperator: isOperator)
                } catch {
                    // Judged again after the next sample, not only when the next period has passed.
                    state.withLock { $0.judged[followed.rule.id] = nil }
                    around.report(error)
                }
            }
            try await remind()
        } catch {
            around.report(error)
        }
    }

    /// Gives organisations, and the installation, the default rules that they do not have yet.
    private func furnish(_ organisations: [ID<Organisation>]) async throws {
        let new = state.withLock { state in
            ([.installation] + organisations).filter { !state.furnished.contains($0) }
        }
        guard !new.isEmpty else { return }
        let now = around.clock.now()
        let rules = new.flatMap { organisation in
            (organisation == .installation
                ? AlarmPresets.installation : AlarmPresets.organisation)
                .map { $0.rule(around.ids.next(), organisation) }
        }
        try await around.database.transaction { [store] transaction in
            for rule in rules { try store.add(rule, at: now, in: transaction) }
        }
        state.withLock { $0.furnished.formUnion(new) }
    }

    private func judge(
        _ followed: AlarmStore.Followed,
        until end: Timestamp,
        isOperator: Bool
    ) async throws {
        let rule = followed.rule
        let judgement = try await judgement(of: rule, until: end, isOperator: isOperator)
        let evaluation = AlarmEvaluation.judge(
            judgement.points.map(\.datapoint),
            periods: rule.periods,
            needed: rule.datapointsToAlarm,
            missing: rule.missing,
            current: followed.course.evaluation
        )
        var expected = followed.course
        let action = expected.take(evaluation, hold: rule.holdPeriods)
        guard expected != followed.course else { return }
        switch action {
        case .nothing:
            try await around.database.transaction { [store] transaction in
                guard var course = try store.followed(rule.id, in: transaction)?.course else {
                    return
                }
                _ = course.take(evaluation, hold: rule.holdPeriods)
                try store.save(course, of: rule.id, in: transaction)
            }
        case .raise:
            try await raise(rule, followed.course.shelvedUntil, judgement, evaluation)
        case .clear:
            let detail = "\(judgement.measured) is within bounds again"
            try await clear(rule, detail: detail, value: judgement.latest)
        }
    }

    private func raise(
        _ rule: AlarmRule,
        _ shelvedUntil: Timestamp?,
        _ judgement: AlarmJudgement,
        _ evaluation: AlarmEvaluation
    ) async throws {
        let now = around.clock.now()
        let alarm = Alarm(
            id: around.ids.next(),
            organisation: rule.organisation,
            rule: rule.id,
            name: rule.name,
            severity: rule.severity,
            raisedAt: now,
            shelvedUntil: shelvedUntil.flatMap { $0 > now ? $0 : nil },
            value: judgement.worst(rule.comparison),
            threshold: judgement.bound ?? rule.threshold,
            unit: judgement.unit,
            metric: rule.metric,
            detail: judgement.detail(rule),
            datapoints: judgement.json
        )
        let change = AlarmChange(kind: .raised, alarm: alarm, rule: rule, at: now)
        let announce = try await around.announcer.prepare(change)
        try await around.database.transaction { [store] transaction in
            guard let found = try store.followed(rule.id, in: transaction), found.rule == rule,
                try store.active(of: rule.id, in: transaction) == nil
            else { return }
            var course = found.course
            _ = course.take(evaluation, hold: rule.holdPeriods)
            course.isActive = true
            try store.save(course, of: rule.id, in: transaction)
            try store.save(alarm, in: transaction)
            try announce(transaction)
        }
    }

    /// Clears a rule's active alarm, if there is one.
    func clear(_ rule: AlarmRule, detail: String, value: Double?) async throws {
        guard let commit = try await clearing(rule, detail: detail, value: value) else { return }
        try await around.database.transaction(commit)
    }

    /// What clears a rule's active alarm, within a transaction of the caller's; nil when there is none.
    ///
    /// - Parameters:
    ///   - rule: the rule.
    ///   - detail: why.
    ///   - value: the value that is well; nil when none was measured.
    ///   - scope: who does it; nil for the installation by itself.
    /// - Returns: the change, or nil.
    /// - Throws: `StoreError`, or what the announcer throws.
    public func clearing(
        _ rule: AlarmRule,
        detail: String,
        value: Double? = nil,
        scope: Scope? = nil
    ) async throws -> (@Sendable (any Transaction) throws -> Void)? {
        guard
            var alarm = try await around.database.read({ [store] in
                try store.active(of: rule.id, in: $0)
            })
        else { return nil }
        let now = around.clock.now()
        alarm.state = .cleared
        alarm.clearedAt = now
        alarm.detail = detail
        if let value { alarm.value = value }
        let change = AlarmChange(
            kind: .cleared,
            alarm: alarm,
            rule: rule,
            at: now,
            scope: scope
        )
        let announce = try await around.announcer.prepare(change)
        return { [store, alarm] transaction in
            guard let current = try store.active(of: rule.id, in: transaction),
                current.id == alarm.id
            else { return }
            var cleared = alarm
            // Somebody may have acknowledged it meanwhile.
            cleared.acknowledgedAt = current.acknowledgedAt
            cleared.acknowledgedBy = current.acknowledgedBy
            cleared.note = current.note
            cleared.shelvedUntil = nil
            var course = try store.followed(rule.id, in: transaction)?.course ?? AlarmCourse()
            course.evaluation = .ok
            course.isActive = false
            course.well = 0
            try store.save(course, of: rule.id, in: transaction)
            try store.save(cleared, in: transaction)
            try announce(transaction)
        }
    }

    /// Tells people again of active alarms whose time of quiet is over.
    private func remind() async throws {
        let now = around.clock.now()
        let due = try await around.database.read { [store] in
            try store.quietIsOver(at: now, in: $0)
        }
        for alarm in due {
            var loud = alarm
            loud.shelvedUntil = nil
            let change = AlarmChange(kind: .reminded, alarm: loud, rule: nil, at: now)
            let announce = try await around.announcer.prepare(change)
            try await around.database.transaction { [store] transaction in
                // Somebody may have acknowledged it, or shelved it anew, meanwhile.
                guard var current = try store.active(of: alarm.rule, in: transaction),
                    current.id == alarm.id, let until = current.shelvedUntil, until <= now
                else { return }
                current.shelvedUntil = nil
                try store.save(current, in: transaction)
                if current.acknowledgedAt == nil { try announce(transaction) }
            }
        }
    }

    // MARK: Judging

    private func judgement(
        of rule: AlarmRule,
        until end: Timestamp,
        isOperator: Bool
    ) async throws -> AlarmJudgement {
        let definition = around.metrics.history.definition(rule.metric)
        let selector = MetricSelector(
            rule.metric,
            rule.labels,
            for: Viewer(rule.organisation, operates: isOperator)
        )
        let count = rule.periods + AlarmEvaluation.surplus
        let from = end + .seconds(-count * rule.periodSeconds)
        let values = try await around.metrics.values(
            rule.statistic,
            of: selector,
            from: from,
            until: end,
            period: rule.period
        )
        let baseline =
            rule.kind == .anomaly ? try await baseline(of: rule, selector, until: end) : nil
        var judgement = AlarmJudgement(
            measured: "\(rule.statistic.rawValue) of \(rule.metric)",
            unit: rule.statistic == .ratio ? "%" : definition?.unit ?? ""
        )
        for value in values {
            guard let number = value.value else {
                judgement.points.append(.init(at: value.at, value: nil, datapoint: .missing))
                continue
            }
            let breaches: Bool
            if rule.kind == .anomaly {
                let band = baseline.flatMap {
                    AnomalyBand(
                        at: value.at,
                        hours: $0.hours,
                        recent: $0.recent,
                        width: rule.band ?? 3
                    )
                }
                guard let band else {
                    judgement.points.append(.init(at: value.at, value: number, datapoint: .missing))
                    continue
                }
                let bound = rule.comparison.isUpper ? band.high : band.low
                judgement.bound = bound
                judgement.band = band
                breaches =
                    rule.comparison.breaches(number, bound)
                    && abs(number - band.mean) >= abs(rule.threshold)
            } else {
                breaches = rule.comparison.breaches(number, rule.threshold)
            }
            judgement.points.append(
                .init(at: value.at, value: number, datapoint: breaches ? .breaching : .fine)
            )
        }
        return judgement
    }

    /// The history behind a rule's band, read anew every hour.
    private func baseline(
        of rule: AlarmRule,
        _ selector: MetricSelector,
        until end: Timestamp
    ) async throws -> Baseline {
        let hour = end.floored(to: .seconds(MetricStore.hour))
        let known = state.withLock { $0.baselines[rule.id] }
        if let known, known.rule == rule, known.hour == hour { return known }
        let hourly = try await around.metrics.values(
            rule.statistic,
            of: selector,
            from: hour + .seconds(-8 * 7 * 86_400),
            until: hour,
            period: .seconds(MetricStore.hour),
            resolution: MetricStore.hour
        )
        // The window that is being judged must not be its own measure.
        let before = end + .seconds(-rule.periods * rule.periodSeconds)
        let recent = try await around.metrics.values(
            rule.statistic,
            of: selector,
            from: before + .seconds(-86_400),
            until: before,
            period: rule.period
        )
        // A sum over an hour is not a sum over a period.
        let scale =
            rule.statistic == .sum ? Double(rule.periodSeconds) / Double(MetricStore.hour) : 1
        let baseline = Baseline(
            rule: rule,
            hour: hour,
            hours: hourly.compactMap { value in value.value.map { (value.at, $0 * scale) } },
            recent: recent.compactMap { value in value.value.map { (value.at, $0) } }
        )
        state.withLock { $0.baselines[rule.id] = baseline }
        return baseline
    }
}
