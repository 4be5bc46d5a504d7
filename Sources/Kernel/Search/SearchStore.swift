public import Core
public import Store

/// Indexes of documents, one for each organisation and collection, in the tables of the store.
///
/// Documents change in the caller's transaction: text, postings, fields and vector together. What has to
/// be waited for, an embedder's vectors, is done before it (``prepare(_:)``).
public struct SearchStore: Sendable {
    /// Who makes the vectors of an organisation's texts.
    public typealias Choice = @Sendable (Scope) async throws -> any Embedder

    private let choose: Choice
    private let vectorWeight: Double?
    let analyser = Analyser()
    let cache: VectorCache

    /// How many of each ranking hybrid search unites.
    public static let fusedDepth = 100

    /// A store whose vectors are all made by one embedder.
    ///
    /// - Parameters:
    ///   - embedder: makes the vectors; default ``LexicalEmbedder``.
    ///   - vectorWeight: the weight of the vectors' ranking against the words' 1 in hybrid search; default 1,
    ///     the paper's, for a model's vectors, and 0.01 for lexical ones: they add what words do not find, and
    ///     hardly change the order of what words do find.
    ///   - bytes: how much of vectors is held in memory; default 256 MiB. Larger indexes are read through
    ///     for each question.
    public init(
        embedder: any Embedder = LexicalEmbedder(),
        vectorWeight: Double? = nil,
        holding bytes: Int = 256 << 20
    ) {
        self.init(vectorWeight: vectorWeight, holding: bytes) { _ in embedder }
    }

    /// A store in which each organisation has its own embedder.
    ///
    /// - Parameters:
    ///   - vectorWeight: as above.
    ///   - bytes: as above.
    ///   - choose: the embedder of the scope's organisation; while it throws, documents wait for their
    ///     vectors, and questions are answered by words.
    public init(
        vectorWeight: Double? = nil,
        holding bytes: Int = 256 << 20,
        choose: @escaping Choice
    ) {
        self.choose = choose
        self.vectorWeight = vectorWeight
        cache = VectorCache(bytes: bytes)
    }

    /// Who makes the vectors of an organisation's texts.
    ///
    /// - Throws: when that cannot be found out now.
    public func embedder(for scope: Scope) async throws -> any Embedder { try await choose(scope) }

    func weight(of embedder: any Embedder) -> Double {
        vectorWeight ?? (embedder.isLexical ? 0.01 : 1)
    }

    /// Whether a text is a collection's name: 1 to 64 lower-case letters, digits, dots and hyphens.
    public static func isCollection(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
                    || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
            }
    }

    /// How many documents and vectors a collection has, and who made the vectors; nil when there is none.
    ///
    /// - Throws: `StoreError`.
    public func summary(
        of collection: String,
        scope: Scope,
        in reader: any Reader
    ) throws -> (documents: Int, waiting: Int, embedder: String)? {
        guard let index = try IndexRow.find(collection, scope.organisation, in: reader) else {
            return nil
        }
        let waiting = try reader.first(
            "SELECT count(*) FROM search_document WHERE index_id = ? AND has_vector = 0",
            [.int(index.id)]
        ) { Int(try $0.int(0)) }
        return (Int(index.documents), waiting ?? 0, index.embedder)
    }

    // MARK: Preparing

    /// Makes terms and vectors of documents, before the transaction that puts them into an index.
    ///
    /// Where the embedder fails, documents have no vector for now: ``SearchIndexer`` makes it later.
    ///
    /// - Parameters:
    ///   - documents: the documents.
    ///   - scope: whose they are.
    ///   - embeds: whether vectors are made at all; default yes.
    /// - Returns: the same documents, ready.
    /// - Throws: `SearchError` of code `invalid-document`.
    public func prepare(
        _ documents: [SearchDocument],
        scope: Scope,
        embedding embeds: Bool = true
    ) async throws -> [PreparedDocument] {
        try await prepare(documents, by: try? await choose(scope), embedding: embeds)
    }

    /// Makes terms of documents, and those vectors that no model is asked for: the others follow.
    func prepareWords(
        _ documents: [SearchDocument],
        scope: Scope
    ) async throws -> [PreparedDocument] {
        let embedder = try? await choose(scope)
        return try await prepare(
            documents,
            by: embedder,
            embedding: embedder?.isLexical ?? false
        )
    }

    private func prepare(
        _ documents: [SearchDocument],
        by embedder: (any Embedder)?,
        embedding embeds: Bool
    ) async throws -> [PreparedDocument] {
        for document in documents { try document.check() }
        var vectors: [[Float]?] = Array(repeating: nil, count: documents.count)
        if embeds, let embedder,
            let made = try? await embedder.embed(
                documents.map { Self.text(of: $0, for: embedder) }
            ),
            made.count == documents.count
        {
            vectors = made.map { Self.checked($0, of: embedder) }
        }
        return zip(documents, vectors).map { document, vector in
            let (counts, length) = counts(of: document)
            return PreparedDocument(
                document: document,
                counts: counts,
                length: length,
                vector: vector,
                embedder: embedder.map(EmbedderMark.init)
            )
        }
    }

    /// What an embedder is given of a document: the title counts twice for one that counts words.
    static func text(of document: SearchDocument, for embedder: any Embedder) -> String {
        guard !document.title.isEmpty else { return document.body }
        let title = Array(repeating: document.title, count: embedder.isLexical ? 2 : 1)
        return (title + [document.body]).joined(separator: "\n")
    }

    /// The vector made as long as 1; nil when it is none of the embedder's.
    static func checked(_ vector: [Float], of embedder: any Embedder) -> [Float]? {
        guard vector.count == embedder.dimensions, vector.allSatisfy(\.isFinite) else { return nil }
        return VectorMath.normalised(vector)
    }

    /// How often a document has each term, the title's counted twice, and how long it is.
    func counts(of document: SearchDocument) -> (counts: [String: Int], length: Int) {
        var counts: [String: Int] = [:]
        var length = 0
        for (text, weight) in [(document.title, 2), (document.body, 1)] {
            for term in analyser.terms(text) {
                counts[term, default: 0] += weight
                length += weight
            }
        }
        return (counts, length)
    }
}
