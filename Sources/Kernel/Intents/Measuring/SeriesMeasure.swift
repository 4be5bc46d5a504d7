import Core
import Series
import Store

/// A measure of time series, all that fit taken together.
struct SeriesMeasure: Sendable {
    private let function: Measure.Function
    private let selection: SeriesSelection
    private let share: SeriesShare
    private let from: Timestamp
    private let until: Timestamp

    /// How many steps a window is cut into at most; a window's ends are whole steps.
    private static let mostSteps = 3_600

    init(
        _ measure: Measure,
        _ selection: SeriesSelection,
        share: SeriesShare,
        from: Timestamp,
        until: Timestamp
    ) {
        function = measure.function
        self.selection = selection
        self.share = share
        self.from = from
        self.until = until
    }

    private var seconds: Int { Int((until.microseconds - from.microseconds) / 1_000_000) }

    func run(limits: SeriesLimits, in reader: any Reader) throws -> Measured {
        if function == .share { return try share(limits, reader) }
        let counts = try steps(.count, limits, reader).reduce(0) { $0 + ($1 ?? 0) }
        guard counts > 0 else {
            return Measured(
                value: nil,
                total: 0,
                absence: .noTelemetry(
                    "\(selection.name ?? "the series") has no points in the window"
                )
            )
        }
        switch function {
        case .count: return Measured(value: counts, total: counts)
        case .average, .sum:
            let sum = try steps(.sum, limits, reader).reduce(0) { $0 + ($1 ?? 0) }
            return Measured(value: function == .sum ? sum : sum / counts, total: counts)
        case .minimum:
            return Measured(
                value: try steps(.minimum, limits, reader).compactMap { $0 }.min(),
                total: counts
            )
        case .maximum:
            return Measured(
                value: try steps(.maximum, limits, reader).compactMap { $0 }.max(),
                total: counts
            )
        case .last:
            return Measured(
                value: try steps(.last, limits, reader).last { $0 != nil } ?? nil,
                total: counts
            )
        case .rate:
            // A rate is a step's growth for each second: growth is what adds up.
            let rates = try steps(.rate, limits, reader)
            let grown = rates.reduce(0) { $0 + ($1 ?? 0) * Double(step) }
            return Measured(value: grown / Double(max(1, seconds)), total: counts)
        case .share, .p50, .p99: return Measured(value: nil)
        }
    }

    private var step: Int { max(1, (seconds + Self.mostSteps - 1) / Self.mostSteps) }

    private func steps(
        _ aggregate: SeriesAggregate,
        _ limits: SeriesLimits,
        _ reader: any Reader
    ) throws -> [Double?] {
        let question = SeriesQuestion(
            selection,
            from: from,
            until: until,
            step: step,
            aggregate: aggregate,
            by: []
        )
        return try question.answer(limits: limits, in: reader).lines.first?.values ?? []
    }

    private func share(_ limits: SeriesLimits, _ reader: any Reader) throws -> Measured {
        let series = try selection.series(atMost: limits.seriesPerQuery, in: reader)
        var reading = try SeriesReading(of: series, limits: limits, in: reader)
        var good = 0.0
        var total = 0.0
        var points = 0
        for record in series {
            for point in try reading.points(of: record.id, from: from, until: until) {
                points += 1
                guard share.among.allSatisfy({ $0.holds(point.value) }) else { continue }
                total += 1
                if share.good.allSatisfy({ $0.holds(point.value) }) { good += 1 }
            }
        }
        guard points > 0 else {
            return Measured(
                value: nil,
                total: 0,
                absence: .noTelemetry(
                    "\(selection.name ?? "the series") has no points in the window"
                )
            )
        }
        return Measured(value: total > 0 ? good / total : nil, good: good, total: total)
    }
}

/// What a share of a series counts: conditions on the values of its points.
struct SeriesShare: Sendable {
    /// What the good ones fulfil.
    var good: [Condition] = []
    /// Which are looked at at all.
    var among: [Condition] = []
}

extension Condition {
    /// Whether a number fulfils the condition; only for conditions on numbers.
    func holds(_ number: Double) -> Bool {
        guard case .number(let bound)? = values.first else { return false }
        switch comparison {
        case .equal: return number == bound
        case .different: return number != bound
        case .less: return number < bound
        case .atMost: return number <= bound
        case .greater: return number > bound
        case .atLeast: return number >= bound
        case .among: return false
        }
    }
}
