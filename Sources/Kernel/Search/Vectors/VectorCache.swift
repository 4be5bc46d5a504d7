import Core
import Store
import Synchronization

/// Vectors of indexes that were asked lately, held in memory up to a bound.
///
/// What is held is brought up to date by the question's own snapshot before it is used: rows of a later
/// version are read, and after a removal those that are gone are dropped. What a transaction has not
/// committed yet never comes in.
final class VectorCache: Sendable {
    private final class Slot: Sendable {
        let set: Mutex<VectorSet>
        init(_ set: VectorSet) { self.set = Mutex(set) }
    }

    private struct State {
        var slots: [Int64: Slot] = [:]
        var bytes: [Int64: Int] = [:]
        var used: [Int64: Int] = [:]
        var uses = 0
    }

    private let bound: Int
    private let state = Mutex(State())

    init(bytes: Int) { bound = bytes }

    /// How many bytes are held.
    var held: Int { state.withLock { $0.bytes.values.reduce(0, +) } }

    /// The documents of an index whose vectors are nearest to the question's, nearest first.
    ///
    /// - Parameters:
    ///   - query: the question's vector, of length 1.
    ///   - index: whose vectors.
    ///   - weighs: whether rare dimensions count for more.
    ///   - least: the least cosine, as the vectors are, of a document that is answered.
    ///   - limit: the most documents.
    ///   - reader: the state to look at.
    ///   - isAllowed: which documents may be answered.
    /// - Returns: documents with their nearness.
    /// - Throws: `StoreError`.
    func nearest(
        to query: [Float],
        of index: IndexRow,
        weighing weighs: Bool,
        atLeast least: Float,
        limit: Int,
        in reader: any Reader,
        _ isAllowed: (Int64) -> Bool
    ) throws -> [(score: Double, number: Int64)] {
        guard !(reader is any Transaction),
            Int(index.documents) * (index.dimensions * 4 + 32) <= bound
        else { return try Self.scan(query, index, weighs, least, limit, in: reader, isAllowed) }
        let slot = slot(of: index)
        let (found, bytes) = try slot.set.withLock { set in
            if set.generation != index.generation || set.dimensions != index.dimensions {
                set = VectorSet(dimensions: index.dimensions, generation: index.generation)
            }
            if set.version < index.version { try Self.update(&set, to: index, in: reader) }
            let weighted = weighs ? set.weighted(query) : query
            return (set.nearest(weighted, query, least, limit, isAllowed), set.bytes)
        }
        hold(index.id, bytes)
        return found
    }

    private func slot(of index: IndexRow) -> Slot {
        state.withLock { state in
            state.uses += 1
            state.used[index.id] = state.uses
            if let slot = state.slots[index.id] { return slot }
            let set = VectorSet(dimensions: index.dimensions, generation: index.generation)
            let slot = Slot(set)
            state.slots[index.id] = slot
            return slot
        }
    }

    /// Notes how much is held for an index, and lets go of what was not asked for longest.
    private func hold(_ index: Int64, _ bytes: Int) {
        state.withLock { state in
            state.bytes[index] = bytes
            while state.bytes.values.reduce(0, +) > bound,
                let oldest = state.bytes.keys.filter({ $0 != index })
                    .min(by: { state.used[$0, default: 0] < state.used[$1, default: 0] })
            {
                state.slots[oldest] = nil
                state.bytes[oldest] = nil
                state.used[oldest] = nil
            }
        }
    }

    /// The same without holding anything: each vector is read and let go.
    private static func scan(
        _ query: [Float],
        _ index: IndexRow,
        _ weighs: Bool,
        _ least: Float,
        _ limit: Int,
        in reader: any Reader,
        _ isAllowed: (Int64) -> Bool
    ) throws -> [(score: Double, number: Int64)] {
        var weighted = query
        if weighs {
            var sample = VectorSet(dimensions: index.dimensions, generation: index.generation)
            try reader.forEach(
                """
                SELECT number, vector FROM search_vector WHERE index_id = ?
                ORDER BY version, number LIMIT \(VectorSet.sampled)
                """,
                [.int(index.id)]
            ) { sample.set(VectorMath.floats(try $0.blob(1)), for: try $0.int(0)) }
            weighted = sample.weighted(query)
        }
        var top = TopRanked(limit)
        try reader.forEach(
            "SELECT number, vector FROM search_vector WHERE index_id = ?",
            [.int(index.id)]
        ) { row in
            let number = try row.int(0)
            guard isAllowed(number) else { return }
            let vector = VectorMath.floats(try row.blob(1))
            guard vector.count == query.count else { return }
            if least > 0, VectorMath.dot(vector, query) < least { return }
            let score = VectorMath.dot(vector, weighted)
            if score > 0 { top.offer(Double(score), number) }
        }
        return top.ranked
    }

    private static func update(
        _ set: inout VectorSet,
        to index: IndexRow,
        in reader: any Reader
    ) throws {
        try reader.forEach(
            """
            SELECT number, vector FROM search_vector WHERE index_id = ? AND version > ?
            ORDER BY version, number
            """,
            [.int(index.id), .int(set.version)]
        ) { row in set.set(VectorMath.floats(try row.blob(1)), for: try row.int(0)) }
        if set.removals != index.removals, set.version >= 0 {
            var left: Set<Int64> = []
            try reader.forEach(
                "SELECT number FROM search_vector WHERE index_id = ?",
                [.int(index.id)]
            ) { left.insert(try $0.int(0)) }
            set.keep(only: left)
        }
        set.version = index.version
        set.removals = index.removals
    }
}
