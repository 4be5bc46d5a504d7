/// The widening beam search over one problem.
///
/// A problem of mixed priorities is searched in two ways in turn, which share the budget: with all
/// boxes alike, in case everything fits, and with the higher priorities placed first. The first layout
/// is made of grids of one kind alone, since finding all blocks takes longer than placing them.
final class PackingBeam {
    /// One successor to be played to its end.
    struct Job {
        var parent: Int
        var space: Int
        var block: Int32
        /// Tells the layout that it begins with.
        var key: UInt64
        /// What came of it when it was played before, perhaps as its parent's own greedy choice.
        var known: PackingScore?
    }

    /// One way of searching: what is looked up, and what was found out so far.
    final class Way {
        let model: PackingModel
        let main: PackingSearch
        let root = PackingPlace()
        /// What came of playing the empty space.
        var rootScore = PackingScore.none
        /// What came of playing a layout that was met before.
        var memory = PlayMemory()
        /// Whether nothing more can come of it.
        var isExhausted = false
        var helpers: [Helper] = []

        init(_ model: PackingModel) {
            self.model = model
            main = PackingSearch(model)
            main.reset(root.state)
        }
    }

    typealias Level = [(place: PackingPlace, score: PackingScore?)]
    typealias Outcome = PackingSearch.Outcome
    typealias Deadline = PackingSearch.Deadline

    private(set) var iterations = 0
    /// CPU seconds used by threads other than the caller's.
    var helperSeconds = 0.0

    let options: Packer.Options
    let deadline: Deadline
    let iterationLimit: Int
    private let started: Double
    private let problem: LoadProblem
    private(set) var ways: [Way] = []
    private let spare = PackingPlace()

    private var best: (way: Int, placed: [PlacedBlock]) = (0, [])
    private(set) var bestScore = PackingScore.none
    var finished = false
    /// Whether the present pass left out anything for lack of width.
    private var wasCut = false
    /// Memory grows with the width.
    private static let widest = 1_024.0
    /// The first layout may take so many seconds whatever the budget, so that a small load gets one.
    private static let grace = 0.01
    /// Of more kinds of box than these the grids take as long as all blocks of few.
    private static let fewKinds = 200

    init(
        _ problem: LoadProblem,
        options: Packer.Options,
        clock: @escaping Packer.Clock,
        started: Double
    ) {
        self.problem = problem
        self.options = options
        self.started = started
        switch options.budget {
        case .seconds(let seconds):
            deadline = Deadline(clock: clock, end: started + seconds)
            iterationLimit = Int.max
        case .iterations(let count):
            deadline = Deadline(clock: clock, end: .infinity)
            iterationLimit = max(count, 1)
        }
    }

    func run() {
        let isMixed = Set(problem.items.map(\.priority)).count > 1
        if problem.items.count <= Self.fewKinds {
            begin(isMixed ? .priorities : .stops, onlyGrids: true)
            // The wider passes are for the ways that have all blocks.
            ways[0].isExhausted = true
            if finished || deadline.hasPassed { return }
        }
        begin(.stops)
        if isMixed, !finished { begin(.priorities) }
        var width = 1.0
        while !finished, ways.contains(where: { !$0.isExhausted }) {
            for (index, way) in ways.enumerated() where !finished && !way.isExhausted {
                wasCut = false
                pass(index, width: Int(width.rounded()))
                // Nothing was left out: a wider beam would see the same layouts again.
                if !wasCut { way.isExhausted = true }
            }
            width = min(width * 2.0.squareRoot(), Self.widest)
        }
    }

    /// Adds a way and plays the empty space in it; the very first play has some time in any case.
    private func begin(_ order: PackingOrder, onlyGrids: Bool = false) {
        var settings = PackingBlocks.Settings(seed: options.seed)
        if onlyGrids { settings.limit = 0 }
        let way = Way(PackingModel(problem, order: order, settings: settings))
        var deadline = deadline
        if ways.isEmpty { deadline.end = max(deadline.end, started + Self.grace) }
        ways.append(way)
        spare.state.pointee.copy(way.root.state.pointee)
        let first = way.main.play(
            spare.state,
            steps: 0,
            allowance: iterationLimit - iterations,
            deadline: deadline
        )
        way.rootScore = first.score
        account(first, ways.count - 1)
    }

    /// One sweep from the empty space to full layouts with the given beam width.
    private func pass(_ index: Int, width: Int) {
        let way = ways[index]
        var level: Level = [(way.root, way.rootScore)]
        while !level.isEmpty, !finished {
            var jobs: [Job] = []
            for parent in level.indices {
                expand(level[parent].place.state, parent, way, level[parent].score, width, &jobs)
                if finished { return }
            }
            let outcomes = evaluate(jobs, level.map(\.place.state), index)
            if finished { return }
            level = select(jobs, outcomes, level.map(\.place.state), way.main, width)
        }
    }

