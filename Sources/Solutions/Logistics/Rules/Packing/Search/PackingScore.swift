/// What a layout is worth: first what it takes of the higher priorities, then its volume.
struct PackingScore: Hashable, Comparable, BitwiseCopyable {
    /// The shares of the priorities above the lowest, the highest in the highest bits.
    var urgent: Int64 = 0
    var volume: Int64

    /// Less than any layout's.
    static let none = PackingScore(volume: -1)

    static func < (a: PackingScore, b: PackingScore) -> Bool {
        a.urgent != b.urgent ? a.urgent < b.urgent : a.volume < b.volume
    }
}

/// The priorities of a problem, for scoring layouts.
struct PriorityLevels {
    /// From the highest to the lowest but one: the kinds of box, and the volume of them all.
    private let levels: [(kinds: [Int], volume: Int64)]
    private let volumes: [Int64]
    private let quantities: [Int32]
    /// The bits for each level's share; a finer difference does not count.
    private let bits: Int64

    /// What a layout scores that takes everything of the priorities above the lowest.
    var allUrgent: Int64 {
        levels.indices.reduce(0) { sum, _ in sum << bits | (1 << bits - 1) }
    }

    /// Whether the problem has more than one priority.
    var isMixed: Bool { !levels.isEmpty }

    init(_ problem: LoadProblem) {
        volumes = problem.items.map { Int64($0.volume) }
        quantities = problem.items.map { Int32($0.quantity) }
        let priorities = Set(problem.items.map(\.priority)).sorted(by: >)
        levels = priorities.dropLast().map { priority in
            let kinds = problem.items.indices.filter { problem.items[$0].priority == priority }
            let volume = kinds.reduce(Int64(0)) {
                $0 + Int64(problem.items[$1].volume) * Int64(problem.items[$1].quantity)
            }
            return (kinds, volume)
        }
        bits = 62 / Int64(max(levels.count, 1))
    }

    /// The score of a layout of so much volume that leaves `remaining` boxes of each kind.
    @inline(__always)
    func score(_ volume: Int64, _ remaining: UnsafeMutablePointer<Int32>) -> PackingScore {
        isMixed ? mixed(volume, remaining) : PackingScore(volume: volume)
    }

    private func mixed(_ volume: Int64, _ remaining: UnsafeMutablePointer<Int32>) -> PackingScore {
        var urgent: Int64 = 0
        for level in levels {
            var placed: Int64 = 0
            for kind in level.kinds {
                placed += volumes[kind] * Int64(quantities[kind] - remaining[kind])
            }
            // All of it gives the greatest number, anything less a smaller one.
            let share = Double(placed) / Double(max(level.volume, 1))
            let full = Int64(1) << bits - 1
            urgent =
                urgent << bits
                | (placed == level.volume ? full : min(full - 1, Int64(share * Double(full))))
        }
        return PackingScore(urgent: urgent, volume: volume)
    }
}
