import Core
import Observability

/// Fills dashboards with values.
struct DashboardReader: Sendable {
    let metrics: MetricReader
    let viewer: Viewer
    let until: Timestamp
    let minutes: Int

    /// A chart has at most about this many points.
    private static let points = 120

    /// A period that gives a chart a readable number of points.
    private var period: Duration {
        for seconds in [10, 60, 300, 900, 3_600, 21_600] where minutes * 60 / seconds <= Self.points
        {
            return .seconds(seconds)
        }
        return .seconds(86_400)
    }

    private var resolution: Int { minutes > 2 * 1_440 ? MetricStore.hour : MetricStore.minute }

    func json(_ dashboard: Dashboard) async throws -> JSON {
        var widgets: [JSON] = []
        for widget in dashboard.widgets {
            widgets.append(try await json(widget))
        }
        return [
            "name": .string(dashboard.audience.rawValue),
            "title": .string(dashboard.audience.title), "minutes": .int(minutes),
            "widgets": .array(widgets),
        ]
    }

    private func json(_ widget: DashboardWidget) async throws -> JSON {
        var json: JSON = [
            "id": .string(widget.id), "title": .string(widget.title),
            "kind": .string(widget.kind.rawValue), "unit": .string(widget.unit),
            "help": .string(widget.help),
        ]
        var series: [JSON] = []
        switch widget.kind {
        case .line:
            for line in widget.lines {
                for (name, values) in try await values(line, period: period) {
                    series.append(Self.json(name, values, line.scale))
                }
            }
        case .bar:
            for line in widget.lines {
                for (name, values) in try await values(line, period: whole) {
                    series.append(Self.json(name, values, line.scale))
                }
            }
        case .number:
            var value: Double?
            if let line = widget.lines.first {
                value = try await number(line)
                if let divisor = widget.per {
                    let count = try await number(divisor) ?? 0
                    value = count > 0 ? value.map { $0 / count } : nil
                }
            }
            json["value"] = value.map { .double($0) } ?? .null
        }
        json["series"] = .array(series)
        return json
    }

    private var whole: Duration { .seconds(minutes * 60) }

    private func number(_ line: DashboardWidget.Line) async throws -> Double? {
        let values = try await values(line, period: whole)
        return values.first?.values.last?.value.map { $0 * line.scale }
    }

    private static func json(_ name: String, _ values: [MetricReader.Value], _ scale: Double)
        -> JSON
    {
        let points = values.map { value -> JSON in
            ["at": value.at.json, "value": value.value.map { .double($0 * scale) } ?? .null]
        }
        return ["name": .string(name), "points": .array(points)]
    }

    private func values(
        _ line: DashboardWidget.Line,
        period: Duration
    ) async throws -> [(name: String, values: [MetricReader.Value])] {
        try await metrics.values(
            line.statistic,
            of: MetricSelector(line.metric, line.labels, for: viewer),
            splitBy: line.splitBy,
            until: until,
            over: whole,
            period: period,
            resolution: resolution
        ).map { part in
            (line.splitBy == nil ? line.name : part.name, part.values)
        }
    }
}
