import Core
import Foundation
import Testing

@testable import Search

@Suite struct RankingTests {
    /// Three documents of 2, 3 and 4 terms, 3 on average.
    ///
    /// `apple` stands in two of them:
    ///
    ///     idf = ln(1 + (3 − 2 + 0.5) / (2 + 0.5)) = ln 1.6 = 0.4700036292
    ///     twice in the one of 4:  tf part = 2 · 2.2 / (2 + 1.2 · (0.25 + 0.75 · 4/3)) = 4.4 / 3.5
    ///     once in the one of 2:   tf part = 1 · 2.2 / (1 + 1.2 · (0.25 + 0.75 · 2/3)) = 2.2 / 1.9
    @Test("BM25's weights are those of a calculation by hand")
    func byHand() {
        let bm25 = BM25(documents: 3, averageLength: 3)
        let idf = bm25.inverseFrequency(of: 2)
        #expect(abs(idf - 0.470_003_629_2) < 1e-9)
        #expect(abs(bm25.weight(idf, count: 2, length: 4) - 0.590_861_705) < 1e-9)
        #expect(abs(bm25.weight(idf, count: 1, length: 2) - 0.544_214_729) < 1e-9)
    }

    @Test("An index gives the same scores")
    func scores() async throws {
        let world = try await SearchWorld()
        try await world.put([
            SearchDocument(id: "short", body: "apple pear"),
            SearchDocument(id: "none", body: "pear plum cherry"),
            SearchDocument(id: "long", body: "apple plum apple quince"),
        ])
        let hits = try await world.ask(SearchQuery("Apples", mode: .bm25)).hits
        #expect(hits.map(\.document.id) == ["long", "short"])
        #expect(abs(hits[0].score - 0.590_861_705) < 1e-9)
        #expect(abs(hits[1].score - 0.544_214_729) < 1e-9)
        #expect(hits.map(\.wordRank) == [1, 2])
    }

    @Test("A title's words count twice, in the term's count and in the length")
    func titles() async throws {
        let world = try await SearchWorld()
        try await world.put([
            SearchDocument(id: "short", body: "apple pear"),
            SearchDocument(id: "none", body: "pear plum cherry"),
            SearchDocument(id: "long", title: "apple", body: "plum quince"),
        ])
        let hits = try await world.ask(SearchQuery("apple", mode: .bm25)).hits
        #expect(abs(hits[0].score - 0.590_861_705) < 1e-9)
        #expect(hits[0].document.id == "long")
    }

    /// By hand, with k = 60.
    ///
    /// `b` is second and first: 1/62 + 1/61 = 0.0325224748; `a` first and third: 1/61 + 1/63 =
    /// 0.0322664585; `c` third alone: 1/63 = 0.0158730159; `d` second alone: 1/62 = 0.0161290323.
    @Test("Ranks are united as in a calculation by hand")
    func fusion() {
        let fused = RankFusion().fuse([
            (documents: [1, 2, 3], weight: 1), (documents: [2, 4, 1], weight: 1),
        ])
        #expect(fused.map(\.document) == [2, 1, 4, 3])
        let expected = [0.032_522_474_9, 0.032_266_458_5, 0.016_129_032_3, 0.015_873_015_9]
        for (entry, score) in zip(fused, expected) { #expect(abs(entry.score - score) < 1e-9) }
    }

    @Test("A ranking's weight counts; of equal documents the smaller number comes first")
    func weights() {
        let fused = RankFusion().fuse([
            (documents: [5], weight: 1), (documents: [4], weight: 1), (documents: [9], weight: 3),
        ])
        #expect(fused.map(\.document) == [9, 4, 5])
    }

    @Test("Blocks of postings come back as they were")
    func blocks() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let slots = Set(
                (0..<Int.random(in: 0...1_024, using: &random)).map { _ in
                    Int.random(in: 0..<1_024, using: &random)
                }
            )
            let entries = slots.sorted().map {
                PostingBlock.Entry(
                    slot: $0,
                    count: .random(in: 1...100_000, using: &random),
                    length: .random(in: 1...5_000_000, using: &random)
                )
            }
            let block = PostingBlock(entries)
            #expect(PostingBlock(bytes: block.bytes).entries == entries)
            #expect(PostingBlock.count(in: block.bytes) == entries.count)
            // What is cut off is no reason to stop.
            _ = PostingBlock(bytes: Array(block.bytes.prefix(block.bytes.count / 2)))
        }
    }

    @Test("The best of many are kept in their order")
    func top() {
        var random = SystemRandomNumberGenerator()
        for limit in [0, 1, 7, 100] {
            let all = (0..<50).map { number in
                (score: Double(Int.random(in: 0...9, using: &random)), number: Int64(number))
            }
            var top = TopRanked(limit)
            for entry in all.shuffled(using: &random) { top.offer(entry.score, entry.number) }
            let expected = all.sorted { ($1.score, $0.number) < ($0.score, $1.number) }.prefix(
                limit
            )
            #expect(top.ranked.map(\.number) == expected.map(\.number))
        }
    }

    @Test("Vectors are the same on every run, and near each other where words share parts")
    func lexicalVectors() async throws {
        let embedder = LexicalEmbedder()
        let texts = ["Schmidt", "Schmitt", "Vancouver", "", "the"]
        let vectors = try await embedder.embed(texts)
        #expect(vectors == texts.map { embedder.vector(of: $0) })
        func nearness(_ one: Int, _ other: Int) -> Float {
            zip(vectors[one], vectors[other]).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(abs(nearness(0, 0) - 1) < 1e-5)
        #expect(nearness(0, 1) > 0.2)
        #expect(abs(nearness(0, 2)) < 0.1)
        #expect(vectors[3].allSatisfy { $0 == 0 } && vectors[4].allSatisfy { $0 == 0 })
    }
}
