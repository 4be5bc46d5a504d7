import Store

/// Documents ranked by a question's words.
struct WordRanking {
    /// The best, best first.
    private(set) var ranked: [(score: Double, number: Int64)] = []
    /// All that have a word and are allowed.
    private(set) var matches = NumberSet()

    /// Nothing.
    init() {}

    /// Ranks the documents of an index.
    ///
    /// - Parameters:
    ///   - terms: the question's, with how often each stands in it.
    ///   - index: the index.
    ///   - allowed: which documents count; nil for all. How rare terms are is told by all.
    ///   - limit: the most that are ranked.
    ///   - reader: the state.
    /// - Throws: `StoreError`.
    init(
        _ terms: [String: Int],
        of index: IndexRow,
        among allowed: NumberSet?,
        limit: Int,
        in reader: any Reader
    ) throws {
        guard !terms.isEmpty, index.documents > 0 else { return }
        let sorted = terms.keys.sorted()
        var blocks: [Int64: [(term: Int, bytes: [UInt8])]] = [:]
        var frequencies = [Int](repeating: 0, count: sorted.count)
        let places = Dictionary(uniqueKeysWithValues: zip(sorted, sorted.indices))
        for chunk in sorted.chunked(by: 128) {
            try reader.forEach(
                """
                SELECT term, shard, postings FROM search_posting
                WHERE index_id = ? AND term IN (\(SQLList.marks(chunk.count)))
                """,
                [.int(index.id)] + SQLList.padded(chunk.map { .text($0) })
            ) { row in
                guard let term = places[try row.text(0)] else { return }
                let bytes = try row.blob(2)
                frequencies[term] += PostingBlock.count(in: bytes)
                blocks[try row.int(1), default: []].append((term, bytes))
            }
        }
        let bm25 = BM25(
            documents: Int(index.documents),
            averageLength: Double(index.terms) / Double(index.documents)
        )
        let weights = sorted.indices.map { term in
            bm25.inverseFrequency(of: frequencies[term]) * Double(terms[sorted[term]] ?? 1)
        }
        var top = TopRanked(limit)
        var scores = [Double](repeating: 0, count: Int(PostingBlock.size))
        for (shard, parts) in blocks {
            let first = shard * PostingBlock.size
            for index in scores.indices { scores[index] = 0 }
            // In the order of the terms, so that sums are the same on every driver.
            for part in parts.sorted(by: { $0.term < $1.term }) {
                scores.withUnsafeMutableBufferPointer { scores in
                    PostingBlock.forEach(in: part.bytes) { slot, count, length in
                        scores[slot] += bm25.weight(
                            weights[part.term],
                            count: count,
                            length: length
                        )
                    }
                }
            }
            let bits = allowed?.run(shard)
            guard allowed == nil || bits != nil else { continue }
            var found = [UInt64](repeating: 0, count: scores.count / 64)
            for slot in scores.indices where scores[slot] > 0 {
                let bit = UInt64(1) << UInt64(slot & 63)
                if let bits, bits[slot >> 6] & bit == 0 { continue }
                found[slot >> 6] |= bit
                top.offer(scores[slot], first + Int64(slot))
            }
            matches.set(found, of: shard)
        }
        ranked = top.ranked
    }
}
