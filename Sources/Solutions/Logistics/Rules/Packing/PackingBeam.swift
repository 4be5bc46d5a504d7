/// The widening beam search over one model.
final class PackingBeam {
    /// One successor to be played to its end.
    struct Job {
        var parent: Int
        var space: Int
        var block: Int32
        /// The parent's own greedy choice: its play is known already.
        var knownScore: Int64?
    }

    /// What came of playing one successor.
    typealias Outcome = PackingSearch.Outcome
    typealias Deadline = PackingSearch.Deadline

    private(set) var iterations = 0
    /// CPU seconds used by threads other than the caller's.
    var helperSeconds = 0.0

    let model: PackingModel
    let options: Packer.Options
    let deadline: Deadline
    let iterationLimit: Int
    var helpers: [Helper] = []
    private let main: PackingSearch
    private let scratch = PackingState()

    private var best: [PlacedBlock] = []
    private(set) var bestVolume: Int64 = -1
    var finished = false
    /// Whether the present pass left out anything for lack of width.
    private var wasCut = false
    /// Memory grows with the width.
    private static let widest = 1_024.0

    init(
        _ model: PackingModel,
        options: Packer.Options,
        clock: @escaping Packer.Clock,
        started: Double
    ) {
        self.model = model
        self.options = options
        switch options.budget {
        case .seconds(let seconds):
            deadline = Deadline(clock: clock, end: started + seconds)
            iterationLimit = Int.max
        case .iterations(let count):
            deadline = Deadline(clock: clock, end: .infinity)
            iterationLimit = max(count, 1)
        }
        main = PackingSearch(model)
    }

    func run() {
        let root = PackingState()
        main.reset(root)
        scratch.copy(root)
        let first = main.play(scratch, steps: 0, allowance: iterationLimit, deadline: deadline)
        account(first)
        var width = 1.0
        while !finished {
            wasCut = false
            pass(root, first.volume, width: Int(width.rounded()))
            // Nothing was left out: a wider beam would see the same layouts again.
            if !wasCut { break }
            width = min(width * 2.0.squareRoot(), Self.widest)
        }
    }

    /// One sweep from the empty space to full layouts with the given beam width.
    private func pass(_ root: PackingState, _ rootScore: Int64, width: Int) {
        var level: [(state: PackingState, score: Int64?)] = [(root, rootScore)]
        while !level.isEmpty, !finished {
            var jobs: [Job] = []
            for index in level.indices {
                expand(level[index].state, index, known: level[index].score, width, &jobs)
            }
            let outcomes = evaluate(jobs, level.map(\.state))
            if finished { return }
            level = select(jobs, outcomes, level.map(\.state), width)
        }
    }

    private func expand(
        _ state: PackingState,
        _ index: Int,
        known: Int64?,
        _ width: Int,
        _ jobs: inout [Job]
    ) {
        while let space = main.nextSpace(state) {
            main.rank(state, space, limit: width, deadline: deadline)
            if model.checksParts, deadline.hasPassed { return }
            if main.picks.count == 0 {
                main.discardSpace(state, space)
                continue
            }
            if main.picks.count == width { wasCut = true }
            for rank in 0..<main.picks.count {
                jobs.append(
                    Job(
                        parent: index,
                        space: space,
                        block: main.picks[rank].block,
                        knownScore: rank == 0 ? known : nil
                    )
                )
            }
            return
        }
    }

    /// Plays every job whose score is not known, in order, and takes account of each.
    private func evaluate(_ jobs: [Job], _ parents: [PackingState]) -> [Outcome] {
        var outcomes = [Outcome](repeating: Outcome(), count: jobs.count)
        if options.threads > 1, jobs.count > 1 {
            evaluateInParallel(jobs, parents, &outcomes)
            return outcomes
        }
        for (index, job) in jobs.enumerated() {
            if let known = job.knownScore {
                outcomes[index] = Outcome(volume: known, steps: 0, complete: true)
                continue
            }
            outcomes[index] = playJob(job, parents, iterationLimit - iterations, deadline)
            account(outcomes[index])
            if finished { break }
        }
        return outcomes
    }

    /// Plays one successor on the calling thread and leaves its layout in `scratch`.
    func playJob(_ job: Job, _ parents: [PackingState], _ allowance: Int, _ deadline: Deadline)
        -> Outcome
    {
        scratch.copy(parents[job.parent])
        return main.play(
            scratch,
            placing: job.block,
            in: job.space,
            allowance: allowance,
            deadline: deadline
        )
    }

    /// Counts an outcome and keeps its layout when it is the best so far.
    func account(_ outcome: Outcome) {
        iterations += outcome.steps
        if outcome.volume > bestVolume {
            bestVolume = outcome.volume
            best = (0..<scratch.placed.count).map { scratch.placed[$0] }
        }
        if !outcome.complete || bestVolume >= model.volumeBound || iterations >= iterationLimit {
            finished = true
        }
    }

    /// The best `width` successors, no two with the same outcome from the same filled volume.
    private func select(
        _ jobs: [Job],
        _ outcomes: [Outcome],
        _ parents: [PackingState],
        _ width: Int
    ) -> [(state: PackingState, score: Int64?)] {
        struct Mark: Hashable {
            var outcome: Int64
            var filled: Int64
        }
        let order = jobs.indices.sorted {
            outcomes[$0].volume != outcomes[$1].volume
                ? outcomes[$0].volume > outcomes[$1].volume : $0 < $1
        }
        var marks: Set<Mark> = []
        var chosen: [(state: PackingState, score: Int64?)] = []
        for index in order {
            let job = jobs[index]
            let filled = parents[job.parent].volume + model.bodies[Int(job.block)].volume
            let mark = Mark(outcome: outcomes[index].volume, filled: filled)
            guard marks.insert(mark).inserted else { continue }
            let state = PackingState()
            state.copy(parents[job.parent])
            main.place(state, job.space, job.block)
            chosen.append((state, outcomes[index].volume))
            if chosen.count == width {
                wasCut = true
                break
            }
        }
        return chosen
    }

    /// The boxes of the best layout, block by block in the order of placing.
    func bestBoxes() -> [PackedBox] {
        var boxes: [PackedBox] = []
        var parts: [BlockPart] = []
        for placed in best {
            parts.removeAll(keepingCapacity: true)
            model.blocks.appendParts(of: Int(placed.block), at: SIMD3(0, 0, 0), to: &parts)
            let shape = model.shapes[Int(placed.block)]
            for part in parts {
                let x =
                    placed.mirror & 1 == 0 ? part.x : shape.length - part.x - part.length
                let y = placed.mirror & 2 == 0 ? part.y : shape.width - part.y - part.width
                boxes.append(
                    PackedBox(
                        item: Int(part.kind),
                        x: Int(placed.x0 + x),
                        y: Int(placed.y0 + y),
                        z: Int(placed.z0 + part.z),
                        length: Int(part.length),
                        width: Int(part.width),
                        height: Int(part.height)
                    )
                )
            }
        }
        return boxes
    }
}
