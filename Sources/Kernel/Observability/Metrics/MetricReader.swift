public import Core
public import Store

/// Series over any stretch of time: from memory what is there, the rest from the store.
public struct MetricReader: Sendable {
    /// One value of a series of statistics.
    public struct Value: Sendable, Hashable {
        /// When the period began.
        public var at: Timestamp
        /// The statistic; nil where there is nothing to say.
        public var value: Double?
    }

    /// The latest points.
    public let history: MetricHistory
    private let store: MetricStore
    private let database: any Database

    /// A reader.
    public init(history: MetricHistory, store: MetricStore, database: any Database) {
        self.history = history
        self.store = store
        self.database = database
    }

    /// The points that a selector picks.
    ///
    /// - Parameters:
    ///   - selector: which series.
    ///   - from: the first moment.
    ///   - until: the first moment that is left out.
    ///   - resolution: of what comes from the store, ``MetricStore/minute`` or ``MetricStore/hour``.
    ///   - memoryOnly: whether to leave the store alone, whose points are too coarse.
    /// - Returns: the points of each series in order of time; none for an unknown metric.
    /// - Throws: `StoreError`.
    public func series(
        _ selector: MetricSelector,
        from: Timestamp,
        until: Timestamp,
        resolution: Int = MetricStore.minute,
        memoryOnly: Bool = false
    ) async throws -> [SeriesKey: [MetricPoint]] {
        guard let definition = history.definition(selector.name) else { return [:] }
        let recent = history.series(selector, from: from, until: until)
        // From its first point on memory knows all; what is older comes from the store.
        let first = recent.values.compactMap(\.first?.at).min() ?? until
        guard !memoryOnly, first > from + .seconds(MetricStore.minute) else { return recent }
        let boundary = first.floored(to: .seconds(resolution))
        let store = store
        var all = try await database.scan { reader in
            try store.series(
                selector,
                names: definition.labels,
                resolution: resolution,
                from: from,
                until: boundary,
                in: reader
            )
        }
        for (key, points) in recent {
            all[key, default: []] += points
        }
        return all
    }

    /// A statistic over consecutive periods, aligned to whole multiples of the period since the epoch.
    ///
    /// - Parameters:
    ///   - statistic: what to make of each period.
    ///   - selector: which series; they are taken together.
    ///   - from: within the first period.
    ///   - until: the periods that end by then.
    ///   - period: how long each is.
    ///   - resolution: as in ``series(_:from:until:resolution:)``.
    /// - Returns: one value for each period in order.
    /// - Throws: `StoreError`.
    public func values(
        _ statistic: MetricStatistic,
        of selector: MetricSelector,
        from: Timestamp,
        until: Timestamp,
        period: Duration,
        resolution: Int = MetricStore.minute
    ) async throws -> [Value] {
        let start = from.floored(to: period)
        let end = until.floored(to: period)
        func series(_ selector: MetricSelector) async throws -> [SeriesKey: [MetricPoint]] {
            try await self.series(
                selector,
                from: start,
                until: end,
                resolution: resolution,
                memoryOnly: period < .seconds(resolution)
            )
        }
        let picked = try await series(selector)
        let whole = statistic == .ratio ? try await series(selector.whole) : [:]
        let parts = Self.bySlot(picked) { $0.floored(to: period) }
        let wholes = Self.bySlot(whole) { $0.floored(to: period) }
        var values: [Value] = []
        var at = start
        while at < end {
            let value = statistic.value(of: parts[at] ?? [], among: wholes[at] ?? [], over: period)
            values.append(Value(at: at, value: value))
            at = at + period
        }
        return values
    }

