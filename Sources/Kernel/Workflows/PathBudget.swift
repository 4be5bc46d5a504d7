/// How many values a path may still look at, those of the paths in its filters included.
///
/// Each `..` multiplies what the ones before it found, so that a short path over a small value may find more
/// than memory holds.
final class PathBudget {
    private var left = 6_000_000

    /// Whether more was asked for than there is.
    var isSpent: Bool { left < 0 }

    /// Counts values.
    func spend(_ count: Int) { left -= count }
}
