import Core
import Store

/// The versions of objects in the store; the bytes are somebody else's.
///
/// Ranges of keys rely on text being compared bytewise: SQLite's default, PostgreSQL's `C` collation.
struct ObjectIndex: Sendable {
    let database: any Database
    let clock: any WallClock

    private static let columns = "name, version, sha256, size, content_type, at, actor"

    func record(
        _ staged: StagedObject,
        key: ObjectKey,
        contentType: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ObjectVersion {
        let latest = try latest(key, scope: scope, in: transaction)
        if let latest, latest.sha256 == staged.sha256 { return latest }
        return try insert(
            ObjectVersion(
                key: key.text,
                version: (latest?.version ?? 0) + 1,
                sha256: staged.sha256,
                size: staged.size,
                contentType: contentType,
                at: clock.now(),
                actor: scope.actor
            ),
            scope: scope,
            in: transaction
        )
    }

    func delete(
        _ key: ObjectKey,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ObjectVersion {
        guard let latest = try latest(key, scope: scope, in: transaction), !latest.isDeletion
        else { throw Self.notFound(key) }
        return try insert(
            ObjectVersion(
                key: key.text,
                version: latest.version + 1,
                sha256: nil,
                size: 0,
                contentType: latest.contentType,
                at: clock.now(),
                actor: scope.actor
            ),
            scope: scope,
            in: transaction
        )
    }

    /// A version with content: the named one, or the newest unless that is a deletion.
    func find(_ key: ObjectKey, version: Int?, scope: Scope) async throws -> ObjectVersion {
        let found = try await database.read { reader in
            guard let version else { return try latest(key, scope: scope, in: reader) }
            return try reader.first(
                """
                SELECT \(Self.columns) FROM object_version
                WHERE organisation = ? AND name = ? AND version = ?
                """,
                [.id(scope.organisation), .text(key.text), .int(version)],
                Self.read
            )
        }
        guard let found, !found.isDeletion else { throw Self.notFound(key) }
        return found
    }

    func versions(
        of key: ObjectKey,
        before version: Int?,
        limit: Int,
        scope: Scope
    ) async throws -> [ObjectVersion] {
        try await database.query(
            """
            SELECT \(Self.columns) FROM object_version
            WHERE organisation = ? AND name = ? AND version < ? ORDER BY version DESC LIMIT ?
            """,
            [
                .id(scope.organisation), .text(key.text), .int(version ?? Int.max),
                .int(min(max(limit, 1), 500)),
            ],
            Self.read
        )
    }

    func list(
        prefix: String,
        after key: ObjectKey?,
        limit: Int,
        scope: Scope
    ) async throws -> [ObjectVersion] {
        // No key holds a noncharacter, so the prefix and the last of them are past all its keys.
        try await database.query(
            """
            SELECT \(Self.columns) FROM object_version v
            WHERE organisation = ? AND name >= ? AND name < ? AND name > ?
                AND sha256 IS NOT NULL
                AND version = (
                    SELECT max(w.version) FROM object_version w
                    WHERE w.organisation = v.organisation AND w.name = v.name
                )
            ORDER BY name LIMIT ?
            """,
            [
                .id(scope.organisation), .text(prefix), .text(prefix + "\u{10FFFF}"),
                .text(key?.text ?? ""), .int(min(max(limit, 1), 500)),
            ],
            Self.read
        )
    }

    /// Whether any version of any organisation has the content.
    func refers(to sha256: String) async throws -> Bool {
        try await database.read {
            try $0.exists("SELECT 1 FROM object_version WHERE sha256 = ? LIMIT 1", [.text(sha256)])
        }
    }

    /// The next contents that versions refer to, in order.
    func contents(after sha256: String, limit: Int) async throws -> [String] {
        try await database.query(
            """
            SELECT DISTINCT sha256 FROM object_version
            WHERE sha256 > ? ORDER BY sha256 LIMIT ?
            """,
            [.text(sha256), .int(limit)]
        ) { try $0.text(0) }
    }

    func latest(
        _ key: ObjectKey,
        scope: Scope,
        in reader: any Reader
    ) throws -> ObjectVersion? {
        try reader.first(
            """
            SELECT \(Self.columns) FROM object_version
            WHERE organisation = ? AND name = ? ORDER BY version DESC LIMIT 1
            """,
            [.id(scope.organisation), .text(key.text)],
            Self.read
        )
    }

    private func insert(
        _ version: ObjectVersion,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ObjectVersion {
        try transaction.execute(
            """
            INSERT INTO object_version
                (organisation, name, version, sha256, size, content_type, at, actor)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(scope.organisation), .text(version.key), .int(version.version),
                .text(version.sha256), .int(version.size), .text(version.contentType),
                .time(version.at), .json(version.actor.json),
            ]
        )
        return version
    }

    private static func read(_ row: any Row) throws -> ObjectVersion {
        guard let actor = Actor(json: try row.json(6)) else {
            throw StoreError(.corrupt, "an object's actor cannot be read")
        }
        return ObjectVersion(
            key: try row.text(0),
            version: Int(try row.int(1)),
            sha256: try row.optionalText(2),
            size: Int(try row.int(3)),
            contentType: try row.text(4),
            at: try row.timestamp(5),
            actor: actor
        )
    }

    private static func notFound(_ key: ObjectKey) -> ObjectError {
        ObjectError(.notFound, "there is no object \"\(key)\", or not in that version")
    }
}
