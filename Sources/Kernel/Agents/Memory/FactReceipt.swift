public import Core
import Vault

/// What an erasure has removed: kept for good, as is its hash in the audit log.
///
/// It says how much was removed and of what, and nothing of what it said.
public struct FactReceipt: Sendable, Hashable {
    /// Its id.
    public var id: ID<FactReceipt>
    /// When it was removed.
    public var at: Timestamp
    /// Who removed it.
    public var actor: Actor
    /// Why.
    public var reason: String
    /// The facts' ids.
    public var facts: [ID<Fact>]
    /// How many revisions of them.
    public var revisions: Int
    /// How many documents of the index, entries of its words, and vectors.
    public var documents, postings, vectors: Int

    private var content: JSON {
        [
            "id": id.json, "at": at.json, "actor": actor.json, "reason": .string(reason),
            "facts": .array(facts.map(\.json)),
            "removed": [
                "facts": .int(facts.count), "revisions": .int(revisions),
                "documents": .int(documents), "postings": .int(postings),
                "vectors": .int(vectors),
            ],
        ]
    }

    /// SHA-256 of the canonical JSON (RFC 8785) of all other members, in hexadecimal.
    ///
    /// - Throws: `VaultError`.
    public func hash() throws -> String { try Self.hash(of: content) }

    /// The hash of a receipt's wire form: the same as its member `hash` unless it was altered.
    ///
    /// - Throws: `VaultError`.
    public static func hash(of receipt: JSON) throws -> String {
        var content = receipt
        content["hash"] = nil
        return hexadecimal(try Authentication.sha256(content.bytes(.canonical)))
    }

    /// The wire form, with its hash.
    ///
    /// - Throws: `VaultError`.
    public func json() throws -> JSON {
        var json = content
        json["hash"] = .string(try hash())
        return json
    }
}
