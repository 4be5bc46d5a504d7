import Glibc

/// How good a ranking is, by people's judgements of which documents answer a question.
public enum RetrievalMeasures {
    /// Normalised discounted cumulative gain (Järvelin and Kekäläinen, 2002) as trec_eval's `ndcg_cut`: gains
    /// as they are, discounted by the binary logarithm of the rank plus 1, over the best there could be.
    ///
    /// - Parameters:
    ///   - ranked: documents, best first.
    ///   - judgements: how relevant documents are; 0 and less, and those that are not there, gain nothing.
    ///   - depth: how many ranks count.
    /// - Returns: 0…1; 0 when nothing is relevant.
    public static func ndcg(_ ranked: [String], _ judgements: [String: Int], at depth: Int)
        -> Double
    {
        let best = gain(judgements.values.sorted(by: >), depth)
        guard best > 0 else { return 0 }
        return gain(ranked.map { judgements[$0] ?? 0 }, depth) / best
    }

    private static func gain(_ gains: [Int], _ depth: Int) -> Double {
        gains.prefix(depth).enumerated().reduce(0) { sum, entry in
            sum + Double(max(0, entry.element)) / log2(Double(entry.offset) + 2)
        }
    }

    /// The share of the relevant documents that is among the first.
    ///
    /// - Returns: 0…1; 0 when nothing is relevant.
    public static func recall(
        _ ranked: [String],
        _ judgements: [String: Int],
        at depth: Int
    ) -> Double {
        let relevant = Set(judgements.filter { $0.value > 0 }.keys)
        guard !relevant.isEmpty else { return 0 }
        return Double(Set(ranked.prefix(depth)).intersection(relevant).count)
            / Double(relevant.count)
    }

    /// The value that a share of all are at or below, by nearest rank; 0 of none.
    public static func quantile(_ values: [Double], _ share: Double) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        let rank = Int((Double(sorted.count) * share).rounded(.up))
        return sorted[max(0, min(sorted.count, rank) - 1)]
    }
}
