public import Core

/// What is known of a stretch of time without its points.
public struct RollUp: Sendable, Hashable {
    /// When the stretch begins.
    public var start: Timestamp
    /// How many points it has.
    public var count: Int
    /// Their sum.
    public var sum: Double
    /// The smallest.
    public var minimum: Double
    /// The largest.
    public var maximum: Double
    /// The earliest one's value.
    public var first: Double
    /// When that was.
    public var firstAt: Timestamp
    /// The latest one's value.
    public var last: Double
    /// When that was.
    public var lastAt: Timestamp
    /// How much a counter grew from the first to the last; see ``growth(from:to:)``.
    public var increase: Double

    init(
        start: Timestamp,
        count: Int,
        sum: Double,
        minimum: Double,
        maximum: Double,
        first: Double,
        firstAt: Timestamp,
        last: Double,
        lastAt: Timestamp,
        increase: Double
    ) {
        self.start = start
        self.count = count
        self.sum = sum
        self.minimum = minimum
        self.maximum = maximum
        self.first = first
        self.firstAt = firstAt
        self.last = last
        self.lastAt = lastAt
        self.increase = increase
    }

    init(start: Timestamp, _ point: SeriesPoint) {
        self.init(
            start: start,
            count: 1,
            sum: point.value,
            minimum: point.value,
            maximum: point.value,
            first: point.value,
            firstAt: point.at,
            last: point.value,
            lastAt: point.at,
            increase: 0
        )
    }

    /// How much a counter grew between two points: a smaller value means that it began again at 0.
    static func growth(from before: Double, to after: Double) -> Double {
        after >= before ? after - before : after
    }

    /// Takes in a later point.
    mutating func add(_ point: SeriesPoint) {
        increase += Self.growth(from: last, to: point.value)
        count += 1
        sum += point.value
        minimum = Swift.min(minimum, point.value)
        maximum = Swift.max(maximum, point.value)
        last = point.value
        lastAt = point.at
    }

    /// Takes in a later stretch of the same series.
    mutating func add(later: RollUp) {
        increase += Self.growth(from: last, to: later.first) + later.increase
        count += later.count
        sum += later.sum
        minimum = Swift.min(minimum, later.minimum)
        maximum = Swift.max(maximum, later.maximum)
        last = later.last
        lastAt = later.lastAt
    }

    /// Takes in the same stretch of another series.
    mutating func unite(_ other: RollUp) {
        count += other.count
        sum += other.sum
        minimum = Swift.min(minimum, other.minimum)
        maximum = Swift.max(maximum, other.maximum)
        increase += other.increase
        if other.firstAt < firstAt { (first, firstAt) = (other.first, other.firstAt) }
        if other.lastAt > lastAt { (last, lastAt) = (other.last, other.lastAt) }
    }

    /// Points in order of time, rolled up by stretches of so many microseconds.
    static func of(_ points: some Sequence<SeriesPoint>, unit: Int64) -> [RollUp] {
        var rollUps: [RollUp] = []
        for point in points {
            let start = Timestamp(microseconds: point.at.microseconds.floored(to: unit))
            if rollUps.last?.start == start {
                rollUps[rollUps.count - 1].add(point)
            } else {
                rollUps.append(RollUp(start: start, point))
            }
        }
        return rollUps
    }

    /// Roll-ups in order of time, joined to longer stretches.
    static func joined(_ rollUps: some Sequence<RollUp>, unit: Int64) -> [RollUp] {
        var joined: [RollUp] = []
        for rollUp in rollUps {
            let start = Timestamp(microseconds: rollUp.start.microseconds.floored(to: unit))
            if joined.last?.start == start {
                joined[joined.count - 1].add(later: rollUp)
            } else {
                joined.append(rollUp)
                joined[joined.count - 1].start = start
            }
        }
        return joined
    }
}

extension Int64 {
    /// The largest multiple of `unit` that is not larger.
    func floored(to unit: Int64) -> Int64 {
        let rest = self % unit
        return rest < 0 ? self &- rest &- unit : self - rest
    }
}
