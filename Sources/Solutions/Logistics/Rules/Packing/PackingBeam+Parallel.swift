import Dispatch
import Glibc
import Synchronization

extension PackingBeam {
    /// One thread's own search and layout.
    final class Helper {
        let search: PackingSearch
        let state = PackingState()
        var seconds = 0.0

        init(_ model: PackingModel) { search = PackingSearch(model) }
    }

    /// Plays the jobs on several threads.
    ///
    /// Outcomes are taken account of in the order of the jobs, and those after the first incomplete
    /// one are thrown away, so the result is that of one thread with the same iterations.
    func evaluateInParallel(
        _ jobs: [Job],
        _ parents: [PackingState],
        _ outcomes: inout [Outcome]
    ) {
        let team = min(options.threads, jobs.count)
        while helpers.count < team { helpers.append(Helper(model)) }
        playAll(jobs, parents, &outcomes, team)
        for index in jobs.indices where jobs[index].knownScore == nil {
            let outcome = outcomes[index]
            let allowance = min(outcome.steps, iterationLimit - iterations)
            let cut = !outcome.complete || allowance < outcome.steps
            if allowance == 0 {
                finished = true
                return
            }
            if cut || outcome.volume > bestVolume {
                // Played again here, for the layout.
                var again = deadline
                again.end = .infinity
                outcomes[index] = playJob(
                    jobs[index],
                    parents,
                    cut ? allowance : Int.max,
                    again
                )
            }
            account(outcomes[index])
            if cut { finished = true }
            if finished { return }
        }
    }

    private func playAll(
        _ jobs: [Job],
        _ parents: [PackingState],
        _ outcomes: inout [Outcome],
        _ team: Int
    ) {
        let allowance = iterationLimit - iterations
        let deadline = deadline
        let used = deadline.clock()
        let caller = pthread_self()
        // The three below are shared without a lock: worker `w` alone uses helper `w`, the parents are
        // only read, each result is written by the one worker that drew its index, and
        // concurrentPerform returns after the last of them.
        nonisolated(unsafe) let helpers = helpers
        nonisolated(unsafe) let parents = parents
        let next = Atomic<Int>(0)
        outcomes.withUnsafeMutableBufferPointer { results in
            nonisolated(unsafe) let results = results
            DispatchQueue.concurrentPerform(iterations: team) { worker in
                let helper = helpers[worker]
                let began = deadline.clock()
                var own = deadline
                // The clock is the thread's own; each may use as much as the caller had left.
                own.end = began + (deadline.end - used)
                while true {
                    let index = next.add(1, ordering: .relaxed).oldValue
                    if index >= jobs.count { break }
                    let job = jobs[index]
                    if let known = job.knownScore {
                        results[index] = Outcome(volume: known, steps: 0, complete: true)
                        continue
                    }
                    helper.state.copy(parents[job.parent])
                    results[index] = helper.search.play(
                        helper.state,
                        placing: job.block,
                        in: job.space,
                        allowance: allowance,
                        deadline: own
                    )
                }
                if pthread_equal(pthread_self(), caller) == 0 {
                    helper.seconds += deadline.clock() - began
                }
            }
        }
        helperSeconds = helpers.reduce(0) { $0 + $1.seconds }
    }
}
