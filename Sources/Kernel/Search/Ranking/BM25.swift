import Glibc

/// The weight of a term in a document (Robertson and Zaragoza, "The Probabilistic Relevance Framework:
/// BM25 and Beyond", 2009).
///
/// `idf · tf (k1 + 1) / (tf + k1 (1 − b + b · length / average))`, with the idf that is never negative:
/// `ln(1 + (N − n + 0.5) / (n + 0.5))`.
public struct BM25: Sendable {
    /// How soon repeating a term stops counting; 1.2, as in the paper and in FTS5.
    public var k1 = 1.2
    /// How much the length of a document counts, 0…1; 0.75.
    public var b = 0.75
    /// How many documents there are.
    public var documents: Int
    /// Their length on average, in terms.
    public var averageLength: Double

    /// The weights within a collection.
    public init(documents: Int, averageLength: Double) {
        self.documents = documents
        self.averageLength = averageLength
    }

    /// How much a term tells that stands in `count` documents.
    public func inverseFrequency(of count: Int) -> Double {
        log(1 + (Double(documents) - Double(count) + 0.5) / (Double(count) + 0.5))
    }

    /// The weight of a term.
    ///
    /// - Parameters:
    ///   - inverseFrequency: as ``inverseFrequency(of:)`` gives it.
    ///   - count: how often the term stands in the document.
    ///   - length: the document's length in terms.
    /// - Returns: what the term adds to the document's score.
    public func weight(_ inverseFrequency: Double, count: Int, length: Int) -> Double {
        let tf = Double(count)
        let relative = averageLength > 0 ? Double(length) / averageLength : 1
        return inverseFrequency * tf * (k1 + 1) / (tf + k1 * (1 - b + b * relative))
    }
}
