public import Core

/// A question to a collection.
public struct SearchQuery: Sendable {
    /// What decides the order of what is found.
    public enum Mode: String, Sendable, CaseIterable {
        /// The words, by ``BM25``.
        case bm25
        /// The vectors' nearness alone.
        case vector
        /// Both, by ``RankFusion``.
        case hybrid
    }

    /// The most letters of a question.
    public static let longestText = 20_000
    /// The most documents that are answered.
    public static let mostHits = 1_000

    /// What is looked for.
    public var text: String
    /// What decides the order.
    public var mode: Mode
    /// What must hold of a document.
    public var filters: [SearchFilter]
    /// The fields whose values are counted over all that is found by its words.
    public var facets: [String]
    /// The most documents to answer.
    public var limit: Int

    /// A question.
    public init(
        _ text: String,
        mode: Mode = .hybrid,
        filters: [SearchFilter] = [],
        facets: [String] = [],
        limit: Int = 20
    ) {
        self.text = text
        self.mode = mode
        self.filters = filters
        self.facets = facets
        self.limit = limit
    }

    func check() throws(SearchError) {
        guard text.utf8.count <= Self.longestText * 4, text.count <= Self.longestText else {
            throw SearchError(
                .invalidQuery,
                "a question has at most \(Self.longestText) letters",
                pointer: "/q"
            )
        }
        guard (1...Self.mostHits).contains(limit) else {
            throw SearchError(
                .invalidQuery,
                "the limit is 1 to \(Self.mostHits)",
                pointer: "/limit"
            )
        }
        guard filters.count <= 16, facets.count <= 8 else {
            throw SearchError(.invalidQuery, "at most 16 filters and 8 facets can be given")
        }
    }
}

/// What must hold of a document's fields.
public enum SearchFilter: Sendable, Hashable {
    /// A field has one of some values: texts, numbers, true or false.
    case any(String, [JSON])
    /// A field's number is at least and at most these; nil for no bound.
    case range(String, atLeast: Double?, atMost: Double?)
    /// A field's number is greater than the bound, or the field is not there.
    case absentOrAbove(String, Double)
}

/// A question with its terms and its vector.
public struct PreparedQuery: Sendable {
    /// The question.
    public let query: SearchQuery
    let terms: [String: Int]
    let vector: [Float]?
    let embedder: EmbedderMark?
    let isLexical: Bool
    /// The weight of the vectors' ranking.
    let weight: Double
}

/// A document that was found.
public struct SearchHit: Sendable {
    /// The document.
    public var document: SearchDocument
    /// How well it fits, in the measure of the mode; only comparable within one answer.
    public var score: Double
    /// Its place by its words, from 1; nil when they did not bring it.
    public var wordRank: Int?
    /// Its place by its vector, from 1; nil when that did not bring it.
    public var vectorRank: Int?
}

/// What was found.
public struct SearchAnswer: Sendable {
    /// The documents, best first.
    public var hits: [SearchHit]
    /// How many documents have a word of the question and pass the filters; in vector search, how many
    /// pass the filters.
    public var total: Int
    /// How often each value of a facet stands in these, the most frequent first, at most 20 of each.
    public var facets: [String: [(value: String, count: Int)]]
}
