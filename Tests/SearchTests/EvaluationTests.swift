import Core
import Foundation
import ReferenceData
import Testing

@testable import Search

@Suite struct EvaluationTests {
    /// The worked example of Wikipedia's "Discounted cumulative gain": gains 3, 2, 3, 0, 1, 2; DCG 6.861;
    /// the best order of these and two more, of 3 and 2, is 3, 3, 3, 2, 2, 2: 8.740; nDCG 0.785.
    @Test("nDCG is that of a published worked example")
    func workedExample() {
        let judgements = ["1": 3, "2": 2, "3": 3, "4": 0, "5": 1, "6": 2, "7": 3, "8": 2]
        let ndcg = RetrievalMeasures.ndcg(["1", "2", "3", "4", "5", "6"], judgements, at: 6)
        #expect(abs(ndcg - 0.785) < 0.0005)
    }

    @Test("nDCG and recall count what is relevant, up to a depth")
    func measures() {
        let judgements = ["a": 1, "b": 1, "c": 0, "d": -1]
        // 1/log2(3) of 1/log2(2) + 1/log2(3).
        #expect(
            abs(RetrievalMeasures.ndcg(["x", "a"], judgements, at: 10) - 0.386_852_807) < 1e-9
        )
        #expect(RetrievalMeasures.ndcg(["a", "b"], judgements, at: 10) == 1)
        #expect(RetrievalMeasures.ndcg(["d", "c"], judgements, at: 10) == 0)
        #expect(RetrievalMeasures.ndcg(["a"], ["a": 0], at: 10) == 0)
        #expect(RetrievalMeasures.recall(["x", "a"], judgements, at: 1) == 0)
        #expect(RetrievalMeasures.recall(["x", "a"], judgements, at: 2) == 0.5)
        #expect(RetrievalMeasures.recall(["a"], ["a": 0], at: 2) == 0)
        #expect(RetrievalMeasures.quantile([4, 1, 3, 2], 0.5) == 2)
        #expect(RetrievalMeasures.quantile([4, 1, 3, 2], 0.99) == 4)
        #expect(RetrievalMeasures.quantile([], 0.5) == 0)
    }

    static let corpus = """
        {"_id":"d1","title":"T","text":"alpha beta"}
        {"_id":"d2","text":"gamma","metadata":{"x":1}}
        """
    static let queries = """
        {"_id":"q1","text":"alpha"}
        {"_id":"q2","text":"gamma"}
        """
    static let judgements = "query-id\tcorpus-id\tscore\nq1\td1\t1\n"

    private func read(
        _ corpus: String = corpus,
        _ queries: String = queries,
        _ judgements: String = judgements
    ) throws -> JudgedCollection {
        try JudgedCollection(
            corpus: .init(name: "C.jsonl", bytes: Array(corpus.utf8)),
            queries: .init(name: "Q.jsonl", bytes: Array(queries.utf8)),
            judgements: .init(name: "R.tsv", bytes: Array(judgements.utf8))
        )
    }

    @Test("Files are read, with or without a heading, with either line ending")
    func reading() throws {
        let read = try read()
        #expect(read.documents.map(\.id) == ["d1", "d2"])
        #expect(read.questions.map(\.id) == ["q1"])
        let other = try self.read(
            Self.corpus.replacing("\n", with: "\r\n") + "\r\n\r\n",
            Self.queries,
            "q2\td2\t2\r\nq1\td1\t0"
        )
        #expect(other.questions.map(\.judgements) == [["d1": 0], ["d2": 2]])
    }

    @Test(
        "What is wrong is told with the file and the line",
        arguments: [
            ("{\"_id\":\"d1\",\"text\":\"a\"}\n{oops", nil, nil, "C.jsonl, line 2: is no JSON"),
            ("[1]", nil, nil, "C.jsonl, line 1: is no JSON object"),
            ("{\"text\":\"a\"}", nil, nil, "C.jsonl, line 1: there is no \"_id\""),
            ("{\"_id\":7,\"text\":\"a\"}", nil, nil, "C.jsonl, line 1: \"_id\" must be text"),
            ("{\"_id\":\"\",\"text\":\"a\"}", nil, nil, "C.jsonl, line 1: \"_id\" must be text"),
            ("{\"_id\":\"d1\"}", nil, nil, "C.jsonl, line 1: there is no \"text\""),
            ("{\"_id\":\"d1\",\"text\":null}", nil, nil, "C.jsonl, line 1: \"text\" must be text"),
            (
                "{\"_id\":\"d1\",\"text\":\"a\"}\n\n{\"_id\":\"d2\",\"text\":\"a\"}", nil, nil,
                "C.jsonl, line 2: is empty"
            ),
            (corpus + "\n{\"_id\":\"d1\",\"text\":\"a\"}", nil, nil, "already that of line 1"),
            ("", nil, nil, "C.jsonl: there is no document"),
            (nil, "{\"_id\":\"q1\"}", nil, "Q.jsonl, line 1: there is no \"text\""),
            (nil, queries + "\n{\"_id\":\"q2\",\"text\":\"a\"}", nil, "Q.jsonl, line 3"),
            (nil, nil, "q1\td1", "R.tsv, line 1: has 2 columns"),
            (nil, nil, "q1 d1 1", "R.tsv, line 1: has 1 columns"),
            (nil, nil, "q1\td1\tmany", "R.tsv, line 1: the score \"many\""),
            (nil, nil, "q1\td1\t-9223372036854775808", "R.tsv, line 1: the score \"-92"),
            (nil, nil, "q1\td1\t1000001", "R.tsv, line 1: the score \"1000001\""),
            (nil, nil, judgements + "q9\td1\t1", "R.tsv, line 3: there is no question \"q9\""),
            (nil, nil, judgements + "q1\td9\t1", "R.tsv, line 3: there is no document \"d9\""),
            (nil, nil, judgements + "q1\td1\t0", "R.tsv, line 3: \"q1\" and \"d1\" were judged"),
            (nil, nil, "query-id\tcorpus-id\tscore\n", "R.tsv: there is no judgement"),
        ] as [(String?, String?, String?, String)]
    )
    func refusals(corpus: String?, queries: String?, judgements: String?, message: String) {
        let error = #expect(throws: SearchError.self) {
            try read(
                corpus ?? Self.corpus,
                queries ?? Self.queries,
                judgements ?? Self.judgements
            )
        }
        #expect(error?.reason == .invalidFile)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    /// Published for Lucene's BM25: 0.6789 (castorini/anserini, beir-v1.0.0-scifact-flat); FTS5 gives .682.
    @Test("BM25 on SciFact reaches an nDCG@10 of 0.676", .enabled(if: hasSciFact, "no SciFact"))
    func sciFact() async throws {
        let words = try await Self.evaluate(.bm25)
        #expect(words.documents == 5_183)
        #expect(words.queries == 300)
        #expect(words.ndcgAt10 >= 0.676)
        #expect(words.recallAt100 >= 0.92)
    }

    @Test(
        "Hybrid search on SciFact is no worse than BM25",
        .enabled(if: hasSciFact && isLong, "no SciFact, or WEFT_TESTS has no long")
    )
    func sciFactByBoth() async throws {
        let words = try await Self.evaluate(.bm25)
        let both = try await Self.evaluate(.hybrid)
        #expect(both.ndcgAt10 >= words.ndcgAt10 - 0.002)
        #expect(both.recallAt100 >= words.recallAt100 - 0.002)
    }

    private static let hasSciFact = ReferenceData.has("language/scifact/corpus.jsonl")
    private static let isLong =
        ProcessInfo.processInfo.environment["WEFT_TESTS"]?.contains("long") ?? false

    private static func evaluate(_ mode: SearchQuery.Mode) async throws -> SearchEvaluation.Report {
        func file(_ name: String) throws -> JudgedCollection.File {
            let url = ReferenceData.file("language/scifact/\(name)")
            return .init(name: name, bytes: Array(try Data(contentsOf: url)))
        }
        let judged = try JudgedCollection(
            corpus: file("corpus.jsonl"),
            queries: file("queries.jsonl"),
            judgements: file("qrels/test.tsv")
        )
        let world = try await SearchWorld(SearchStore())
        let clock = ContinuousClock()
        let start = clock.now
        return try await SearchEvaluation(
            store: world.store,
            database: world.database,
            scope: world.ours,
            uptime: { start.duration(to: clock.now) }
        ).run(judged, mode: mode)
    }
}
