import Core
import Synchronization

/// Makes those who fail wait longer and longer; in memory, so a restart forgives.
///
/// Each attempt counts as failed until it is known to have succeeded, so that many at once gain nothing.
struct Throttle: Sendable {
    /// What one key may do.
    struct Rule: Sendable {
        /// Attempts without any delay.
        var free: Int
        /// The longest delay.
        var longest: Duration
    }

    private struct Tally {
        var failures: Int
        var last: Timestamp
        var before: Timestamp
    }

    /// Without a failure for this long, all is forgotten.
    static let memory = Duration.seconds(3_600)

    private let capacity: Int
    private var tallies: [String: Tally] = [:]

    init(capacity: Int = 10_000) {
        self.capacity = capacity
    }

    /// Counts an attempt under all keys; or the time to wait, and then nothing is counted.
    mutating func attempt(
        _ keys: [(key: String, rule: Rule)],
        now: Timestamp
    ) -> Duration? {
        let waits = keys.compactMap { wait($0.key, $0.rule, now: now) }
        if let longest = waits.max() { return longest }
        for (key, _) in keys {
            let old = tallies[key].flatMap { now - $0.last < Self.memory ? $0 : nil }
            tallies[key] = Tally(
                failures: (old?.failures ?? 0) + 1,
                last: now,
                before: old?.last ?? now
            )
        }
        if tallies.count > capacity { forget(now: now) }
        return nil
    }

    /// Takes back what `attempt` counted; `all` forgives the earlier failures too.
    mutating func succeeded(_ key: String, all: Bool) {
        guard var tally = tallies[key] else { return }
        tally.failures = all ? 0 : tally.failures - 1
        tally.last = tally.before
        tallies[key] = tally.failures > 0 ? tally : nil
    }

    /// 1 s after the last free attempt, then doubling.
    private func wait(_ key: String, _ rule: Rule, now: Timestamp) -> Duration? {
        guard let tally = tallies[key], tally.failures >= rule.free,
            now - tally.last < Self.memory
        else { return nil }
        let doublings = min(tally.failures - rule.free, 20)
        let delay = min(.seconds(1 << doublings), rule.longest)
        let rest = tally.last + delay - now
        return rest > .zero ? rest : nil
    }

    /// Drops what is forgiven, and then the oldest until a quarter is free.
    private mutating func forget(now: Timestamp) {
        tallies = tallies.filter { now - $0.value.last < Self.memory }
        guard tallies.count > capacity * 3 / 4 else { return }
        let kept = tallies.sorted { $0.value.last > $1.value.last }.prefix(capacity * 3 / 4)
        tallies = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
    }
}
