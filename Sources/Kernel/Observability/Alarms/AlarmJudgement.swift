import Core

/// What was measured for a rule over its evaluation range.
struct AlarmJudgement: Sendable {
    struct Point: Sendable {
        var at: Timestamp
        var value: Double?
        var datapoint: AlarmEvaluation.Datapoint
    }

    /// What was measured, in words.
    var measured: String
    /// Its unit.
    var unit: String
    /// Oldest first.
    var points: [Point] = []
    /// The bound of an anomaly's band, for the latest value.
    var bound: Double?
    /// The band itself.
    var band: AnomalyBand?

    init(measured: String, unit: String) {
        self.measured = measured
        self.unit = unit
    }

    /// The latest value.
    var latest: Double? { points.last { $0.value != nil }?.value }

    /// Of the breaching values the one farthest out.
    func worst(_ comparison: AlarmRule.Comparison) -> Double? {
        let breaching = points.filter { $0.datapoint == .breaching }.compactMap(\.value)
        return comparison.isUpper ? breaching.max() : breaching.min()
    }

    /// `[{"at","value"}]`.
    var json: JSON {
        .array(
            points.map { ["at": $0.at.json, "value": $0.value.map { .double($0) } ?? .null] }
        )
    }

    /// What was found, in a sentence with the numbers.
    func detail(_ rule: AlarmRule) -> String {
        let breaching = points.count { $0.datapoint == .breaching }
        let missing = points.count { $0.datapoint == .missing }
        let suffix = unit.isEmpty ? "" : " \(unit)"
        let value = worst(rule.comparison).map { Self.number($0) + suffix } ?? "missing"
        var text =
            "\(measured) was \(value), \(rule.comparison.rawValue) "
            + "\(Self.number(bound ?? rule.threshold))\(suffix), in \(breaching) of the last "
            + "\(points.count) periods of \(rule.periodSeconds) s"
        if missing > 0, rule.missing == .breaching {
            text += "; \(missing) had no data, which counts as breaching"
        }
        if let band {
            text +=
                "; usual is \(Self.number(band.mean)) ± \(Self.number(band.deviation)) from "
                + "\(band.count) values"
                + (band.isSeasonal ? " of the same hour of the week" : " of the latest day")
        }
        return text
    }

    private static func number(_ value: Double) -> String {
        let rounded = (value * 1_000).rounded() / 1_000
        return rounded == rounded.rounded() && abs(rounded) < 1e15
            ? String(Int64(rounded)) : rounded.description
    }
}
