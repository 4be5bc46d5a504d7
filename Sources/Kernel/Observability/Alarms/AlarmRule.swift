public import Core

/// When a metric is out of bounds, and how much that matters.
public struct AlarmRule: Sendable, Hashable {
    /// What a value is compared with.
    public enum Kind: String, Sendable, CaseIterable {
        /// A number.
        case threshold
        /// The range that earlier values make likely.
        case anomaly
    }

    /// How a value is compared with the threshold.
    public enum Comparison: String, Sendable, CaseIterable {
        /// Greater than.
        case above = ">"
        /// Greater than or equal to.
        case atLeast = ">="
        /// Less than.
        case below = "<"
        /// Less than or equal to.
        case atMost = "<="

        /// Whether `value` breaches `limit`.
        public func breaches(_ value: Double, _ limit: Double) -> Bool {
            switch self {
            case .above: value > limit
            case .atLeast: value >= limit
            case .below: value < limit
            case .atMost: value <= limit
            }
        }

        /// Whether large values breach.
        public var isUpper: Bool { self == .above || self == .atLeast }
    }

    /// How much an alarm matters.
    public enum Severity: String, Sendable, CaseIterable {
        /// Good to know.
        case info
        /// Should be looked at.
        case warning
        /// Must be looked at now.
        case alarm
    }

    /// Its id.
    public var id: ID<AlarmRule>
    /// Whose; `installation` for the installation's own.
    public var organisation: ID<Organisation>
    /// The name of the default that it came from; nil for one that somebody made.
    public var preset: String?
    /// What people call it, 1 to 120 characters.
    public var name: String
    /// The metric.
    public var metric: String
    /// Values that labels must have; one that ends in `*` must only begin so.
    public var labels: [String: String] = [:]
    /// What is made of the metric within each period.
    public var statistic: MetricStatistic
    /// What it is compared with.
    public var kind = Kind.threshold
    /// How it is compared.
    public var comparison = Comparison.above
    /// The bound; for an anomaly the least absolute difference from the mean that counts, usually 0.
    public var threshold: Double
    /// For an anomaly how many standard deviations are usual, 0.5…20; default 3.
    public var band: Double?
    /// How long a period is: 10, 30, or whole minutes up to an hour.
    public var periodSeconds = 60
    /// N: how many periods decide, 1…100.
    public var periods = 5
    /// M: how many of them must breach.
    public var datapointsToAlarm = 3
    /// What a period without a value counts as.
    public var missing = AlarmEvaluation.MissingData.notBreaching
    /// How many periods in a row must be judged well before an active alarm is cleared, 1…100.
    public var holdPeriods = 2
    /// How much it matters.
    public var severity = Severity.alarm
    /// Whether it is evaluated.
    public var isEnabled = true

    /// A rule; what has no default must be said.
    public init(
        id: ID<AlarmRule>,
        organisation: ID<Organisation>,
        preset: String? = nil,
        name: String,
        metric: String,
        statistic: MetricStatistic,
        threshold: Double
    ) {
        self.id = id
        self.organisation = organisation
        self.preset = preset
        self.name = name
        self.metric = metric
        self.statistic = statistic
        self.threshold = threshold
    }

    /// The period.
    public var period: Duration { .seconds(periodSeconds) }

