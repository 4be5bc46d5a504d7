public import Core

/// A sign-in as its owner sees it.
public struct SessionRecord: Sendable, Hashable {
    /// The id.
    public var id: ID<Session>
    /// When the person signed in.
    public var createdAt: Timestamp
    /// When it was last used, to the minute.
    public var lastUsedAt: Timestamp?
    /// When it ends unless it is renewed.
    public var expiresAt: Timestamp
    /// The address it was last opened or renewed from.
    public var address: String?
    /// The program that did, as it calls itself.
    public var userAgent: String?

    /// The session with camelCase members.
    ///
    /// - Parameter current: the session that asks.
    /// - Returns: `{"id","createdAt","lastUsedAt","expiresAt","address","userAgent","current"}`.
    public func json(current: ID<Session>?) -> JSON {
        [
            "id": id.json, "createdAt": createdAt.json,
            "lastUsedAt": lastUsedAt?.json ?? .null, "expiresAt": expiresAt.json,
            "address": .optional(address), "userAgent": .optional(userAgent),
            "current": .bool(id == current),
        ]
    }
}
