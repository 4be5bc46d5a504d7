public import Core
public import Store

/// A question about the points of some series, by steps of equal length.
public struct SeriesQuestion: Sendable {
    /// Which series.
    public var selection: SeriesSelection
    /// The first moment, at or before which the first step begins.
    public var from: Timestamp
    /// The moment at or after which the last step ends.
    public var until: Timestamp
    /// How long a step is, in seconds; steps begin at multiples of it since 1970.
    public var step: Int
    /// What is made of a step's points.
    public var aggregate: SeriesAggregate
    /// What stands for a step without points.
    public var fill: SeriesFill
    /// The labels by which series are united, none for all into one; nil for each by itself.
    public var by: [String]?

    /// A question.
    public init(
        _ selection: SeriesSelection,
        from: Timestamp,
        until: Timestamp,
        step: Int,
        aggregate: SeriesAggregate,
        fill: SeriesFill = .null,
        by: [String]? = nil
    ) {
        self.selection = selection
        self.from = from
        self.until = until
        self.step = step
        self.aggregate = aggregate
        self.fill = fill
        self.by = by
    }

    /// The values of one series, or of some united.
    public struct Line: Sendable, Hashable {
        /// The labels: all of a series, or those it was united by.
        public var labels: [SeriesName.Label]
        /// How many series it is made of.
        public var series: Int
        /// The unit; empty when there is none, or the series differ.
        public var unit: String
        /// A value for each step; nil where there is none.
        public var values: [Double?]
    }

    /// What is answered.
    public struct Answer: Sendable {
        /// When the first step begins.
        public var from: Timestamp
        /// When the last step ends.
        public var until: Timestamp
        /// What the values were made of.
        public var resolution: Resolution
        /// The values.
        public var lines: [Line]
    }

    /// Answers from one snapshot.
    ///
    /// - Throws: `SeriesError` of code `queryTooLarge`, or `invalidName` for the rate of a gauge;
    ///   `StoreError`.
    public func answer(limits: SeriesLimits, in reader: any Reader) throws -> Answer {
        let length = Int64(step) * 1_000_000
        let start = from.microseconds.floored(to: length)
        let end = (until.microseconds - 1).floored(to: length) + length
        let count = Int((end - start) / length)
        guard count <= limits.answer else { throw Self.tooMany(count, limits) }
        let series = try selection.series(atMost: limits.seriesPerQuery, in: reader)
        let groups = groups(series)
        guard groups.count * count <= limits.answer else {
            throw Self.tooMany(groups.count * count, limits)
        }
        if aggregate == .rate, let gauge = series.first(where: { $0.kind == .gauge }) {
            throw SeriesError(
                .invalidName,
                "a rate is a counter's; \(gauge.name.name) is a gauge",
                pointer: "/aggregate"
            )
        }
        let resolution = Resolution.fitting(step: length)
        var reading = try SeriesReading(of: series, limits: limits, in: reader)
        var lines: [Line] = []
        for group in groups {
            var united = [RollUp?](repeating: nil, count: count)
            for record in group.series {
                let steps = try reading.steps(
                    of: record.id,
                    from: start,
                    until: end,
                    step: length,
                    resolution: resolution
                )
                var before: RollUp?
                for step in steps {
                    var one = step
                    if let before {
                        one.increase += RollUp.growth(from: before.last, to: step.first)
                    }
                    before = step
                    let index = Int((step.start.microseconds - start) / length)
                    if united[index] == nil {
                        united[index] = one
                    } else {
                        united[index]?.unite(one)
                    }
                }
            }
            let units = Set(group.series.map(\.unit))
            lines.append(
                Line(
                    labels: group.labels,
                    series: group.series.count,
                    unit: units.count == 1 ? units.first ?? "" : "",
                    values: fill.filled(united.map(value))
                )
            )
        }
        return Answer(
            from: Timestamp(microseconds: start),
            until: Timestamp(microseconds: end),
            resolution: resolution,
            lines: lines
        )
    }

    private func groups(
        _ series: [SeriesRecord]
    ) -> [(labels: [SeriesName.Label], series: [SeriesRecord])] {
        guard let by else { return series.map { ($0.name.labels, [$0]) } }
        var places: [[SeriesName.Label]: Int] = [:]
        var groups: [(labels: [SeriesName.Label], series: [SeriesRecord])] = []
        for record in series {
            let labels = by.map { SeriesName.Label(key: $0, value: record.name[$0] ?? "") }
            if let place = places[labels] {
                groups[place].series.append(record)
            } else {
                places[labels] = groups.count
                groups.append((labels, [record]))
            }
        }
        return groups
    }

    private func value(_ rollUp: RollUp?) -> Double? {
        guard let rollUp else { return aggregate == .count ? 0 : nil }
        return switch aggregate {
        case .average: rollUp.sum / Double(rollUp.count)
        case .minimum: rollUp.minimum
        case .maximum: rollUp.maximum
        case .sum: rollUp.sum
        case .count: Double(rollUp.count)
        case .last: rollUp.last
        case .rate: rollUp.increase / Double(step)
        }
    }

    private static func tooMany(_ count: Int, _ limits: SeriesLimits) -> SeriesError {
        SeriesError(
            .queryTooLarge,
            "the answer would have \(count) values, over \(limits.answer); ask for a longer step, a "
                + "shorter time or fewer series",
            pointer: "/step"
        )
    }
}