    /// The API's form.
    public var json: JSON {
        [
            "id": id.json, "name": .string(name), "metric": .string(metric),
            "labels": .object(
                JSONObject(labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
            ),
            "statistic": .string(statistic.rawValue), "kind": .string(kind.rawValue),
            "comparison": .string(comparison.rawValue), "threshold": .double(threshold),
            "band": band.map { .double($0) } ?? .null, "periodSeconds": .int(periodSeconds),
            "periods": .int(periods), "datapointsToAlarm": .int(datapointsToAlarm),
            "missing": .string(missing.rawValue), "holdPeriods": .int(holdPeriods),
            "severity": .string(severity.rawValue), "enabled": .bool(isEnabled),
            "isDefault": .bool(preset != nil),
        ]
    }

    /// Takes over the members of `change` that are there, and checks the whole.
    ///
    /// - Parameters:
    ///   - change: the API's form, or a part of it.
    ///   - definitions: the metrics there are.
    /// - Throws: a fault that names the member and what was expected; for an unknown metric the
    ///   nearest known one.
    public mutating func apply(
        _ change: JSONReader,
        metrics definitions: [MetricDefinition]
    ) throws(GeneralFault) {
        if let name = try change.optional("name") { self.name = try name.string(length: 1...120) }
        if let metric = try change.optional("metric") {
            self.metric = try metric.string(length: 1...200)
        }
        if let labels = try change.optional("labels") {
            guard let object = labels.value.object, object.count <= 10 else {
                throw labels.fault("expected an object of at most 10 labels")
            }
            self.labels = [:]
            for member in object {
                self.labels[member.key] = try labels.member(member.key).string(length: 0...128)
            }
        }
        if let statistic = try change.optional("statistic") {
            self.statistic = try statistic.choice()
        }
        if let kind = try change.optional("kind") { self.kind = try kind.choice() }
        if let comparison = try change.optional("comparison") {
            self.comparison = try comparison.choice()
        }
        if let threshold = try change.optional("threshold") {
            self.threshold = try threshold.double()
        }
        if let band = try change.optional("band") { self.band = try band.double(in: 0.5...20) }
        if let seconds = try change.optional("periodSeconds") {
            let value = try seconds.int(in: 10...3_600)
            guard value == 10 || value == 30 || value % 60 == 0 else {
                throw seconds.fault("expected 10, 30, or a multiple of 60")
            }
            periodSeconds = value
        }
        if let periods = try change.optional("periods") {
            self.periods = try periods.int(in: 1...100)
        }
        if let needed = try change.optional("datapointsToAlarm") {
            datapointsToAlarm = try needed.int(in: 1...100)
        }
        if let missing = try change.optional("missing") { self.missing = try missing.choice() }
        if let hold = try change.optional("holdPeriods") {
            holdPeriods = try hold.int(in: 1...100)
        }
        if let severity = try change.optional("severity") { self.severity = try severity.choice() }
        if let enabled = try change.optional("enabled") { isEnabled = try enabled.bool() }
        try check(definitions)
    }

    private func check(_ definitions: [MetricDefinition]) throws(GeneralFault) {
        guard let definition = definitions.first(where: { $0.name == metric }) else {
            let near = nearest(to: metric, among: definitions.map(\.name))
            throw GeneralFault(
                .invalid,
                code: "unknown-metric",
                "there is no metric \"\(metric)\"" + (near.map { "; did you mean \($0)?" } ?? ""),
                pointer: "/metric"
            )
        }
        for label in labels.keys.sorted() where !definition.labels.contains(label) {
            throw GeneralFault(
                .invalid,
                code: "unknown-label",
                "\(metric) has no label \"\(label)\"; it has "
                    + (definition.labels.isEmpty
                        ? "none" : definition.labels.joined(separator: ", ")),
                pointer: "/labels/\(label)"
            )
        }
        guard statistic.fits(definition.kind) else {
            let fitting = MetricStatistic.allCases.filter { $0.fits(definition.kind) }
            throw GeneralFault(
                .invalid,
                code: "statistic-does-not-fit",
                "\(metric) is a \(definition.kind.rawValue), of which \(statistic.rawValue) cannot be "
                    + "made; expected " + fitting.map(\.rawValue).joined(separator: ", "),
                pointer: "/statistic"
            )
        }
        guard datapointsToAlarm <= periods else {
            throw GeneralFault(
                .invalid,
                code: "invalid-value",
                "of \(periods) periods no \(datapointsToAlarm) can breach",
                pointer: "/datapointsToAlarm"
            )
        }
        guard periods * periodSeconds <= 86_400 else {
            throw GeneralFault(
                .invalid,
                code: "invalid-value",
                "periods × periodSeconds must not exceed a day",
                pointer: "/periods"
            )
        }
    }
}
