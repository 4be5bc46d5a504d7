public import Core

/// Something measurable that an intent wants to hold: a measure, a comparison and a target.
///
/// As text `share(logistics.orders, on_time = true) over 7d >= 0.95`; ``description`` writes it so, and
/// ``init(_:)`` reads it.
public struct Predicate: Sendable, Hashable, CustomStringConvertible {
    /// How the measure is compared with the target.
    public enum Comparison: String, Sendable, CaseIterable {
        /// At least.
        case atLeast = ">="
        /// At most.
        case atMost = "<="
        /// More than.
        case above = ">"
        /// Less than.
        case below = "<"

        /// Whether larger values are better.
        public var wantsMore: Bool { self == .atLeast || self == .above }

        /// Whether a value does.
        public func holds(_ value: Double, _ target: Double) -> Bool {
            switch self {
            case .atLeast: value >= target
            case .atMost: value <= target
            case .above: value > target
            case .below: value < target
            }
        }
    }

    /// What is measured.
    public var measure: Measure
    /// How it is compared.
    public var comparison: Comparison
    /// What it is compared with.
    public var target: Double

    /// A predicate.
    public init(measure: Measure, comparison: Comparison, target: Double) {
        self.measure = measure
        self.comparison = comparison
        self.target = target
    }

    /// The text form.
    public var description: String {
        "\(measure) \(comparison.rawValue) \(JSON.double(target).text())"
    }
}

/// What a predicate measures: a function of a metric's or of records' values over the latest stretch of
/// time.
public struct Measure: Sendable, Hashable, CustomStringConvertible {
    /// What is made of the values.
    public enum Function: String, Sendable, CaseIterable {
        /// The share, 0…1, that fulfils the conditions.
        case share
        /// How many there are.
        case count
        /// The mean.
        case average = "avg"
        /// The sum.
        case sum
        /// The smallest.
        case minimum = "min"
        /// The largest.
        case maximum = "max"
        /// How many there are, or how much a counter grew, for each second.
        case rate
        /// The median.
        case p50
        /// What 99 % do not exceed.
        case p99
        /// The newest.
        case last
    }

    /// The function.
    public var function: Function
    /// The name of records, of a metric or of a time series; `metric:` and `series:` say which.
    public var source: String
    /// The field that is averaged, summed and so on; nil where there is only one value.
    public var field: String?
    /// What the counted ones fulfil: for ``Function/share`` the good ones, else which are looked at.
    public var conditions: [Condition]
    /// For ``Function/share``: which are looked at at all.
    public var among: [Condition]
    /// Over how many seconds up to now, 10 s to 366 days.
    public var windowSeconds: Int
    /// Where the parts stand in the text they were read from, for faults of the compiler; 1 for none.
    var places = Places()

    struct Places: Sendable {
        var function = 1
        var source = 1
        var field = 1
        var window = 1
    }

    /// A measure.
    public init(
        _ function: Function,
        of source: String,
        field: String? = nil,
        where conditions: [Condition] = [],
        among: [Condition] = [],
        windowSeconds: Int
    ) {
        self.function = function
        self.source = source
        self.field = field
        self.conditions = conditions
        self.among = among
        self.windowSeconds = windowSeconds
    }

    /// Windows that are possible.
    public static let windows = 10...366 * 86_400

    /// The text form.
    public var description: String {
        var text = "\(function.rawValue)(\(source)"
        if let field { text += ", \(field)" }
        for condition in conditions { text += ", \(condition)" }
        if !among.isEmpty {
            text += " where " + among.map(\.description).joined(separator: ", ")
        }
        return text + ") over \(Self.text(of: windowSeconds))"
    }

    /// Seconds as `90s`, `15m`, `6h`, `7d`: the largest unit that goes into it.
    public static func text(of seconds: Int) -> String {
        for (unit, letter) in [(86_400, "d"), (3_600, "h"), (60, "m")]
        where seconds % unit == 0 && seconds > 0 {
            return "\(seconds / unit)\(letter)"
        }
        return "\(seconds)s"
    }

    /// Equal whatever they were read from.
    public static func == (left: Measure, right: Measure) -> Bool {
        left.function == right.function && left.source == right.source && left.field == right.field
            && left.conditions == right.conditions && left.among == right.among
            && left.windowSeconds == right.windowSeconds
    }

    /// Of what ``==(_:_:)`` looks at.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(description)
    }
}

/// What one field of a record, one label of a metric, or a point's value must be.
public struct Condition: Sendable, Hashable, CustomStringConvertible {
    /// How a field is compared.
    public enum Comparison: String, Sendable, CaseIterable {
        case equal = "="
        case different = "!="
        case less = "<"
        case atMost = "<="
        case greater = ">"
        case atLeast = ">="
        case among = "in"
    }

    /// What a field is compared with.
    public enum Value: Sendable, Hashable, CustomStringConvertible {
        case flag(Bool)
        case number(Double)
        case text(String)

        /// The text form: words as they are, other texts in quotes.
        public var description: String {
            switch self {
            case .flag(let flag): return flag ? "true" : "false"
            case .number(let number): return JSON.double(number).text()
            case .text(let text):
                return PredicateLexer.isWord(text) ? text : PredicateLexer.quoted(text)
            }
        }

        /// The JSON form.
        public var json: JSON {
            switch self {
            case .flag(let flag): .bool(flag)
            case .number(let number): .double(number)
            case .text(let text): .string(text)
            }
        }
    }

    /// The field.
    public var field: String
    /// How it is compared.
    public var comparison: Comparison
    /// With what; several for ``Comparison/among``, else one.
    public var values: [Value]
    /// Where it stands in the text it was read from, and where its value does.
    var column = 1
    var valueColumn = 1

    /// A condition.
    public init(_ field: String, _ comparison: Comparison, _ values: [Value]) {
        self.field = field
        self.comparison = comparison
        self.values = values
    }

    /// The text form.
    public var description: String {
        if comparison == .among {
            return "\(field) in (\(values.map(\.description).joined(separator: ", ")))"
        }
        return "\(field) \(comparison.rawValue) \(values.first?.description ?? "")"
    }

    /// Equal whatever they were read from.
    public static func == (left: Condition, right: Condition) -> Bool {
        left.field == right.field && left.comparison == right.comparison
            && left.values == right.values
    }

    /// Of what ``==(_:_:)`` looks at.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(field)
        hasher.combine(comparison)
        hasher.combine(values)
    }
}
