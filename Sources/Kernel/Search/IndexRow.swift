import Core
import Store

/// What is kept of one organisation's collection as a whole.
struct IndexRow {
    var id: Int64
    var analyser: Int
    var embedder: String
    var dimensions: Int
    /// Raised when all vectors are made anew.
    var generation: Int64
    var documents: Int64
    /// The documents' lengths together.
    var terms: Int64
    var nextNumber: Int64
    /// Raised with every change.
    var version: Int64
    /// How many vectors were ever removed.
    var removals: Int64

    var mark: EmbedderMark { EmbedderMark(name: embedder, dimensions: dimensions) }

    private static let columns = """
        id, analyser, embedder, dimensions, generation, documents, terms, next_number, version, removals
        """

    private init(_ row: any Row) throws {
        id = try row.int(0)
        analyser = Int(try row.int(1))
        embedder = try row.text(2)
        dimensions = Int(try row.int(3))
        generation = try row.int(4)
        documents = try row.int(5)
        terms = try row.int(6)
        nextNumber = try row.int(7)
        version = try row.int(8)
        removals = try row.int(9)
    }

    static func find(
        _ collection: String,
        _ organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> IndexRow? {
        try reader.first(
            "SELECT \(columns) FROM search_index WHERE organisation = ? AND collection = ?",
            [.id(organisation), .text(collection)]
        ) { try IndexRow($0) }
    }

    static func find(_ id: Int64, in reader: any Reader) throws -> IndexRow? {
        try reader.first("SELECT \(columns) FROM search_index WHERE id = ?", [.int(id)]) {
            try IndexRow($0)
        }
    }

    static func findOrMake(
        _ collection: String,
        _ organisation: ID<Organisation>,
        embedder: EmbedderMark?,
        in transaction: any Transaction
    ) throws -> IndexRow {
        if let found = try find(collection, organisation, in: transaction) { return found }
        try transaction.execute(
            """
            INSERT INTO search_index (organisation, collection, analyser, embedder, dimensions,
                generation, documents, terms, next_number, version, removals)
            VALUES (?, ?, ?, ?, ?, 1, 0, 0, 1, 0, 0)
            ON CONFLICT (organisation, collection) DO NOTHING
            """,
            [
                .id(organisation), .text(collection), .int(Analyser.version),
                .text(embedder?.name ?? ""), .int(embedder?.dimensions ?? 0),
            ]
        )
        guard let made = try find(collection, organisation, in: transaction) else {
            throw StoreError(.corrupt, "the index \(collection) was not made")
        }
        return made
    }

    func save(in transaction: any Transaction) throws {
        try transaction.execute(
            """
            UPDATE search_index SET analyser = ?, embedder = ?, dimensions = ?, generation = ?,
                documents = ?, terms = ?, next_number = ?, version = ?, removals = ?
            WHERE id = ?
            """,
            [
                .int(analyser), .text(embedder), .int(dimensions), .int(generation),
                .int(documents), .int(terms), .int(nextNumber), .int(version), .int(removals),
                .int(id),
            ]
        )
    }
}
