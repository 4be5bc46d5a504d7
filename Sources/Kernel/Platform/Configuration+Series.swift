import Core

extension Configuration {
    /// What of the time series can be configured.
    static let series: [ConfigurationKey] = [
        .init(
            "series.raw-days",
            .integer(1...36_500),
            14,
            unit: "days",
            "How long points are kept."
        ),
        .init(
            "series.minute-days",
            .integer(1...36_500),
            90,
            unit: "days",
            "How long roll-ups for each minute are kept; not shorter than points."
        ),
        .init(
            "series.hour-days",
            .integer(1...36_500),
            730,
            unit: "days",
            "How long roll-ups for each hour are kept; not shorter than those for each minute."
        ),
        .init(
            "series.day-days",
            .integer(1...36_500),
            3_650,
            unit: "days",
            "How long roll-ups for each day are kept; not shorter than those for each hour."
        ),
        .init(
            "series.retention",
            .text,
            nil,
            "Other days for some series: [organisation's id|]name=raw/minute/hour/day with commas "
                + "between, a name may end in *; the first that fits counts."
        ),
        .init(
            "series.late-days",
            .integer(0...36_500),
            7,
            unit: "days",
            "How old a point may be when it comes; never older than points are kept."
        ),
        .init(
            "series.most",
            .integer(1...10_000_000),
            10_000,
            "How many series an organisation may have."
        ),
    ]
}
