public import Core

/// One measured value.
public struct SeriesPoint: Sendable, Hashable {
    /// When it was measured.
    public var at: Timestamp
    /// What was measured.
    public var value: Double
    /// How good it is, as its source says; 0 means good, as in OPC UA's status codes.
    public var status: UInt32

    /// A point.
    public init(at: Timestamp, value: Double, status: UInt32 = 0) {
        self.at = at
        self.value = value
        self.status = status
    }

    /// Points in order of time, one for each time: of several the last one given.
    static func ordered(_ points: [SeriesPoint]) -> [SeriesPoint] {
        var isOrdered = true
        for index in points.indices.dropFirst() where points[index - 1].at >= points[index].at {
            isOrdered = false
            break
        }
        guard !isOrdered else { return points }
        let sorted = points.indices.sorted {
            (points[$0].at, $0) < (points[$1].at, $1)
        }
        var kept: [SeriesPoint] = []
        kept.reserveCapacity(points.count)
        for index in sorted {
            if kept.last?.at == points[index].at {
                kept[kept.count - 1] = points[index]
            } else {
                kept.append(points[index])
            }
        }
        return kept
    }

    /// Two ordered lists as one; where both have a time, the later list's point is taken.
    static func merged(_ older: [SeriesPoint], _ newer: [SeriesPoint]) -> [SeriesPoint] {
        guard let first = newer.first else { return older }
        guard let last = older.last, last.at >= first.at else { return older + newer }
        var merged: [SeriesPoint] = []
        merged.reserveCapacity(older.count + newer.count)
        var (left, right) = (0, 0)
        while left < older.count, right < newer.count {
            if older[left].at < newer[right].at {
                merged.append(older[left])
                left += 1
            } else {
                if older[left].at == newer[right].at { left += 1 }
                merged.append(newer[right])
                right += 1
            }
        }
        merged += older[left...]
        merged += newer[right...]
        return merged
    }
}
