import Store

extension SearchStore {
    /// Brings an index to the present embedder and analyser: vectors go and are waited for, terms are made
    /// anew at once.
    func renew(
        _ id: Int64,
        to embedder: EmbedderMark?,
        in transaction: any Transaction
    ) throws {
        guard var index = try IndexRow.find(id, in: transaction) else { return }
        index.version += 1
        if let embedder, index.mark != embedder {
            index.embedder = embedder.name
            index.dimensions = embedder.dimensions
            index.generation += 1
            try transaction.execute("DELETE FROM search_vector WHERE index_id = ?", [.int(id)])
            try transaction.execute(
                "UPDATE search_document SET has_vector = 0 WHERE index_id = ?",
                [.int(id)]
            )
        }
        if index.analyser != Analyser.version {
            index.analyser = Analyser.version
            index.terms = 0
            try transaction.execute("DELETE FROM search_posting WHERE index_id = ?", [.int(id)])
            var after: Int64 = 0
            while try indexTerms(of: &index, after: &after, in: transaction) {}
        }
        try index.save(in: transaction)
    }

    /// Makes the terms of the next documents of an index that has none for them.
    private func indexTerms(
        of index: inout IndexRow,
        after number: inout Int64,
        in transaction: any Transaction
    ) throws -> Bool {
        let documents = try transaction.query(
            """
            SELECT number, id, title, body FROM search_document
            WHERE index_id = ? AND number > ? ORDER BY number LIMIT 512
            """,
            [.int(index.id), .int(number)]
        ) { row in
            (
                number: try row.int(0),
                document: SearchDocument(
                    id: try row.text(1),
                    title: try row.text(2),
                    body: try row.text(3)
                )
            )
        }
        var changes = PostingChanges(index: index.id)
        for entry in documents {
            let (counts, length) = counts(of: entry.document)
            changes.add(counts, of: entry.number, length: length)
            index.terms += Int64(length)
            try transaction.execute(
                "UPDATE search_document SET length = ? WHERE index_id = ? AND number = ?",
                [.int(length), .int(index.id), .int(entry.number)]
            )
            number = entry.number
        }
        try changes.write(in: transaction)
        return !documents.isEmpty
    }

    /// Keeps vectors of documents that were not changed since they were read.
    func write(
        _ made: [(WaitingVector, [Float])],
        by embedder: EmbedderMark,
        in transaction: any Transaction
    ) throws -> Int {
        var count = 0
        for (id, entries) in Dictionary(grouping: made, by: \.0.index).sorted(by: {
            $0.key < $1.key
        }) {
            guard var index = try IndexRow.find(id, in: transaction),
                index.mark == embedder
            else { continue }
            index.version += 1
            for (waiting, vector) in entries {
                let isSame = try transaction.executeCounting(
                    """
                    UPDATE search_document SET has_vector = 1
                    WHERE index_id = ? AND number = ? AND version = ? AND has_vector = 0
                    """,
                    [.int(id), .int(waiting.number), .int(waiting.version)]
                )
                guard isSame == 1 else { continue }
                try write(vector, of: waiting.number, index, in: transaction)
                count += 1
            }
            try index.save(in: transaction)
        }
        return count
    }
}
