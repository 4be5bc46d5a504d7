public import Core
public import Store

/// Keys for programs: long-lived, of few roles, shown once, kept as SHA-256.
///
/// A key acts as a service of its own name. It never allows more than its maker may at the moment of
/// use, so a maker who loses a role, or is shut out, takes it from their keys too.
public struct APIKeys: Sendable {
    /// How every key begins.
    static let prefix = "wk_"
    /// The days a key may last.
    public static let days = 1...365
    /// The most keys of one organisation that are good at once.
    static let most = 500

    let audit: AuditLog
    let cache: TokenCache
    let clock: any WallClock
    let random: any RandomSource
    let ids: IDGenerator

    /// Makes a key.
    ///
    /// - Parameters:
    ///   - name: what it is for, 1 to 200 characters.
    ///   - roles: no more than the maker's own; an admin may also give `viewer` and `device`.
    ///   - days: how long it lasts, 1 to 365.
    ///   - scope: the maker's, an admin and a person.
    ///   - transaction: what the change belongs to.
    /// - Returns: the key and its secret, which cannot be had again.
    /// - Throws: `IdentityError` of code `forbidden`, `invalidName`, `invalidRole` or `tooMany`;
    ///   `StoreError`.
    public func create(
        name: String,
        roles: Set<Role>,
        days: Int,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> (key: APIKey, secret: Secret) {
        try scope.require(anyOf: .admin)
        guard scope.actor.kind == .person else {
            throw IdentityError(.forbidden, "only a person makes keys")
        }
        try Role.check(roles)
        let missing = roles.subtracting(scope.roles.grantable)
        guard missing.isEmpty else {
            throw IdentityError(
                .forbidden,
                "you cannot give a role that you do not have: "
                    + missing.map(\.rawValue).sorted().joined(separator: ", "),
                pointer: "/roles"
            )
        }
        guard Self.days.contains(days) else {
            throw IdentityError(
                .invalidLifetime,
                "a key lasts 1 to 365 days",
                pointer: "/expiresInDays"
            )
        }
        let now = clock.now()
        let good = try transaction.first(
            """
            SELECT count(*) FROM identity_api_key
            WHERE organisation = ? AND revoked_at IS NULL AND expires_at > ?
            """,
            [.id(scope.organisation), .time(now)]
        ) { try $0.int(0) }
        guard (good ?? 0) < Self.most else {
            throw IdentityError(
                .tooMany,
                "there are \(Self.most) keys already; revoke some first"
            )
        }
        let shown = random.bytes(8).map { Base32.characters[Int($0 & 31)] }
        let prefix = String(decoding: shown, as: UTF8.self).lowercased()
        let secret = Secret("\(Self.prefix)\(prefix)_\(random.token())")
        let key = APIKey(
            id: ids.next(),
            name: try Accounts.checked(name),
            prefix: prefix,
            roles: roles,
            createdAt: now,
            createdBy: scope.actor.id,
            makerName: scope.actor.name,
            expiresAt: now + .seconds(days * 86_400)
        )
        try transaction.execute(
            """
            INSERT INTO identity_api_key
                (id, organisation, name, prefix, hash, roles, created_at, created_by, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(key.id), .id(scope.organisation), .text(key.name), .text(prefix),
                .text(try SHA256Digest(secret.exposed).hexadecimal), .json(roles.json), .time(now),
                .id(scope.actor.id), .time(key.expiresAt),
            ]
        )
        try audit.append(
            "key.created",
            subject: "key:\(key.id)",
            detail: [
                "name": .string(key.name), "prefix": .string(prefix), "roles": roles.json,
                "expiresAt": key.expiresAt.json,
            ],
            scope: scope,
            in: transaction
        )
        return (key, secret)
    }

    /// Ends a key at once; one that ended before is left as it is.
    ///
    /// - Throws: `IdentityError` of code `forbidden` or `notFound`; `StoreError`.
    public func revoke(
        _ id: ID<APIKey>,
        reason: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try scope.require(anyOf: .admin)
        let found: (name: String, ended: Bool)? = try transaction.first(
            "SELECT name, revoked_at FROM identity_api_key WHERE id = ? AND organisation = ?",
            [.id(id), .id(scope.organisation)]
        ) { (try $0.text(0), !$0.isNull(1)) }
        guard let found else { throw IdentityError(.notFound, "there is no such key") }
        guard !found.ended else { return }
        try transaction.execute(
            "UPDATE identity_api_key SET revoked_at = ?, revoke_reason = ? WHERE id = ?",
            [.time(clock.now()), .text(reason), .id(id)]
        )
        transaction.afterCommit { [cache] in cache.revoke(key: id) }
        transaction.announce(TokenCache.topic)
        try audit.append(
            "key.revoked",
            subject: "key:\(id)",
            detail: ["name": .string(found.name), "reason": .string(reason)],
            scope: scope,
            in: transaction
        )
    }

    /// The organisation's keys, newest first.
    ///
    /// - Throws: `StoreError`.
    public func list(
        scope: Scope,
        before: ID<APIKey>? = nil,
        limit: Int = 50,
        in reader: any Reader
    ) throws -> [APIKey] {
        try reader.query(
            """
            SELECT \(APIKey.columns) FROM identity_api_key k
            JOIN identity_account a ON a.id = k.created_by
            WHERE k.organisation = ? AND k.id < ? ORDER BY k.id DESC LIMIT ?
            """,
            [.id(scope.organisation), .text(before?.description ?? "g"), .int(limit)],
            APIKey.read
        )
    }
}

extension Set<Role> {
    /// What somebody of these roles may pass on to a key: the roles themselves, `viewer` when one of them
    /// already sees all that a viewer does, and `device`, which no person has, when one is `admin`.
    var grantable: Set<Role> {
        let seers: Set<Role> = [.admin, .manager, .planner, .operator, .supervisor]
        var roles = subtracting([.aiAgent])
        if !roles.isDisjoint(with: seers) { roles.insert(.viewer) }
        if contains(.admin) { roles.insert(.device) }
        return roles
    }
}
