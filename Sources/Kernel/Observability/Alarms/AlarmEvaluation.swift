/// What the latest datapoints say about a rule.
public enum AlarmEvaluation: String, Sendable, CaseIterable {
    /// Within bounds.
    case ok
    /// Out of bounds.
    case alarm
    /// Nobody can say.
    case insufficient

    /// One period of a rule's metric.
    public enum Datapoint: Sendable, Hashable {
        /// Within bounds.
        case fine
        /// Out of bounds.
        case breaching
        /// There was nothing to measure.
        case missing
    }

    /// What a period without a datapoint counts as.
    public enum MissingData: String, Sendable, CaseIterable {
        /// Out of bounds.
        case breaching
        /// Within bounds.
        case notBreaching
        /// Nothing: the state stays as it is when too few datapoints are there.
        case ignore
        /// Nothing: without any datapoint nobody can say.
        case missing
    }

    /// How many more periods than `periods` are looked at, so that late gaps can be bridged by older
    /// datapoints: two, as in CloudWatch's examples (five for three).
    public static let surplus = 2

    /// Judges the latest datapoints as Amazon CloudWatch documents it.
    ///
    /// With enough datapoints the latest `periods` of them decide and gaps do not matter; otherwise
    /// gaps are filled as `missing` says, as few as possible. Where only breaching datapoints are
    /// there and fewer than `needed`, `missing` raises the alarm once the oldest of them is at least
    /// `needed` periods old, and not before, so that it does not come too early.
    ///
    /// Source: Amazon CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data".
    ///
    /// - Parameters:
    ///   - datapoints: of the evaluation range, oldest first.
    ///   - periods: N, how many datapoints decide.
    ///   - needed: M, how many of them must be breaching; at most `periods`.
    ///   - missing: what gaps count as.
    ///   - current: what was said before, for `ignore`.
    /// - Returns: what they say.
    public static func judge(
        _ datapoints: [Datapoint],
        periods: Int,
        needed: Int,
        missing: MissingData,
        current: AlarmEvaluation
    ) -> AlarmEvaluation {
        let real = datapoints.filter { $0 != .missing }
        let latest = real.suffix(periods)
        let breaching = latest.count { $0 == .breaching }
        if breaching >= needed { return .alarm }
        let gaps = periods - latest.count
        guard gaps > 0 else { return .ok }
        switch missing {
        case .breaching: return breaching + gaps >= needed ? .alarm : .ok
        case .notBreaching: return .ok
        case .ignore, .missing:
            if latest.contains(.fine) { return .ok }
            if missing == .ignore { return current }
            guard let oldest = datapoints.firstIndex(of: .breaching) else { return .insufficient }
            return datapoints.count - oldest >= needed ? .alarm : .insufficient
        }
    }
}
