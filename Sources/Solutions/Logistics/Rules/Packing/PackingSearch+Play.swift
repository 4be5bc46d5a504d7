extension PackingSearch {
    /// What came of playing a partial layout to its end.
    struct Outcome: BitwiseCopyable {
        var volume: Int64 = 0
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

    /// Places a block and plays the rest; the placing is the first of the steps.
    ///
    /// When it is too late to begin, nothing is counted, and the outcome cannot be the best.
    func play(
        _ state: PackingState,
        placing block: Int32,
        in space: Int,
        allowance: Int,
        deadline: Deadline
    ) -> Outcome {
        if deadline.hasPassed { return Outcome(volume: -1, steps: 0, complete: false) }
        place(state, space, block)
        return play(state, steps: 1, allowance: allowance, deadline: deadline)
    }

    /// Greedily fills `state`, of which `steps` are counted already.
    ///
    /// Stops when they reach `allowance` or at the deadline.
    func play(_ state: PackingState, steps: Int, allowance: Int, deadline: Deadline) -> Outcome {
        var outcome = Outcome(volume: 0, steps: steps, complete: false)
        while outcome.steps < allowance {
            // Asking the time costs about as much as a step in a small problem. The first steps of
            // all are never refused, so that some layout comes of any budget.
            if outcome.steps & 7 == 7 || (model.checksParts && outcome.steps > 7),
                deadline.hasPassed
            {
                break
            }
            guard let space = nextSpace(state) else {
                outcome.complete = true
                break
            }
            outcome.steps += 1
            rank(state, space, limit: 1, deadline: outcome.steps > 8 ? deadline : nil)
            if picks.count == 0 {
                discardSpace(state, space)
            } else {
                place(state, space, picks[0].block)
            }
        }
        outcome.volume = state.volume
        return outcome
    }
}