    private func expand(
        _ state: PackingSearch.State,
        _ parent: Int,
        _ way: Way,
        _ known: PackingScore?,
        _ width: Int,
        _ jobs: inout [Job]
    ) {
        while let space = way.main.nextSpace(state) {
            guard way.main.rank(state, space, limit: width, deadline: deadline) else {
                finished = true
                return
            }
            if way.main.picks.count == 0 {
                way.main.discardSpace(state, space)
                continue
            }
            if way.main.picks.count == width { wasCut = true }
            for rank in 0..<way.main.picks.count {
                let block = way.main.picks[rank].block
                let placed = way.main.placed(block, in: state.pointee.spaces[space], state)
                let key = state.pointee.key &+ placed.key
                jobs.append(
                    Job(
                        parent: parent,
                        space: space,
                        block: block,
                        key: key,
                        known: rank == 0 ? known ?? way.memory[key] : way.memory[key]
                    )
                )
            }
            return
        }
    }

    /// Plays every job whose score is not known, in order, and takes account of each.
    private func evaluate(_ jobs: [Job], _ parents: [PackingSearch.State], _ index: Int)
        -> [Outcome]
    {
        var outcomes = [Outcome](repeating: Outcome(score: .none), count: jobs.count)
        if options.threads > 1, jobs.count > 1 {
            evaluateInParallel(jobs, parents, index, &outcomes)
            return outcomes
        }
        for (at, job) in jobs.enumerated() {
            if let known = job.known {
                outcomes[at] = Outcome(score: known, steps: 0, complete: true)
                continue
            }
            outcomes[at] = playJob(
                job,
                parents,
                ways[index].main,
                iterationLimit - iterations,
                deadline
            )
            account(outcomes[at], index)
            if finished { break }
            ways[index].memory[job.key] = outcomes[at].score
        }
        return outcomes
    }

    /// Plays one successor on the calling thread and leaves its layout in `spare`.
    func playJob(
        _ job: Job,
        _ parents: [PackingSearch.State],
        _ search: PackingSearch,
        _ allowance: Int,
        _ deadline: Deadline
    ) -> Outcome {
        spare.state.pointee.copy(parents[job.parent].pointee)
        return search.play(
            spare.state,
            placing: job.block,
            in: job.space,
            allowance: allowance,
            deadline: deadline
        )
    }

    /// Counts an outcome and keeps its layout, which is in `spare`, when it is the best so far.
    func account(_ outcome: Outcome, _ way: Int) {
        iterations += outcome.steps
        if outcome.score > bestScore {
            bestScore = outcome.score
            let placed = spare.state.pointee.placed
            best = (way, (0..<placed.count).map { placed[$0] })
        }
        let model = ways[way].model
        let isPerfect =
            bestScore.volume >= model.volumeBound && bestScore.urgent == model.levels.allUrgent
        if !outcome.complete || isPerfect || iterations >= iterationLimit { finished = true }
    }

    /// The best `width` successors, no two with the same outcome from the same filled volume.
    private func select(
        _ jobs: [Job],
        _ outcomes: [Outcome],
        _ parents: [PackingSearch.State],
        _ search: PackingSearch,
        _ width: Int
    ) -> Level {
        struct Mark: Hashable {
            var outcome: PackingScore
            var filled: Int64
        }
        let order = jobs.indices.sorted {
            outcomes[$0].score != outcomes[$1].score
                ? outcomes[$0].score > outcomes[$1].score : $0 < $1
        }
        var marks: Set<Mark> = []
        var chosen: Level = []
        for index in order {
            let job = jobs[index]
            let filled =
                parents[job.parent].pointee.volume + search.model.bodies[Int(job.block)].volume
            let mark = Mark(outcome: outcomes[index].score, filled: filled)
            guard marks.insert(mark).inserted else { continue }
            let place = PackingPlace()
            place.state.pointee.copy(parents[job.parent].pointee)
            search.place(place.state, job.space, job.block)
            chosen.append((place, outcomes[index].score))
            if chosen.count == width {
                wasCut = true
                break
            }
        }
        return chosen
    }

    /// The boxes of the best layout, block by block in the order of placing.
    func bestBoxes() -> [PackedBox] {
        let model = ways[best.way].model
        var boxes: [PackedBox] = []
        var parts: [BlockPart] = []
        for placed in best.placed {
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
