import Dispatch
import Glibc
import Synchronization

extension PackingBeam {
    /// One thread's own search and layout.
    final class Helper {
        let search: PackingSearch
        let place = PackingPlace()
        var seconds = 0.0

        init(_ model: PackingModel) { search = PackingSearch(model) }
    }

    /// Plays the jobs on several threads.
    ///
    /// Outcomes are taken account of in the order of the jobs, and those after the first incomplete
    /// one are thrown away, so the result is that of one thread with the same iterations.
    func evaluateInParallel(
        _ jobs: [Job],
        _ parents: [PackingSearch.State],
        _ way: Int,
        _ outcomes: inout [Outcome]
    ) {
        let team = min(options.threads, jobs.count)
        let ours = ways[way]
        while ours.helpers.count < team { ours.helpers.append(Helper(ours.model)) }
        playAll(jobs, parents, ours.helpers, &outcomes)
        for index in jobs.indices where jobs[index].known == nil {
            let outcome = outcomes[index]
            let allowance = min(outcome.steps, iterationLimit - iterations)
            let cut = !outcome.complete || allowance < outcome.steps
            if allowance == 0 {
                finished = true
                return
            }
            if cut || outcome.score > bestScore {
                // Played again here, for the layout.
                var again = deadline
                again.end = .infinity
                outcomes[index] = playJob(
                    jobs[index],
                    parents,
                    ours.main,
                    cut ? allowance : Int.max,
                    again
                )
            }
            account(outcomes[index], way)
            if cut { finished = true }
            if finished { return }
            ours.memory[jobs[index].key] = outcomes[index].score
        }
    }

    private func playAll(
        _ jobs: [Job],
        _ parents: [PackingSearch.State],
        _ helpers: [Helper],
        _ outcomes: inout [Outcome]
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
            DispatchQueue.concurrentPerform(iterations: helpers.count) { worker in
                let helper = helpers[worker]
                let began = deadline.clock()
                var own = deadline
                // The clock is the thread's own; each may use as much as the caller had left.
                own.end = began + (deadline.end - used)
                while true {
                    let index = next.add(1, ordering: .relaxed).oldValue
                    if index >= jobs.count { break }
                    let job = jobs[index]
                    if let known = job.known {
                        results[index] = Outcome(score: known, steps: 0, complete: true)
                        continue
                    }
                    helper.place.state.pointee.copy(parents[job.parent].pointee)
                    results[index] = helper.search.play(
                        helper.place.state,
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
        helperSeconds = ways.reduce(0) { $0 + $1.helpers.reduce(0) { $0 + $1.seconds } }
    }
}
