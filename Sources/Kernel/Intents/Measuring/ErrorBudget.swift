public import Core

/// How fast the errors that a share allows are used up.
///
/// The method is that of multiple windows and burn rates: Google, "The Site Reliability Workbook"
/// (2018), chapter 5, "Alerting on SLOs", table 5-8. A burn rate of 1 uses up the budget exactly within
/// the period. The table's windows are for 30 days; here they are the same fractions of the
/// predicate's own window: 1 h is 1/720, 6 h is 1/120, 3 days are 1/10, and each short window is a
/// twelfth of its long one.
public struct ErrorBudget: Sendable, Hashable {
    /// One row of the table.
    public struct Level: Sendable, Hashable {
        /// What it is called in records.
        public var name: String
        /// The budget that is used up when it fires, 0…1.
        public var budget: Double
        /// The long window as a part of the period.
        public var fraction: Double
        /// Whether somebody must look now, rather than some day soon.
        public var pages: Bool

        /// The burn rate from which it fires: budget over fraction.
        public var threshold: Double { budget / fraction }
    }

    /// The table's three rows: 14.4, 6 and 1.
    public static let levels = [
        Level(name: "fast", budget: 0.02, fraction: 1.0 / 720, pages: true),
        Level(name: "slow", budget: 0.05, fraction: 1.0 / 120, pages: true),
        Level(name: "ticket", budget: 0.10, fraction: 1.0 / 10, pages: false),
    ]

    /// With fewer events in the long window, one error more or less would decide: the workbook's
    /// low-traffic services.
    public static let fewestEvents = 10.0

    /// The share of errors that is allowed, more than 0 and less than 1.
    public let allowed: Double
    private let wantsMore: Bool

    /// The budget of a predicate; nil when it is no share, or allows no error at all.
    public init?(_ predicate: Predicate) {
        guard predicate.measure.function == .share else { return nil }
        wantsMore = predicate.comparison.wantsMore
        allowed = wantsMore ? 1 - predicate.target : predicate.target
        guard allowed > 1e-9, allowed < 1 else { return nil }
    }

    /// The share of errors among what was measured; nil when nothing was.
    public func errors(_ measured: Measured) -> Double? {
        measured.value.map { wantsMore ? 1 - $0 : $0 }
    }

    /// How many times faster than allowed errors come.
    public func rate(_ measured: Measured) -> Double? {
        errors(measured).map { $0 / allowed }
    }

    /// The windows of a level for a period, in seconds: never shorter than can be measured.
    public static func windows(of level: Level, period: Int) -> (long: Int, short: Int) {
        let long = max(300, Int((Double(period) * level.fraction).rounded()))
        return (long, max(60, long / 12))
    }
}

/// How a budget stands at a moment.
public struct BurnReading: Sendable, Hashable {
    /// One level's rates.
    public struct Level: Sendable, Hashable {
        /// Which.
        public var level: ErrorBudget.Level
        /// The windows in seconds.
        public var longSeconds: Int
        /// See ``longSeconds``.
        public var shortSeconds: Int
        /// The burn rate over the long window; nil where nothing happened.
        public var long: Double?
        /// The burn rate over the short window.
        public var short: Double?
        /// How much happened in the long window.
        public var events: Double

        /// Whether both windows burn at least at the threshold, and enough happened to say so.
        public var fires: Bool {
            guard let long, let short, events >= ErrorBudget.fewestEvents else { return false }
            return long >= level.threshold && short >= level.threshold
        }

        /// The API's form.
        public var json: JSON {
            [
                "name": .string(level.name), "longSeconds": .int(longSeconds),
                "shortSeconds": .int(shortSeconds), "long": .optional(long),
                "short": .optional(short), "threshold": .double(level.threshold),
                "fires": .bool(fires),
            ]
        }
    }

    /// Errors that are allowed, as a share.
    public var allowed: Double
    /// The levels.
    public var levels: [Level]
    /// The part of the budget from opening to deadline that is used up, 1 for all of it; nil when
    /// nothing was measured since the opening.
    public var consumed: Double?
    /// The part that will have been used up at the deadline if errors go on as in the latest window.
    public var projected: Double?
    /// When all of it is used up at that rate; nil when that is not before the deadline.
    public var exhaustedAt: Timestamp?

    /// A reading.
    public init(allowed: Double, levels: [Level]) {
        self.allowed = allowed
        self.levels = levels
    }

    /// The level that pages, if one does.
    public var paging: Level? { levels.first { $0.fires && $0.level.pages } }

    /// The level that fires without paging, if one does.
    public var ticket: Level? { levels.first { $0.fires && !$0.level.pages } }

    /// Computes the budget's way from the opening to the deadline.
    ///
    /// With a burn rate `r` since the opening and a share `t` of the time gone, `r·t` of the budget is
    /// used; going on at the rate `n`, the deadline finds `r·t + n·(1 − t)`, and all is used after
    /// `(1 − r·t) / n` of the whole time more.
    public mutating func project(
        sinceOpening: Double?,
        now rate: Double?,
        opened: Timestamp,
        at moment: Timestamp,
        deadline: Timestamp
    ) {
        let whole = (deadline - opened).seconds
        guard whole > 0, let sinceOpening else { return }
        let gone = min(1, max(0, (moment - opened).seconds / whole))
        let used = sinceOpening * gone
        consumed = used
        guard let rate else { return }
        projected = used + rate * (1 - gone)
        if used >= 1 {
            exhaustedAt = moment
        } else if rate > 0 {
            let more = (1 - used) / rate
            if more < 1 - gone { exhaustedAt = moment + .seconds(more * whole) }
        }
    }

    /// The API's form.
    public var json: JSON {
        [
            "allowed": .double(allowed), "levels": .array(levels.map(\.json)),
            "consumed": .optional(consumed), "projected": .optional(projected),
            "exhaustedAt": exhaustedAt?.json ?? .null,
        ]
    }
}

extension JSON {
    /// A number, or null.
    static func optional(_ value: Double?) -> JSON { value.map { .double($0) } ?? .null }
}
