/// How finely time is divided: not at all, or in roll-ups.
public enum Resolution: String, Sendable, CaseIterable, Comparable {
    /// The points themselves.
    case raw
    /// A roll-up for each minute.
    case minute
    /// One for each hour.
    case hour
    /// One for each day of UTC.
    case day

    static let hourMicros: Int64 = 3_600_000_000
    static let dayMicros: Int64 = 86_400_000_000

    /// How long a roll-up is, in microseconds; 0 for points.
    var unit: Int64 {
        switch self {
        case .raw: 0
        case .minute: 60_000_000
        case .hour: Self.hourMicros
        case .day: Self.dayMicros
        }
    }

    /// The number in the store: the unit in seconds.
    var key: Int64 { unit / 1_000_000 }

    /// What no block reaches over, in microseconds.
    var partition: Int64 {
        switch self {
        case .raw, .hour: Self.dayMicros
        case .minute: Self.hourMicros
        case .day: 32 * Self.dayMicros
        }
    }

    /// The coarsest one whose roll-ups fit into steps of so many microseconds.
    static func fitting(step: Int64) -> Resolution {
        allCases.last { $0.unit > 0 && step % $0.unit == 0 } ?? .raw
    }

    /// The finer one first.
    public static func < (left: Resolution, right: Resolution) -> Bool { left.unit < right.unit }
}
