/// Fills one space with as much volume as it can, within a budget.
///
/// The method is a beam search over partial layouts whose nodes are scored by playing them greedily
/// to the end; the beam widens by √2 from pass to pass until the budget is used up (Araya & Riff,
/// "A beam search approach to the container loading problem", C&OR 43, 2014). Free room is kept as
/// maximal cuboids, boxes are placed in blocks, and every constraint holds after every single step,
/// so that a search that is stopped anywhere leaves a valid layout.
///
/// For one seed and one number of iterations the result is the same on every machine and with any
/// number of threads.
public struct Packer: Sendable {
    /// How long to search.
    public enum Budget: Sendable, Hashable {
        /// Stop when each thread has used this many seconds by the packer's clock.
        case seconds(Double)
        /// Stop after this many search steps, each the filling or giving up of one free space.
        case iterations(Int)
    }

    /// How to search.
    public struct Options: Sendable, Hashable {
        /// When to stop; default one second.
        public var budget: Budget
        /// Varies the order in which blocks are preferred; default 0, no variation.
        public var seed: UInt64
        /// How many threads play layouts at the same time; default 1.
        public var threads: Int

        /// Options of these values.
        public init(budget: Budget = .seconds(1), seed: UInt64 = 0, threads: Int = 1) {
            self.budget = budget
            self.seed = seed
            self.threads = threads
        }
    }

    /// The seconds of computing that the calling thread has used.
    public typealias Clock = @Sendable () -> Double

    private let clock: Clock

    /// A packer that measures its budget by `clock`, by default the calling thread's CPU time.
    public init(clock: @escaping Clock = Packer.threadSeconds) {
        self.clock = clock
    }

    /// Packs `problem`, whose values must have passed `LoadProblem.check()`.
    public func pack(_ problem: LoadProblem, options: Options = Options()) throws(PackingError)
        -> Layout
    {
        try problem.check()
        let started = clock()
        let beam = PackingBeam(problem, options: options, clock: clock, started: started)
        beam.run()
        let boxes = beam.bestBoxes()
        var counts = [Int](repeating: 0, count: problem.items.count)
        var volume = 0
        for box in boxes {
            counts[box.item] += 1
            volume += box.length * box.width * box.height
        }
        var unplaced: [Int: Int] = [:]
        for (index, item) in problem.items.enumerated() where counts[index] < item.quantity {
            unplaced[index] = item.quantity - counts[index]
        }
        return Layout(
            boxes: LoadingSequence.ordered(boxes, in: problem),
            unplaced: unplaced,
            utilisation: Double(volume) / Double(problem.space.volume),
            iterations: beam.iterations,
            seconds: clock() - started + beam.helperSeconds
        )
    }
}
