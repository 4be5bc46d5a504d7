/// Makes vectors of texts, so that texts about the same thing point the same way.
public protocol Embedder: Sendable {
    /// Which one it is, with its version: an index remembers it, and is made anew when it changes.
    var name: String { get }

    /// How many numbers a vector has.
    var dimensions: Int { get }

    /// Whether its dimensions count words and parts of words, as ``LexicalEmbedder``'s do.
    ///
    /// Rare dimensions then count for more, and in hybrid search it says little that BM25 does not.
    var isLexical: Bool { get }

    /// The vectors of some texts, in their order; each is of ``dimensions`` numbers, of any length.
    ///
    /// - Throws: when they cannot be made now; documents then wait for theirs, and are found by their
    ///   words meanwhile.
    func embed(_ texts: [String]) async throws -> [[Float]]
}

/// What an index remembers of its embedder.
struct EmbedderMark: Sendable, Equatable {
    var name: String
    var dimensions: Int

    init(_ embedder: any Embedder) {
        name = embedder.name
        dimensions = embedder.dimensions
    }

    init(name: String, dimensions: Int) {
        self.name = name
        self.dimensions = dimensions
    }
}

extension Embedder {
    /// No: a model's dimensions mean nothing each by itself.
    public var isLexical: Bool { false }
}
