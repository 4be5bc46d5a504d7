import Synchronization

/// A count that only grows.
public final class Counter: MetricInstrument {
    private let value = Atomic<Double>(0)

    init() {}

    /// Adds `amount`, which must not be negative.
    public func add(_ amount: Double = 1) {
        precondition(amount >= 0, "a counter only grows")
        value.add(amount)
    }

    /// The present count.
    public var reading: Double { value.load(ordering: .relaxed) }
}

/// A value that goes up and down.
public final class Gauge: MetricInstrument {
    private let value = Atomic<Double>(0)

    init() {}

    /// Sets the value.
    public func set(_ value: Double) { self.value.store(value, ordering: .relaxed) }

    /// Adds `amount`, which may be negative.
    public func add(_ amount: Double) { value.add(amount) }

    /// The present value.
    public var reading: Double { value.load(ordering: .relaxed) }
}

extension Atomic<Double> {
    fileprivate borrowing func add(_ amount: Double) {
        var seen = load(ordering: .relaxed)
        while true {
            let (exchanged, now) = weakCompareExchange(
                expected: seen,
                desired: seen + amount,
                ordering: .relaxed
            )
            if exchanged { return }
            seen = now
        }
    }
}

/// A distribution over fixed buckets.
public final class Histogram: MetricInstrument {
    /// Upper bounds in seconds for anything from a look-up to a model's answer: 100 µs to 10 s, three
    /// to a decade, so that a quantile is known within a factor of 2.5.
    public static let seconds: [Double] = [
        0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
        2.5, 5, 10,
    ]

    private let bounds: [Double]
    private let state: Mutex<(counts: [UInt64], sum: Double)>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex((Array(repeating: 0, count: bounds.count + 1), 0))
    }

    /// Records one value; NaN is ignored, as it belongs to no bucket.
    public func record(_ value: Double) {
        guard !value.isNaN else { return }
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        state.withLock { state in
            state.counts[low] += 1
            state.sum += value
        }
    }

    /// Records a duration in seconds.
    public func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        record(Double(seconds) + Double(attoseconds) * 1e-18)
    }

    /// What was recorded so far.
    public var reading: Distribution {
        let (counts, sum) = state.withLock { $0 }
        return Distribution(bounds: bounds, counts: counts, sum: sum)
    }
}

/// How many values fell into each bucket of a histogram.
public struct Distribution: Sendable, Hashable {
    /// The buckets' upper bounds, inclusive and ascending; the last bucket has none.
    public var bounds: [Double]
    /// How many values each bucket took, one more than there are bounds; not cumulative.
    public var counts: [UInt64]
    /// The sum of all values.
    public var sum: Double

    /// A distribution, for instance one that was stored.
    public init(bounds: [Double], counts: [UInt64], sum: Double) {
        precondition(counts.count == bounds.count + 1, "one count more than bounds")
        self.bounds = bounds
        self.counts = counts
        self.sum = sum
    }

    /// How many values there are.
    public var count: UInt64 { counts.reduce(0, +) }

    /// The mean, nil without values.
    public var mean: Double? { count == 0 ? nil : sum / Double(count) }

    /// Estimates the value below which the fraction `quantile` (0…1) of values lies; nil without values.
    ///
    /// Interpolates linearly within the bucket, as Prometheus' `histogram_quantile` does: the first
    /// bucket starts at 0 unless its bound is not positive, and what lies beyond the last bound is
    /// answered with that bound.
    public func quantile(_ quantile: Double) -> Double? {
        let total = count
        guard total > 0 else { return nil }
        let rank = min(max(quantile, 0), 1) * Double(total)
        var below: UInt64 = 0
        var bucket = 0
        while bucket < bounds.count, Double(below + counts[bucket]) < rank {
            below += counts[bucket]
            bucket += 1
        }
        guard bucket < bounds.count else { return bounds.last }
        let upper = bounds[bucket]
        if bucket == 0, upper <= 0 { return upper }
        let lower = bucket == 0 ? 0 : bounds[bucket - 1]
        guard counts[bucket] > 0 else { return lower }
        return lower + (upper - lower) * (rank - Double(below)) / Double(counts[bucket])
    }

    /// What was added since an `earlier` reading of the same histogram.
    public func since(_ earlier: Distribution) -> Distribution {
        precondition(bounds == earlier.bounds, "readings of different histograms")
        return Distribution(
            bounds: bounds,
            counts: zip(counts, earlier.counts).map { $0 >= $1 ? $0 - $1 : 0 },
            sum: sum - earlier.sum
        )
    }
}
