import Core

/// Vectors without a model: words and their parts, hashed (Weinberger et al., "Feature Hashing for Large
/// Scale Multitask Learning", ICML 2009).
///
/// A text's features are its terms (``Analyser``), each counted once, and the runs of four letters of its
/// words between `<` and `>`, each counted 0.3. A feature's hash (FNV-1a, 64 bits, mixed) gives its
/// dimension and its sign; its value is the square root of its count. The vector is made as long as 1. So
/// words that share parts are near each other (`Schmitt`, `Schmidt`; `refrigerator`, `refrigerated`), which
/// BM25 does not see. The same text has the same vector on every machine.
public struct LexicalEmbedder: Embedder {
    /// The count of a run of letters, against 1 of a term: the best of 0.2, 0.3 and 0.5 on SciFact's
    /// training queries.
    private static let partWeight: Float = 0.3

    /// How many numbers a vector has.
    public let dimensions: Int

    /// An embedder of 1,024 dimensions, or of another number.
    public init(dimensions: Int = 1_024) {
        precondition((8...65_536).contains(dimensions), "8 to 65,536 dimensions")
        self.dimensions = dimensions
    }

    /// `lexical-2-` and the dimensions; the number rises with ``Analyser/version``, whose terms it counts.
    public var name: String { "lexical-2-\(dimensions)" }

    /// Yes.
    public var isLexical: Bool { true }

    /// The vectors of some texts; never throws.
    public func embed(_ texts: [String]) async throws -> [[Float]] { texts.map { vector(of: $0) } }

    /// The vector of a text: of length 1, or all zeros when it has no words.
    public func vector(of text: String) -> [Float] {
        var counts: [UInt64: Float] = [:]
        for word in Analyser().words(text) {
            counts[Self.hash(PorterStemmer.stem(word).utf8, seed: 0x77), default: 0] += 1
            let letters = [UInt8(ascii: "<")] + Array(word.utf8) + [UInt8(ascii: ">")]
            guard letters.count >= 4 else { continue }
            for start in 0...letters.count - 4 {
                let part = letters[start..<start + 4]
                counts[Self.hash(part, seed: 0x67), default: 0] += Self.partWeight
            }
        }
        var vector = [Float](repeating: 0, count: dimensions)
        // In the order of the hashes, so that sums are the same on every run.
        for (hash, count) in counts.sorted(by: { $0.key < $1.key }) {
            let value = count.squareRoot()
            vector[Int((hash >> 1) % UInt64(dimensions))] += hash & 1 == 1 ? value : -value
        }
        return VectorMath.normalised(vector)
    }

    private static func hash(_ bytes: some Sequence<UInt8>, seed: UInt8) -> UInt64 {
        // FNV's low bits follow the last letters closely; MurmurHash3's finaliser spreads them.
        var hash = fnv1a64(bytes) ^ UInt64(seed)
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        return hash ^ (hash >> 33)
    }
}
