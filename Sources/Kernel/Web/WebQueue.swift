/// Which waiting request goes next: at most so many at once in all, and so many to one origin.
///
/// Origins take turns, so that a slow one with a long queue holds up no other.
struct WebQueue {
    private struct Origin {
        var waiting: [UInt64] = []
        /// Where the waiting ones begin; what precedes has gone.
        var head = 0
        var running = 0
        var inTurn = false
    }

    private let total: Int
    private let perOrigin: Int
    private var origins: [String: Origin] = [:]
    private var turns: [String] = []
    private var firstTurn = 0
    private(set) var running = 0

    init(total: Int, perOrigin: Int) {
        self.total = total
        self.perOrigin = perOrigin
    }

    mutating func add(_ id: UInt64, to origin: String) {
        origins[origin, default: Origin()].waiting.append(id)
        queueTurn(origin)
    }

    /// The next request that may start, and counts it as running; nil when none may.
    mutating func next() -> UInt64? {
        while running < total, firstTurn < turns.count {
            let name = turns[firstTurn]
            firstTurn += 1
            if firstTurn > 64, firstTurn * 2 > turns.count {
                turns.removeFirst(firstTurn)
                firstTurn = 0
            }
            guard var origin = origins[name] else { continue }
            origin.inTurn = false
            guard origin.head < origin.waiting.count, origin.running < perOrigin else {
                origins[name] = origin
                continue
            }
            let id = origin.waiting[origin.head]
            origin.head += 1
            if origin.head > 64, origin.head * 2 > origin.waiting.count {
                origin.waiting.removeFirst(origin.head)
                origin.head = 0
            }
            origin.running += 1
            running += 1
            origins[name] = origin
            queueTurn(name)
            return id
        }
        return nil
    }

    /// A running request of `origin` has ended.
    mutating func ended(at origin: String) {
        running -= 1
        origins[origin]?.running -= 1
        queueTurn(origin)
    }

    /// Takes a request that has not started out of the queue.
    mutating func remove(_ id: UInt64, from origin: String) {
        guard var found = origins[origin],
            let index = found.waiting[found.head...].firstIndex(of: id)
        else { return }
        found.waiting.remove(at: index)
        origins[origin] = found
        queueTurn(origin)
    }

    private mutating func queueTurn(_ name: String) {
        guard var origin = origins[name] else { return }
        if origin.head == origin.waiting.count {
            if origin.running == 0, !origin.inTurn { origins[name] = nil }
            return
        }
        guard !origin.inTurn, origin.running < perOrigin else { return }
        origin.inTurn = true
        origins[name] = origin
        turns.append(name)
    }
}
