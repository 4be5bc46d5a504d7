import Core
import Store
import Synchronization

/// What a round sees.
extension Conscience {
    private func compile(
        _ intent: Intent,
        _ organisation: ID<Organisation>,
        at now: Timestamp
    ) async throws -> CompiledPredicate {
        let key = "\(organisation) \(intent.predicate)"
        let known = compiled.withLock { $0[key] }
        if let known, now - known.at < Self.freshness, now >= known.at { return known.predicate }
        let catalogue = try await around.measurer.catalogue(of: organisation)
        let predicate = try CompiledPredicate(intent.predicate, in: catalogue)
        compiled.withLock { cache in
            if cache.count > 5_000 { cache = [:] }
            cache[key] = Compiled(predicate: predicate, at: now)
        }
        return predicate
    }

    func measured(
        _ intent: Intent,
        _ organisation: ID<Organisation>,
        at now: Timestamp
    ) async throws -> Observation {
        let predicate: CompiledPredicate
        do {
            predicate = try await compile(intent, organisation, at: now)
        } catch let fault as GeneralFault where fault.kind == .invalid {
            var observation = Observation(at: now, state: .noTelemetry)
            observation.reason = fault.message
            return observation
        }
        return Observation(
            try await around.measurer.measure(predicate, of: organisation, until: now),
            of: intent.predicate,
            at: now
        )
    }

    /// Measures an intent at a moment: the value, the budget, the trend of what was measured so since it
    /// `began` to be.
    func observe(
        _ intent: Intent,
        _ organisation: ID<Organisation>,
        from began: Timestamp?,
        at now: Timestamp
    ) async throws -> Observation {
        var observation = try await measured(intent, organisation, at: now)
        guard observation.state == .holds || observation.state == .broken else {
            return observation
        }
        let opened = intent.openedAt ?? intent.createdAt
        if let budget = ErrorBudget(intent.predicate) {
            observation.burn = try await burn(budget, intent, organisation, opened, at: now)
        }
        let since = max(
            began ?? opened,
            now + .seconds(-max(3_600, intent.predicate.measure.windowSeconds))
        )
        let scope = try await around.effects.scope(in: organisation)
        let values = try await around.database.read {
            try IntentStore(scope: scope).values(of: intent.id, since: since, limit: 500, in: $0)
        }
        if let trend = Trend(values), trend.fit >= Trend.leastFit {
            observation.trend = trend
            observation.breaksAt = trend.breaks(intent.predicate, until: intent.deadline)
        }
        if let exhausted = observation.burn?.exhaustedAt, observation.state == .holds {
            observation.breaksAt = min(observation.breaksAt ?? exhausted, exhausted)
        }
        return observation
    }

    private func burn(
        _ budget: ErrorBudget,
        _ intent: Intent,
        _ organisation: ID<Organisation>,
        _ opened: Timestamp,
        at now: Timestamp
    ) async throws -> BurnReading {
        let predicate = try await compile(intent, organisation, at: now)
        let measurer = around.measurer
        func measure(_ seconds: Int) async throws -> Measured {
            try await measurer.measure(predicate, of: organisation, until: now, over: seconds)
        }
        var levels: [BurnReading.Level] = []
        for level in ErrorBudget.levels {
            let windows = ErrorBudget.windows(
                of: level,
                period: intent.predicate.measure.windowSeconds
            )
            let long = try await measure(windows.long)
            let short = try await measure(windows.short)
            levels.append(
                BurnReading.Level(
                    level: level,
                    longSeconds: windows.long,
                    shortSeconds: windows.short,
                    long: budget.rate(long),
                    short: budget.rate(short),
                    events: long.total ?? 0
                )
            )
        }
        var reading = BurnReading(allowed: budget.allowed, levels: levels)
        let open = Int((now - opened).seconds)
        guard open >= 60 else { return reading }
        let since = try await measure(min(open, Measure.windows.upperBound))
        // Few events say nothing of how it goes on.
        let goesOn = (levels.last?.events ?? 0) >= ErrorBudget.fewestEvents
        reading.project(
            sinceOpening: budget.rate(since),
            now: goesOn ? levels.last?.long : nil,
            opened: opened,
            at: now,
            deadline: intent.deadline
        )
        return reading
    }
}
