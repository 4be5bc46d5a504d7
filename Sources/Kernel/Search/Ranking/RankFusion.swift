/// Unites rankings by the reciprocals of ranks (Cormack, Clarke and Büttcher, SIGIR 2009).
///
/// A document gets `weight / (k + rank)` of every ranking it is in; ranks count from 1. With weights of 1
/// it is the paper's formula.
public struct RankFusion: Sendable {
    /// The paper's 60.
    public var k = 60.0

    /// A fusion with the paper's k.
    public init() {}

    /// The documents of all rankings, best first; of equal ones the smaller number first.
    ///
    /// - Parameter rankings: documents, best first, each with the weight of the ranking.
    /// - Returns: the documents with their scores.
    public func fuse(
        _ rankings: [(documents: [Int64], weight: Double)]
    ) -> [(document: Int64, score: Double)] {
        var scores: [Int64: Double] = [:]
        for ranking in rankings {
            for (index, document) in ranking.documents.enumerated() {
                scores[document, default: 0] += ranking.weight / (k + Double(index + 1))
            }
        }
        return scores.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { (document: $0.key, score: $0.value) }
    }
}
