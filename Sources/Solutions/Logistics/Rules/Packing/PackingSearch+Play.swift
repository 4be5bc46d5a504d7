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
        /// Makes a few steps however late it is, so that some layout comes of any budget.
        var isPatient = false

        func hasPassed(after steps: Int) -> Bool {
            // Asking the time costs about as much as a step in a small problem.
            guard steps & 7 == 0, end < .infinity, steps > 0 || !isPatient else { return false }
            return clock() >= end
        }
    }

    /// Greedily fills `state`; stops after `allowance` steps or at the deadline.
    func play(_ state: PackingState, allowance: Int, deadline: Deadline) -> Outcome {
        var outcome = Outcome()
        while outcome.steps < allowance, !deadline.hasPassed(after: outcome.steps) {
            guard let space = nextSpace(state) else {
                outcome.complete = true
                break
            }
            outcome.steps += 1
            rank(state, space, limit: 1)
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
