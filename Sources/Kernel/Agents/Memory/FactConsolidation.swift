import Core

/// What becomes of what is known when a fact is added: duplicates merge, contradictions end each other.
///
/// Facts of one subject and attribute with other statements contradict each other where both are valid:
/// the one that becomes true later counts from then on, of two that begin at once the one that is recorded
/// later. The other one's validity ends there. Facts of the same statement whose validities touch are one
/// fact: its validity is all of theirs, its provenance all of theirs. Its confidence is the greater one
/// where a source says again what it has said, and `1 − (1 − a)(1 − b)` where another source confirms it.
///
/// Facts without an attribute contradict nothing.
public struct FactConsolidation: Sendable {
    /// The most sources of a fact that are kept: the first, and the latest ones.
    public static let mostProvenance = 256

    /// The fact as it is now known: the new one, or an earlier one that it was merged into.
    public var fact: Fact
    /// Whether ``fact`` is new, rather than changed.
    public var isNew: Bool
    /// Whether anything is known that was not known before.
    public var isChanged: Bool
    /// Other facts whose validity has ended because of it.
    public var ended: [Fact]
    /// Other facts that were merged into it and are none of their own any more.
    public var merged: [Fact]

    /// Adds a fact to what is known.
    ///
    /// - Parameters:
    ///   - new: the fact.
    ///   - known: the present facts of the same subject and attribute, disjoint as this keeps them.
    ///   - keepsNew: whether the new one's id is kept in a merger, for a correction; else the earliest
    ///     known one's.
    public init(adding new: Fact, to known: [Fact], keepingNew keepsNew: Bool = false) {
        let key = Fact.key(of: new.statement)
        var fact = new
        ended = []
        if !new.attribute.isEmpty {
            // What was over as it began is true at no time.
            for other in known
            where Fact.key(of: other.statement) != key && other.validFrom != other.validUntil {
                if other.validFrom > new.validFrom {
                    if other.validFrom < fact.validUntil ?? .distant { fact.end(at: other) }
                } else if new.validFrom < other.validUntil ?? .distant {
                    var other = other
                    other.validUntil = new.validFrom
                    ended.append(other)
                }
            }
        }
        var same = known.filter { Fact.key(of: $0.statement) == key }
        var parts: [Fact] = []
        var grew = true
        while grew {
            grew = false
            for other in same where Self.touch(fact, other) {
                fact.validFrom = min(fact.validFrom, other.validFrom)
                fact.validUntil = Self.later(fact.validUntil, other.validUntil)
                parts.append(other)
                same.removeAll { $0.id == other.id }
                grew = true
            }
        }
        parts.sort { ($0.recordedAt, $0.id) < ($1.recordedAt, $1.id) }
        guard let first = parts.first else {
            self.fact = fact
            isNew = true
            isChanged = true
            merged = []
            for index in ended.indices { ended[index].supersededBy = fact.id }
            return
        }
        let confidence = (parts + [new]).dropFirst().reduce(
            (first.confidence, Set(first.provenance.map(\.source)))
        ) { sum, part in Self.confidence(sum, part) }.0
        var provenance: [FactProvenance] = []
        for entry in parts.flatMap(\.provenance) + new.provenance
        where !provenance.contains(where: { $0.isSame(as: entry) }) { provenance.append(entry) }
        if provenance.count > Self.mostProvenance {
            provenance = provenance.prefix(1) + provenance.suffix(Self.mostProvenance - 1)
        }
        var kept = keepsNew ? fact : first
        kept.validFrom = fact.validFrom
        kept.validUntil = fact.validUntil
        kept.confidence = confidence
        kept.provenance = provenance
        kept.supersededBy = fact.validUntil == nil ? nil : fact.supersededBy ?? first.supersededBy
        self.fact = kept
        isNew = keepsNew
        merged = keepsNew ? parts : Array(parts.dropFirst())
        for index in merged.indices { merged[index].supersededBy = kept.id }
        for index in ended.indices { ended[index].supersededBy = kept.id }
        isChanged = keepsNew || kept != first || !ended.isEmpty || !merged.isEmpty
    }

    private static func confidence(
        _ sum: (Double, Set<String>),
        _ part: Fact
    ) -> (Double, Set<String>) {
        let sources = Set(part.provenance.map(\.source))
        let isConfirmed = sources.isDisjoint(with: sum.1)
        let confidence =
            isConfirmed
            ? 1 - (1 - sum.0) * (1 - part.confidence) : max(sum.0, part.confidence)
        return (min(1, max(0, confidence)), sum.1.union(sources))
    }

    /// Whether the validities overlap, or one begins as the other ends.
    private static func touch(_ one: Fact, _ other: Fact) -> Bool {
        one.validFrom <= other.validUntil ?? .distant
            && other.validFrom <= one.validUntil ?? .distant
    }

    private static func later(_ one: Timestamp?, _ other: Timestamp?) -> Timestamp? {
        guard let one, let other else { return nil }
        return max(one, other)
    }
}

extension Fact {
    fileprivate mutating func end(at other: Fact) {
        validUntil = other.validFrom
        supersededBy = other.id
    }
}

extension Timestamp {
    /// Later than any that is told.
    fileprivate static let distant = Timestamp(microseconds: .max)
}
