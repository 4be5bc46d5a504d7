extension PackingSearch {
    /// What came of playing a partial layout to its end.
    struct Outcome: BitwiseCopyable {
        var score: PackingScore
        /// Spaces filled or given up.
        var steps = 0
        /// Whether the end was reached, rather than the budget's.
        var complete = false
    }

    /// When to stop for lack of time.
    struct Deadline {
        var clock: Packer.Clock
        var end: Double

        var hasPassed: Bool { end < .infinity && clock() >= end }
    }

    /// How often a thread looks at its clock: asking the time costs as much as a step in a small
    /// problem, and in a large one a step may take a millisecond.
    struct Watch {
        /// Steps until the next look, and between looks.
        private var left = 8
        private var interval = 8
        private var last = 0.0
        private static let longest = 64

        /// Counts a step; answers whether the deadline has passed, as far as it looked.
        mutating func isOver(_ deadline: Deadline) -> Bool {
            left -= 1
            guard left <= 0, deadline.end < .infinity else { return false }
            let now = deadline.clock()
            // Some fifty looks in the time that the budget may be exceeded by.
            interval = now - last < 0.000_2 ? min(interval * 2, Self.longest) : max(interval / 4, 1)
            last = now
            left = interval
            return now >= deadline.end
        }
    }

    /// Places a block and plays the rest; the placing is the first of the steps.
    ///
    /// When it is too late to begin, nothing is counted, and the outcome cannot be the best.
    func play(
        _ state: State,
        placing block: Int32,
        in space: Int,
        allowance: Int,
        deadline: Deadline
    ) -> Outcome {
        if scratch.pointee.watch.isOver(deadline) {
            return Outcome(score: .none, steps: 0, complete: false)
        }
        place(state, space, block)
        return play(state, steps: 1, allowance: allowance, deadline: deadline)
    }

    /// Greedily fills `state`, of which `steps` are counted already.
    ///
    /// Stops when they reach `allowance` or at the deadline. The first steps of all are never refused,
    /// so that some layout comes of any budget.
    func play(_ state: State, steps: Int, allowance: Int, deadline: Deadline) -> Outcome {
        var outcome = Outcome(score: .none, steps: steps, complete: false)
        while outcome.steps < allowance {
            if scratch.pointee.watch.isOver(deadline) { break }
            guard let space = nextSpace(state) else {
                outcome.complete = true
                break
            }
            let limit = outcome.steps >= 8 ? deadline : nil
            guard rank(state, space, limit: 1, deadline: limit) else { break }
            outcome.steps += 1
            if picks.count == 0 {
                discardSpace(state, space)
            } else {
                place(state, space, picks[0].block)
            }
        }
        outcome.score = model.levels.score(state.pointee.volume, state.pointee.remaining.base)
        return outcome
    }
}
