/// What is accepted and answered at once.
public struct SeriesLimits: Sendable {
    /// How old a point may be when it comes, but never older than points are kept; default 7 days.
    public var late = Duration.seconds(7 * 86_400)
    /// How far in the future a point may lie, as clocks differ; default 10 minutes.
    public var early = Duration.seconds(600)
    /// How many series an organisation may have; default 10,000.
    public var seriesPerOrganisation = 10_000
    /// How many points a batch may have.
    public var pointsPerBatch = 50_000
    /// How many series a batch may have.
    public var seriesPerBatch = 10_000
    /// How many points or buckets an answer may have.
    public var answer = 50_000
    /// How many series a question may read.
    public var seriesPerQuery = 2_000
    /// How many stored points a question may read.
    public var read = 10_000_000

    /// The defaults.
    public init() {}
}
