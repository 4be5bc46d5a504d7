/// What a measure came to over one window.
public struct Measured: Sendable, Hashable {
    /// The value; nil where there is nothing to make it of.
    public var value: Double?
    /// For a share: how many fulfil the conditions.
    public var good: Double?
    /// For a share: how many were looked at; else how many values there were, as far as known.
    public var total: Double?
    /// Why there is no value; nil when there is one.
    public var absence: Absence?

    /// Why there is no value.
    public enum Absence: Sendable, Hashable {
        /// Nothing happened in the window that could be measured.
        case noData
        /// What should deliver values delivers none: a series that is silent, a metric that is gone.
        case noTelemetry(String)
    }

    /// What was measured.
    public init(
        value: Double?,
        good: Double? = nil,
        total: Double? = nil,
        absence: Absence? = nil
    ) {
        self.value = value
        self.good = good
        self.total = total
        self.absence = absence ?? (value == nil ? .noData : nil)
    }
}
