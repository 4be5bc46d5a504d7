public import Core
public import Observability
public import Series
public import Store

/// Measures compiled predicates: of records by one query, of metrics and of time series.
public struct Measurer: Sendable {
    private let database: any Database
    private let metrics: MetricReader?
    private let series: SeriesLimits
    private let records: [RecordSource]
    private let viewer: @Sendable (ID<Organisation>) async throws -> Viewer

    /// A measurer.
    ///
    /// - Parameters:
    ///   - database: records and series.
    ///   - metrics: the installation's metrics; nil for none.
    ///   - series: how much of series may be read.
    ///   - records: what solutions expose.
    ///   - viewer: which metrics an organisation may see; by default its own only.
    public init(
        database: any Database,
        metrics: MetricReader? = nil,
        series: SeriesLimits = SeriesLimits(),
        records: [RecordSource],
        viewer: @escaping @Sendable (ID<Organisation>) async throws -> Viewer = {
            Viewer($0, operates: false)
        }
    ) {
        self.database = database
        self.metrics = metrics
        self.series = series
        self.records = records
        self.viewer = viewer
    }

    /// How many names of series a catalogue lists.
    private static let mostSeries = 5_000

    /// What an organisation's predicates can measure now.
    ///
    /// - Throws: `StoreError`.
    public func catalogue(of organisation: ID<Organisation>) async throws -> MeasureCatalogue {
        let names = try await database.query(
            "SELECT DISTINCT name FROM series WHERE organisation = ? ORDER BY name LIMIT ?",
            [.id(organisation), .int(Self.mostSeries)]
        ) { try $0.text(0) }
        return MeasureCatalogue(
            records: records,
            metrics: metrics?.history.definitions ?? [],
            series: names
        )
    }

    /// Measures.
    ///
    /// - Parameters:
    ///   - compiled: what.
    ///   - organisation: whose.
    ///   - until: the window's end.
    ///   - seconds: another window than the predicate's own.
    /// - Returns: the value, or why there is none.
    /// - Throws: `StoreError`, `SeriesError`.
    public func measure(
        _ compiled: CompiledPredicate,
        of organisation: ID<Organisation>,
        until: Timestamp,
        over seconds: Int? = nil
    ) async throws -> Measured {
        let measure = compiled.predicate.measure
        let window = seconds ?? measure.windowSeconds
        let from = Timestamp(microseconds: until.microseconds - Int64(window) * 1_000_000)
        switch compiled.source {
        case .records(let source):
            let query = RecordQuery(measure, of: source, organisation, from: from, until: until)
            return try await database.scan { reader in
                try query.run(windowSeconds: window, in: reader)
            }
        case .metric(let name, let statistic, let labels):
            return try await metric(name, statistic, labels, organisation, until, window)
        case .series(let name, let match, let share):
            let question = SeriesMeasure(
                measure,
                SeriesSelection(organisation, name: name, match: match),
                share: share,
                from: from,
                until: until
            )
            let limits = series
            return try await database.scan { try question.run(limits: limits, in: $0) }
        }
    }

    private func metric(
        _ name: String,
        _ statistic: MetricStatistic,
        _ labels: [String: String],
        _ organisation: ID<Organisation>,
        _ until: Timestamp,
        _ window: Int
    ) async throws -> Measured {
        guard let metrics, let definition = metrics.history.definition(name) else {
            return Measured(
                value: nil,
                absence: .noTelemetry("there is no metric \(name) any more")
            )
        }
        let span = Duration.seconds(window)
        let selector = MetricSelector(name, labels, for: try await viewer(organisation))
        let resolution = window > 2 * 86_400 ? MetricStore.hour : MetricStore.minute
        if statistic == .ratio {
            // A share's parts are needed too: of few events a burn rate says nothing.
            let counts = try await metrics.counts(
                of: selector,
                until: until,
                over: span,
                resolution: resolution
            )
            return Measured(
                value: counts.all > 0 ? counts.part / counts.all : nil,
                good: counts.part,
                total: counts.all
            )
        }
        let parts = try await metrics.values(
            statistic,
            of: selector,
            splitBy: nil,
            until: until,
            over: span,
            period: span,
            resolution: resolution
        )
        guard let value = parts.first?.values.last?.value else {
            let isSilent = definition.kind == .gauge
            return Measured(
                value: nil,
                absence: isSilent ? .noTelemetry("\(name) has no samples") : .noData
            )
        }
        return Measured(value: value)
    }
}
