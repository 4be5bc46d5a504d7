public import Core
import Store

/// A key as it is listed: everything but the secret, which only its maker has seen.
public struct APIKey: Sendable, Hashable {
    /// The id.
    public var id: ID<APIKey>
    /// What it is for, as its maker called it.
    public var name: String
    /// The part of the key that is shown, 8 characters.
    public var prefix: String
    /// What it allows, as long as its maker has these rights.
    public var roles: Set<Role>
    /// When it was made.
    public var createdAt: Timestamp
    /// Who made it.
    public var createdBy: ID<Account>
    /// The maker's name.
    public var makerName: String
    /// When it ends.
    public var expiresAt: Timestamp
    /// When it was last used, to the minute; nil when never.
    public var lastUsedAt: Timestamp?
    /// When it was revoked; nil while it is good.
    public var revokedAt: Timestamp?

    /// The key with camelCase members.
    public var json: JSON {
        [
            "id": id.json, "name": .string(name), "prefix": .string(prefix), "roles": roles.json,
            "createdAt": createdAt.json,
            "createdBy": ["id": createdBy.json, "name": .string(makerName)],
            "expiresAt": expiresAt.json, "lastUsedAt": lastUsedAt?.json ?? .null,
            "revokedAt": revokedAt?.json ?? .null,
        ]
    }

    static let columns = """
        k.id, k.name, k.prefix, k.roles, k.created_at, k.created_by, a.name, k.expires_at,
        k.last_used_at, k.revoked_at
        """

    static func read(_ row: any Row) throws -> APIKey {
        APIKey(
            id: try row.id(0),
            name: try row.text(1),
            prefix: try row.text(2),
            roles: Set(json: try row.json(3)),
            createdAt: try row.timestamp(4),
            createdBy: try row.id(5),
            makerName: try row.text(6),
            expiresAt: try row.timestamp(7),
            lastUsedAt: try row.optionalTimestamp(8),
            revokedAt: try row.optionalTimestamp(9)
        )
    }
}
