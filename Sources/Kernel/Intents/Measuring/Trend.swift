public import Core

/// The straight line through values over time, by ordinary least squares.
public struct Trend: Sendable, Hashable {
    /// What the value changes by in a second.
    public var slope: Double
    /// The value of the line at ``at``.
    public var level: Double
    /// The moment that the line is drawn from: the last one.
    public var at: Timestamp
    /// How much of the variation the line explains, 0…1 (the coefficient of determination).
    public var fit: Double
    /// How many values it was made of.
    public var count: Int

    /// With fewer values a line says nothing.
    public static let fewest = 8
    /// A line that explains less is noise.
    public static let leastFit = 0.5

    /// The line; nil with fewer than ``fewest`` values, or all at one time.
    public init?(_ values: [(at: Timestamp, value: Double)]) {
        guard values.count >= Self.fewest, let last = values.last else { return nil }
        let count = Double(values.count)
        let times = values.map { ($0.at - last.at).seconds }
        let meanTime = times.reduce(0, +) / count
        let mean = values.reduce(0) { $0 + $1.value } / count
        var spread = 0.0
        var together = 0.0
        var variation = 0.0
        for (time, value) in zip(times, values) {
            spread += (time - meanTime) * (time - meanTime)
            together += (time - meanTime) * (value.value - mean)
            variation += (value.value - mean) * (value.value - mean)
        }
        guard spread > 0 else { return nil }
        slope = together / spread
        level = mean - slope * meanTime
        at = last.at
        fit = variation > 0 ? min(1, together * together / (spread * variation)) : 1
        self.count = values.count
    }

    /// The line's value at a moment.
    public func value(at moment: Timestamp) -> Double { level + slope * (moment - at).seconds }

    /// When the line first breaks a predicate, from ``at`` to `end`; nil when it does not.
    public func breaks(_ predicate: Predicate, until end: Timestamp) -> Timestamp? {
        guard predicate.comparison.holds(level, predicate.target), slope != 0,
            !predicate.comparison.holds(value(at: end), predicate.target)
        else { return nil }
        let seconds = (predicate.target - level) / slope
        return at + .seconds(max(0, seconds))
    }

    /// The API's form.
    public func json(at deadline: Timestamp) -> JSON {
        [
            "slopePerDay": .double(slope * 86_400), "fit": .double(fit), "count": .int(count),
            "atDeadline": .double(value(at: deadline)),
        ]
    }
}
