/// A hashed timer wheel (Varghese and Lauck, SOSP 1987): a turn is 1,024 ticks of 10 ms.
///
/// An entry later than one turn stays in its slot for another. Times are milliseconds of a monotonic
/// clock.
struct TimerWheel: Sendable {
    struct Entry: Sendable {
        let token: UInt64
        let deadline: UInt64
    }

    static let tick: UInt64 = 10
    private static let size: UInt64 = 1_024

    private var slots = [[Entry]](repeating: [], count: Int(size))
    /// The tick up to which everything has been taken out.
    private var current: UInt64
    private(set) var count = 0
    /// A tick before which nothing is due.
    private var earliest = UInt64.max

    init(now: UInt64) {
        current = now / Self.tick
    }

    private static func tick(of deadline: UInt64) -> UInt64 { (deadline + tick - 1) / tick }

    mutating func schedule(_ token: UInt64, at deadline: UInt64) {
        let tick = max(Self.tick(of: deadline), current + 1)
        slots[Int(tick % Self.size)].append(Entry(token: token, deadline: deadline))
        count += 1
        earliest = min(earliest, tick)
    }

    /// How many milliseconds from `now` until something may be due; nil when nothing is scheduled.
    func wait(from now: UInt64) -> UInt64? {
        guard count > 0 else { return nil }
        let due = earliest * Self.tick
        return due > now ? due - now : 0
    }

    /// Takes out everything that is due at `now`.
    mutating func advance(to now: UInt64) -> [Entry] {
        let target = now / Self.tick
        guard target > current else { return [] }
        guard target >= earliest else {
            current = target
            return []
        }
        var due: [Entry] = []
        let first = current + 1
        // After a long pause one turn visits every slot.
        for tick in first...min(target, first + Self.size - 1) {
            let index = Int(tick % Self.size)
            guard !slots[index].isEmpty else { continue }
            var kept: [Entry] = []
            for entry in slots[index] {
                if Self.tick(of: entry.deadline) <= target {
                    due.append(entry)
                } else {
                    kept.append(entry)
                }
            }
            slots[index] = kept
        }
        current = target
        count -= due.count
        findEarliest()
        return due
    }

    private mutating func findEarliest() {
        earliest = .max
        guard count > 0 else { return }
        for tick in (current + 1)...(current + Self.size)
        where !slots[Int(tick % Self.size)].isEmpty {
            earliest = tick
            return
        }
    }
}
