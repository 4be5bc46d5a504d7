public import Core

/// The range in which a metric is expected to be, from how it was before.
///
/// The mean of comparable values and `width` standard deviations to either side: Shewhart's control
/// limits (NIST/SEMATECH e-Handbook of Statistical Methods, section 6.3.2). Comparable are the values
/// of the same hour of the week when there are enough weeks of them, as load follows the week;
/// otherwise the latest day's.
public struct AnomalyBand: Sendable, Hashable {
    /// The smallest value that is expected.
    public var low: Double
    /// The largest value that is expected.
    public var high: Double
    /// The mean of the comparable values.
    public var mean: Double
    /// Their standard deviation.
    public var deviation: Double
    /// How many comparable values there were.
    public var count: Int
    /// Whether they are of the same hour of the week.
    public var isSeasonal: Bool

    /// At least so many weeks make a season.
    static let weeks = 3
    /// At least so many values of the latest day make a band: half an hour of minutes.
    static let values = 30
    /// A metric that never moved would alarm at the slightest move: the deviation is at least this
    /// share of the mean.
    static let leastShare = 0.01

    /// A band for the moment `at`; nil when there is too little history.
    ///
    /// - Parameters:
    ///   - at: when a value is to be judged.
    ///   - hours: the metric's value in each past hour, for the season.
    ///   - recent: its values in the latest day.
    ///   - width: in standard deviations, above 0.
    public init?(
        at: Timestamp,
        hours: [(at: Timestamp, value: Double)],
        recent: [(at: Timestamp, value: Double)],
        width: Double
    ) {
        let season = hours.filter { Self.hourOfWeek($0.at) == Self.hourOfWeek(at) }
        let values: [Double]
        if season.count >= Self.weeks {
            values = season.map(\.value)
            isSeasonal = true
        } else {
            values = recent.map(\.value)
            isSeasonal = false
            guard values.count >= Self.values else { return nil }
        }
        count = values.count
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = max(
            (squares / Double(values.count - 1)).squareRoot(),
            abs(mean) * Self.leastShare
        )
        self.mean = mean
        self.deviation = deviation
        low = mean - width * deviation
        high = mean + width * deviation
    }

    /// Which of the week's 168 hours a moment is in, in UTC; 0 is the epoch's, a Thursday's first.
    static func hourOfWeek(_ at: Timestamp) -> Int64 {
        let hours = at.floored(to: .seconds(3_600)).microseconds / 3_600_000_000
        return ((hours % 168) + 168) % 168
    }
}
