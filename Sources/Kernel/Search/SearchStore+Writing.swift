public import Core
public import Store

/// What removing documents took away.
public struct RemovedDocuments: Sendable, Equatable {
    /// How many documents there were of those named.
    public var documents = 0
    /// How many entries of terms were theirs.
    public var postings = 0
    /// How many vectors were theirs.
    public var vectors = 0

    /// Nothing.
    public init() {}
}

extension SearchStore {
    /// What is stored of a document that is there.
    private struct Stored {
        var number: Int64
        var document: SearchDocument
        var length: Int
        var hasVector: Bool
    }

    /// Puts documents into a collection; one with the id of an earlier one replaces it.
    ///
    /// - Parameters:
    ///   - documents: as ``prepare(_:embedding:)`` made them; of two with one id the later counts.
    ///   - collection: its name; the first document makes it.
    ///   - scope: whose it is.
    ///   - transaction: the one that changes what the documents are about.
    /// - Throws: `SearchError` of code `invalid-document`, or `StoreError`.
    public func put(
        _ documents: [PreparedDocument],
        into collection: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        guard Self.isCollection(collection) else {
            throw SearchError(.invalidDocument, "\"\(collection.prefix(80))\" names no collection")
        }
        guard !documents.isEmpty else { return }
        var latest: [String: PreparedDocument] = [:]
        for document in documents { latest[document.document.id] = document }
        var index = try IndexRow.findOrMake(
            collection,
            scope.organisation,
            embedder: documents.lazy.compactMap(\.embedder).first,
            in: transaction
        )
        index.version += 1
        var changes = PostingChanges(index: index.id)
        let before = try stored(Array(latest.keys), of: index.id, in: transaction)
        var written: Set<String> = []
        for prepared in documents where written.insert(prepared.document.id).inserted {
            guard let prepared = latest[prepared.document.id] else { continue }
            let old = before[prepared.document.id]
            let number = old?.number ?? index.nextNumber
            if old == nil {
                index.nextNumber += 1
                index.documents += 1
            }
            // Of the same text there are the terms already, and perhaps the vector.
            let isSame = old.map { $0.document.says(prepared.document) } ?? false
            if let old { try removeFields(of: old.number, of: index.id, in: transaction) }
            if let old, !isSame {
                changes.remove(counts(of: old.document).counts.keys, of: number)
                index.terms -= Int64(old.length)
            }
            if !isSame {
                changes.add(prepared.counts, of: number, length: prepared.length)
                index.terms += Int64(prepared.length)
            }
            // Of another embedder's vectors there are none beside those of the index.
            let isKept = isSame && (old?.hasVector ?? false)
            let vector = prepared.embedder == index.mark && !isKept ? prepared.vector : nil
            try write(
                prepared,
                isKept || vector != nil,
                number,
                index,
                isNew: old == nil,
                in: transaction
            )
            try writeFields(prepared.document, number, index.id, in: transaction)
            if isKept { continue }
            if let vector {
                try write(vector, of: number, index, in: transaction)
            } else if let old, old.hasVector {
                try removeVector(of: number, &index, in: transaction)
            }
        }
        try changes.write(in: transaction)
        try index.save(in: transaction)
    }

    /// Changes the fields of documents whose text stays as it is; those that are not there are left out.
    ///
    /// - Throws: `SearchError` of code `invalid-document`, or `StoreError`.
    public func setFields(
        _ fields: [String: JSONObject],
        in collection: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        guard !fields.isEmpty,
            var index = try IndexRow.find(collection, scope.organisation, in: transaction)
        else { return }
        index.version += 1
        let before = try stored(Array(fields.keys), of: index.id, in: transaction)
        for (id, stored) in before.sorted(by: { $0.key < $1.key }) {
            var document = stored.document
            document.fields = fields[id] ?? [:]
            try document.check()
            try transaction.execute(
                "UPDATE search_document SET fields = ?, version = ? WHERE index_id = ? AND number = ?",
                [
                    .json(.object(document.fields)), .int(index.version), .int(index.id),
                    .int(stored.number),
                ]
            )
            try removeFields(of: stored.number, of: index.id, in: transaction)
            try writeFields(document, stored.number, index.id, in: transaction)
        }
        try index.save(in: transaction)
    }

