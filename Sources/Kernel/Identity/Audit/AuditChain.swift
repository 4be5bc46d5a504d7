public import Core

/// The chain of an organisation's audit entries, checked entry by entry.
///
/// An entry's hash is SHA-256 over the 32 bytes of the hash before (zeroes before the first) and the
/// canonical JSON (RFC 8785) of the entry with its organisation and without its hash. So nothing in the
/// middle can be changed, left out, put in or moved without breaking every hash that follows. What is cut
/// off the end leaves a shorter chain that is whole: that is noticed only by whoever kept a later head.
public struct AuditChain: Sendable {
    /// A place in a chain that was noted somewhere else.
    public struct Head: Sendable, Hashable {
        /// The entry's `seq`; 0 for a chain without entries.
        public var seq: Int64
        /// Its hash, 64 hexadecimal digits.
        public var hash: String

        /// A place.
        public init(seq: Int64, hash: String) {
            self.seq = seq
            self.hash = hash
        }

        /// Reads `SEQ:HASH`; nil for anything else.
        public init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let seq = Int64(parts[0]), seq >= 0, parts[1].utf8.count == 64
            else { return nil }
            self.init(seq: seq, hash: parts[1].lowercased())
        }

        /// `{"seq","hash"}`.
        public var json: JSON { ["seq": .int(seq), "hash": .string(hash)] }
        /// `SEQ:HASH`.
        public var text: String { "\(seq):\(hash)" }
    }

    /// Where a chain breaks.
    public struct Break: Sendable, Hashable {
        /// The first entry that is not what it was, or is not there.
        public var seq: Int64
        /// What is wrong with it.
        public var why: String
    }

    /// The hash before the first entry.
    public static let genesis = String(repeating: "0", count: 64)

    /// The last entry that fitted.
    public private(set) var head = Head(seq: 0, hash: genesis)
    /// The first break; nil while all is whole.
    public private(set) var broken: Break?
    private var expected: [Int64: String]

    /// A chain from its beginning.
    ///
    /// - Parameter noted: places that were noted earlier and must be on the way.
    public init(noted: [Head] = []) {
        expected = Dictionary(
            noted.map { ($0.seq, $0.hash) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The hash of an entry's content after the hash before.
    static func hash(_ content: JSON, after previous: String) throws(IdentityError) -> String {
        guard let before = bytes(previous) else {
            throw IdentityError(.cryptography, "an audit hash is no SHA-256")
        }
        return try SHA256Digest(before + content.bytes(.canonical)).hexadecimal
    }

    /// Takes the next entry.
    ///
    /// - Parameters:
    ///   - content: the entry with its organisation, without its hash.
    ///   - seq: its place.
    ///   - hash: the hash it carries.
    public mutating func take(_ content: JSON, seq: Int64, hash: String) {
        guard broken == nil else { return }
        let next = head.seq + 1
        guard seq == next else {
            broken = Break(
                seq: next,
                why: seq > next
                    ? "entry \(next) is missing, \(seq) follows"
                    : "entry \(seq) stands where \(next) was expected"
            )
            return
        }
        guard let right = try? Self.hash(content, after: head.hash), right == hash else {
            broken = Break(seq: seq, why: "entry \(seq) was changed, or stands in another's place")
            return
        }
        if let noted = expected.removeValue(forKey: seq), noted != hash {
            broken = Break(seq: seq, why: "entry \(seq) is not the one whose hash was noted")
            return
        }
        head = Head(seq: seq, hash: hash)
    }

    /// Reports something that is wrong with an entry but not with its hash.
    public mutating func report(_ seq: Int64, _ why: String) {
        if broken == nil { broken = Break(seq: seq, why: why) }
    }

    /// Ends the chain: what was noted and did not come is missing.
    ///
    /// - Parameter kept: the head that is kept beside the entries; nil when there is none.
    public mutating func end(kept: Head?) {
        guard broken == nil else { return }
        if let kept, kept != head {
            let cut = kept.seq > head.seq
            broken = Break(
                seq: cut ? head.seq + 1 : min(kept.seq + 1, head.seq),
                why: cut
                    ? "the log ends with entry \(head.seq), but went on to \(kept.seq)"
                    : "the log goes on after its head, entry \(kept.seq)"
            )
            return
        }
        if let missing = expected.keys.filter({ $0 > head.seq }).min() {
            broken = Break(
                seq: head.seq + 1,
                why: "the log ends with entry \(head.seq), but entry \(missing) was noted"
            )
        }
    }

    private static func bytes(_ hexadecimal: String) -> [UInt8]? {
        let digits = Array(hexadecimal.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for at in stride(from: 0, to: 64, by: 2) {
            guard let high = nibble(digits[at]), let low = nibble(digits[at + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func nibble(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