    /// A statistic over the periods before a moment, for each value of a label or for all together.
    ///
    /// - Parameters:
    ///   - statistic: what to make of each period.
    ///   - selector: which series.
    ///   - label: each of its values gets a part of its own; nil for one part of everything.
    ///   - until: the end; a period that has only begun is left out, unless it is the only one.
    ///   - span: how long a time to look at.
    ///   - period: how long each period is; when it is the whole span, it ends exactly at `until`.
    ///   - resolution: as in ``series(_:from:until:resolution:)``.
    /// - Returns: the parts by name, at most 50; those with the most to say first.
    /// - Throws: `StoreError`.
    public func values(
        _ statistic: MetricStatistic,
        of selector: MetricSelector,
        splitBy label: String?,
        until: Timestamp,
        over span: Duration,
        period: Duration,
        resolution: Int
    ) async throws -> [(name: String, values: [Value])] {
        guard let definition = history.definition(selector.name) else { return [] }
        let isWhole = period == span
        let end = isWhole ? until : until.floored(to: period)
        let start = Timestamp(microseconds: end.microseconds - span.microseconds)
        func series(_ selector: MetricSelector) async throws -> [SeriesKey: [MetricPoint]] {
            try await self.series(
                selector,
                from: start,
                until: end,
                resolution: resolution,
                memoryOnly: period < .seconds(resolution)
            )
        }
        let picked = try await series(selector)
        let whole = statistic == .ratio ? try await series(selector.whole) : [:]
        let position = label.flatMap { definition.labels.firstIndex(of: $0) }
        func part(_ key: SeriesKey) -> String {
            position.map { key.labels.indices.contains($0) ? key.labels[$0] : "" } ?? ""
        }
        func byPart(_ all: [SeriesKey: [MetricPoint]]) -> [String: [SeriesKey: [MetricPoint]]] {
            Dictionary(grouping: all, by: { part($0.key) }).mapValues {
                Dictionary(uniqueKeysWithValues: $0.map { ($0.key, $0.value) })
            }
        }
        let parts = byPart(picked)
        let wholes = byPart(whole)
        var names = Set(parts.keys).union(wholes.keys)
        if label == nil { names.insert("") }
        func slot(_ at: Timestamp) -> Timestamp { isWhole ? start : at.floored(to: period) }
        let shown = names.map { name in
            let mine = Self.bySlot(parts[name] ?? [:], slot)
            let all = Self.bySlot(wholes[name] ?? [:], slot)
            var values: [Value] = []
            var at = slot(start)
            while at < end {
                let value = statistic.value(of: mine[at] ?? [], among: all[at] ?? [], over: period)
                values.append(Value(at: at, value: value))
                at = at + period
            }
            return (name: name, values: values)
        }
        func weight(_ values: [Value]) -> Double { values.reduce(0) { $0 + ($1.value ?? 0) } }
        return Array(
            shown.sorted { (-weight($0.values), $0.name) < (-weight($1.values), $1.name) }
                .prefix(50)
        )
    }

    /// How much a selector picks out of the whole that ``MetricStatistic/ratio`` is a share of, within
    /// one stretch of time.
    ///
    /// - Parameters:
    ///   - selector: which series are the part.
    ///   - until: the end.
    ///   - span: how long a time to look at.
    ///   - resolution: as in ``series(_:from:until:resolution:)``.
    /// - Returns: what counters grew by, or how many values histograms took; 0 for an unknown metric.
    /// - Throws: `StoreError`.
    public func counts(
        of selector: MetricSelector,
        until: Timestamp,
        over span: Duration,
        resolution: Int
    ) async throws -> (part: Double, all: Double) {
        func amount(_ selector: MetricSelector) async throws -> Double {
            try await series(
                selector,
                from: Timestamp(microseconds: until.microseconds - span.microseconds),
                until: until,
                resolution: resolution,
                memoryOnly: span < .seconds(resolution)
            ).values.joined().reduce(0) { $0 + MetricStatistic.amount($1) }
        }
        return (try await amount(selector), try await amount(selector.whole))
    }

    private static func bySlot(
        _ series: [SeriesKey: [MetricPoint]],
        _ slot: (Timestamp) -> Timestamp
    ) -> [Timestamp: [MetricPoint]] {
        var parts: [Timestamp: [MetricPoint]] = [:]
        for points in series.values {
            for point in points { parts[slot(point.at), default: []].append(point) }
        }
        return parts
    }

}

extension Timestamp {
    /// The last whole multiple of `period` since the epoch that is not after this.
    public func floored(to period: Duration) -> Timestamp {
        let length = max(1, period.microseconds)
        let rest = microseconds % length
        return Timestamp(microseconds: microseconds - (rest < 0 ? rest + length : rest))
    }
}
