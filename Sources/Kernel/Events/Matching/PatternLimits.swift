/// How large a pattern may be, so that no pattern makes matching slow for the others.
public enum PatternLimits {
    /// Names from the root to a leaf.
    public static let depth = 32
    /// Branches that `$or` makes, all of their combinations counted.
    public static let branches = 1_000
    /// Leaves, those of each branch counted.
    public static let leaves = 20_000
    /// Alternatives of a whole pattern, the values of lists counted.
    public static let alternatives = 10_000
    /// The bytes of all values that are compared with.
    public static let bytes = 65_536
    /// Asterisks in one wildcard.
    public static let stars = 16
    /// Asterisks in a whole pattern.
    public static let totalStars = 256
}
