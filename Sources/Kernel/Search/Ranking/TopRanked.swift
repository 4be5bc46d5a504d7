/// Keeps the best of many documents; of equal ones the smaller number is the better.
struct TopRanked {
    private let limit: Int
    /// A heap whose root is the worst that is kept.
    private var heap: [(score: Double, number: Int64)] = []

    init(_ limit: Int) {
        self.limit = limit
        heap.reserveCapacity(limit)
    }

    private func isWorse(
        _ one: (score: Double, number: Int64),
        _ other: (score: Double, number: Int64)
    ) -> Bool {
        one.score < other.score || one.score == other.score && one.number > other.number
    }

    mutating func offer(_ score: Double, _ number: Int64) {
        if heap.count < limit {
            heap.append((score, number))
            var child = heap.count - 1
            while child > 0 {
                let parent = (child - 1) / 2
                guard isWorse(heap[child], heap[parent]) else { return }
                heap.swapAt(child, parent)
                child = parent
            }
            return
        }
        guard limit > 0, isWorse(heap[0], (score, number)) else { return }
        heap[0] = (score, number)
        var parent = 0
        while true {
            var worst = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && isWorse(heap[child], heap[worst]) { worst = child }
            if worst == parent { return }
            heap.swapAt(parent, worst)
            parent = worst
        }
    }

    /// What was kept, best first.
    var ranked: [(score: Double, number: Int64)] { heap.sorted { isWorse($1, $0) } }
}
