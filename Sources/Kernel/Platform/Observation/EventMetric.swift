public import Core
public import Events
public import Observability

/// A number defined over events: what a member of their data comes to, for each organisation.
public struct EventMetric: Sendable {
    /// The metric's name.
    public var name: String
    /// What it means.
    public var help: String
    /// The type of the events, for instance `booking.made`.
    public var type: String
    /// The path of the number within the data; a number or a text that is one, as money is.
    public var path: [String]
    /// Labels and the paths of their values.
    public var labels: [(name: String, path: [String])]
    /// The histogram's upper bounds.
    public var buckets: [Double]

    /// A metric.
    public init(
        _ name: String,
        help: String,
        of type: String,
        at path: [String],
        labels: [(name: String, path: [String])] = [],
        buckets: [Double]
    ) {
        self.name = name
        self.help = help
        self.type = type
        self.path = path
        self.labels = labels
        self.buckets = buckets
    }
}

/// Counts events, and takes numbers out of them.
public struct EventMetrics: Sendable {
    private let definitions: [(metric: EventMetric, family: Family<Histogram>)]
    private let events: Family<Counter>
    private let lag: Family<Histogram>
    private let clock: any WallClock

    /// The metrics over events.
    ///
    /// - Parameters:
    ///   - definitions: what solutions define.
    ///   - metrics: where they are kept.
    ///   - clock: for how long events take to be dispatched.
    public init(_ definitions: [EventMetric], in metrics: Metrics, clock: any WallClock) {
        self.definitions = definitions.map { metric in
            (
                metric,
                metrics.histogram(
                    metric.name,
                    help: metric.help,
                    labels: ["organisation"] + metric.labels.map(\.name),
                    buckets: metric.buckets
                )
            )
        }
        events = metrics.counter(
            "weft_events_total",
            help: "Events by type, once they were dispatched.",
            labels: ["organisation", "type"]
        )
        lag = metrics.histogram(
            "weft_event_lag_seconds",
            help: "Time from an event to its dispatch."
        )
        self.clock = clock
    }

    /// Takes in events that were dispatched.
    public func observe(_ events: [Event]) {
        let now = clock.now()
        for event in events {
            let organisation = event.organisation.description
            self.events.with(organisation, event.type).add()
            lag.record((now - event.time).seconds)
            for (metric, family) in definitions where metric.type == event.type {
                guard let value = Self.number(event.data, metric.path) else { continue }
                let labels = metric.labels.map { Self.member(event.data, $0.path)?.string ?? "" }
                family.with([organisation] + labels).record(value)
            }
        }
    }

    private static func member(_ data: JSON, _ path: [String]) -> JSON? {
        path.reduce(Optional(data)) { found, key in found?[key] }
    }

    private static func number(_ data: JSON, _ path: [String]) -> Double? {
        let member = member(data, path)
        return member?.double ?? member?.string.flatMap(Double.init)
    }
}
