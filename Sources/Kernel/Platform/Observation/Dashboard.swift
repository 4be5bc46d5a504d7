public import Observability

/// A page of figures for people with one sort of question.
public struct Dashboard: Sendable {
    /// Who a dashboard is for; the raw value is its name.
    public enum Audience: String, Sendable, CaseIterable {
        /// How the business goes.
        case executive
        /// Whether everything runs.
        case operations
        /// Where the time goes.
        case developer

        /// What it is called.
        var title: String {
            switch self {
            case .executive: "Executive"
            case .operations: "Operations"
            case .developer: "Developer"
            }
        }
    }

    /// Whom it is for.
    public var audience: Audience
    /// What it shows, in order.
    public var widgets: [DashboardWidget]

    /// A dashboard.
    public init(_ audience: Audience, _ widgets: [DashboardWidget]) {
        self.audience = audience
        self.widgets = widgets
    }
}

/// One figure or chart.
public struct DashboardWidget: Sendable {
    /// How it is drawn.
    public enum Kind: String, Sendable, CaseIterable {
        /// Values over time.
        case line
        /// One value for the whole time.
        case number
        /// One value for the whole time for each series.
        case bar
    }

    /// One statistic of one metric.
    public struct Line: Sendable {
        /// What it is called.
        public var name: String
        /// The metric.
        public var metric: String
        /// Values that labels must have.
        public var labels: [String: String]
        /// What is made of it.
        public var statistic: MetricStatistic
        /// What values are multiplied with, for instance 1000 for milliseconds.
        public var scale: Double
        /// The label that each has a series of its own for each value of; nil for one series.
        public var splitBy: String?

        /// A line.
        public init(
            _ name: String,
            _ metric: String,
            _ statistic: MetricStatistic,
            labels: [String: String] = [:],
            scale: Double = 1,
            splitBy: String? = nil
        ) {
            self.name = name
            self.metric = metric
            self.statistic = statistic
            self.labels = labels
            self.scale = scale
            self.splitBy = splitBy
        }
    }

    /// Unique on the dashboard.
    public var id: String
    /// The headline.
    public var title: String
    /// How it is drawn.
    public var kind: Kind
    /// The values' unit; empty for counts.
    public var unit: String
    /// What it says, in a sentence.
    public var help: String
    /// What is drawn.
    public var lines: [Line]
    /// What the first line is divided by, for a number; nil for the first line itself.
    public var per: Line?

    /// A widget.
    public init(
        _ id: String,
        _ title: String,
        _ kind: Kind,
        unit: String = "",
        help: String,
        _ lines: [Line],
        per: Line? = nil
    ) {
        self.id = id
        self.title = title
        self.kind = kind
        self.unit = unit
        self.help = help
        self.lines = lines
        self.per = per
    }
}
