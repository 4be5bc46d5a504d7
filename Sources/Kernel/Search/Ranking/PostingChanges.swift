import Store

/// Changes of many documents' postings, gathered so that each block is read and written once.
struct PostingChanges {
    private struct Change {
        var removed: Set<Int> = []
        var added: [PostingBlock.Entry] = []
    }

    private let index: Int64
    /// By shard, then by term.
    private var changes: [Int64: [String: Change]] = [:]

    init(index: Int64) { self.index = index }

    mutating func remove(_ terms: some Sequence<String>, of number: Int64) {
        let slot = PostingBlock.slot(of: number)
        for term in terms {
            changes[PostingBlock.shard(of: number), default: [:]][term, default: Change()]
                .removed.insert(slot)
        }
    }

    mutating func add(_ counts: [String: Int], of number: Int64, length: Int) {
        let slot = PostingBlock.slot(of: number)
        for (term, count) in counts {
            changes[PostingBlock.shard(of: number), default: [:]][term, default: Change()]
                .added.append(PostingBlock.Entry(slot: slot, count: count, length: length))
        }
    }

    func write(in transaction: any Transaction) throws {
        for (shard, terms) in changes.sorted(by: { $0.key < $1.key }) {
            try write(terms, of: shard, in: transaction)
        }
    }

    private func write(
        _ terms: [String: Change],
        of shard: Int64,
        in transaction: any Transaction
    ) throws {
        var rows: [SQLValue] = []
        for chunk in terms.keys.sorted().chunked(by: 128) {
            var blocks: [String: [UInt8]] = [:]
            try transaction.forEach(
                """
                SELECT term, postings FROM search_posting
                WHERE index_id = ? AND shard = ? AND term IN (\(SQLList.marks(chunk.count)))
                """,
                [.int(index), .int(shard)] + SQLList.padded(chunk.map { .text($0) })
            ) { blocks[try $0.text(0)] = try $0.blob(1) }
            for term in chunk {
                guard let change = terms[term] else { continue }
                let block = PostingBlock(bytes: blocks[term] ?? []).changed(
                    removing: change.removed,
                    adding: change.added.sorted { $0.slot < $1.slot }
                )
                if !block.entries.isEmpty {
                    rows += [.int(index), .text(term), .int(shard), .blob(block.bytes)]
                } else if blocks[term] != nil {
                    try transaction.execute(
                        """
                        DELETE FROM search_posting WHERE index_id = ? AND term = ? AND shard = ?
                        """,
                        [.int(index), .text(term), .int(shard)]
                    )
                }
            }
        }
        // Few shapes of statements, so that they stay prepared.
        for chunk in rows.chunked(by: 64 * 4) {
            if chunk.count == 64 * 4 {
                try insert(Array(chunk), in: transaction)
            } else {
                for row in Array(chunk).chunked(by: 4) { try insert(Array(row), in: transaction) }
            }
        }
    }

    private func insert(_ values: [SQLValue], in transaction: any Transaction) throws {
        let rows = Array(repeating: "(?, ?, ?, ?)", count: values.count / 4)
        try transaction.execute(
            """
            INSERT INTO search_posting (index_id, term, shard, postings)
            VALUES \(rows.joined(separator: ", "))
            ON CONFLICT (index_id, term, shard) DO UPDATE SET postings = excluded.postings
            """,
            values
        )
    }
}