    /// Removes documents with everything that was made of them: text, postings, fields and vector.
    ///
    /// - Returns: what was there.
    /// - Throws: `StoreError`.
    @discardableResult
    public func remove(
        _ ids: [String],
        from collection: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> RemovedDocuments {
        var removed = RemovedDocuments()
        guard !ids.isEmpty,
            var index = try IndexRow.find(collection, scope.organisation, in: transaction)
        else { return removed }
        index.version += 1
        var changes = PostingChanges(index: index.id)
        for (_, old) in try stored(ids, of: index.id, in: transaction) {
            let terms = counts(of: old.document).counts.keys
            changes.remove(terms, of: old.number)
            try removeFields(of: old.number, of: index.id, in: transaction)
            if old.hasVector {
                try removeVector(of: old.number, &index, in: transaction)
                removed.vectors += 1
            }
            try transaction.execute(
                "DELETE FROM search_document WHERE index_id = ? AND number = ?",
                [.int(index.id), .int(old.number)]
            )
            index.documents -= 1
            index.terms -= Int64(old.length)
            removed.documents += 1
            removed.postings += terms.count
        }
        guard removed.documents > 0 else { return removed }
        try changes.write(in: transaction)
        try index.save(in: transaction)
        return removed
    }

    /// The ids of the documents about a person, by collection.
    ///
    /// - Throws: `StoreError`.
    public func documents(
        about person: String,
        scope: Scope,
        in reader: any Reader
    ) throws -> [(collection: String, ids: [String])] {
        let rows = try reader.query(
            """
            SELECT search_index.collection, search_document.id
            FROM search_document JOIN search_index ON search_index.id = search_document.index_id
            WHERE search_document.person = ? AND search_document.person <> ''
                AND search_index.organisation = ?
            ORDER BY search_index.collection, search_document.number
            """,
            [.text(person), .id(scope.organisation)]
        ) { (try $0.text(0), try $0.text(1)) }
        return Dictionary(grouping: rows, by: \.0).sorted { $0.key < $1.key }
            .map { (collection: $0.key, ids: $0.value.map(\.1)) }
    }

    // MARK: Rows

    private func stored(
        _ ids: [String],
        of index: Int64,
        in reader: any Reader
    ) throws -> [String: Stored] {
        var found: [String: Stored] = [:]
        for chunk in ids.sorted().chunked(by: 100) {
            try reader.forEach(
                """
                SELECT id, number, title, body, fields, person, length, has_vector
                FROM search_document WHERE index_id = ? AND id IN (\(SQLList.marks(chunk.count)))
                """,
                [.int(index)] + SQLList.padded(chunk.map { .text($0) })
            ) { row in
                let id = try row.text(0)
                let person = try row.text(5)
                found[id] = Stored(
                    number: try row.int(1),
                    document: SearchDocument(
                        id: id,
                        title: try row.text(2),
                        body: try row.text(3),
                        fields: try row.json(4).object ?? [:],
                        person: person.isEmpty ? nil : person
                    ),
                    length: Int(try row.int(6)),
                    hasVector: try row.bool(7)
                )
            }
        }
        return found
    }

    private func write(
        _ prepared: PreparedDocument,
        _ hasVector: Bool,
        _ number: Int64,
        _ index: IndexRow,
        isNew: Bool,
        in transaction: any Transaction
    ) throws {
        let document = prepared.document
        let values: [SQLValue] = [
            .text(document.title), .text(document.body), .int(prepared.length),
            .json(.object(document.fields)), .text(document.person ?? ""), .int(index.version),
            .bool(hasVector), .int(index.id), .int(number),
        ]
        if isNew {
            try transaction.execute(
                """
                INSERT INTO search_document (title, body, length, fields, person, version, has_vector,
                    index_id, number, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                values + [.text(document.id)]
            )
        } else {
            try transaction.execute(
                """
                UPDATE search_document SET title = ?, body = ?, length = ?, fields = ?, person = ?,
                    version = ?, has_vector = ? WHERE index_id = ? AND number = ?
                """,
                values
            )
        }
    }

    private func writeFields(
        _ document: SearchDocument,
        _ number: Int64,
        _ index: Int64,
        in transaction: any Transaction
    ) throws {
        for field in document.fields {
            for value in try FieldValue.values(of: field.value, name: field.key) {
                try transaction.execute(
                    """
                    INSERT INTO search_field (index_id, name, value, number, amount)
                    VALUES (?, ?, ?, ?, ?)
                    """,
                    [
                        .int(index), .text(field.key), .text(value.text), .int(number),
                        value.amount.map { .double($0) } ?? .null,
                    ]
                )
            }
        }
    }

    private func removeFields(
        of number: Int64,
        of index: Int64,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            "DELETE FROM search_field WHERE index_id = ? AND number = ?",
            [.int(index), .int(number)]
        )
    }

    func write(
        _ vector: [Float],
        of number: Int64,
        _ index: IndexRow,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO search_vector (index_id, number, version, vector) VALUES (?, ?, ?, ?)
            ON CONFLICT (index_id, number) DO UPDATE
            SET version = excluded.version, vector = excluded.vector
            """,
            [
                .int(index.id), .int(number), .int(index.version),
                .blob(VectorMath.bytes(vector)),
            ]
        )
    }

    private func removeVector(
        of number: Int64,
        _ index: inout IndexRow,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            "DELETE FROM search_vector WHERE index_id = ? AND number = ?",
            [.int(index.id), .int(number)]
        )
        index.removals += 1
    }
}
