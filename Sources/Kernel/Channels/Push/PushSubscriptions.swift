public import Core
public import Store
public import Vault

/// A browser or phone that shows a person's messages.
public struct PushSubscription: Sendable {
    /// Where the push service takes messages for it; whoever knows it may send.
    var endpoint: String
    /// The browser's public key.
    var point: [UInt8]
    /// The browser's authentication secret.
    var auth: [UInt8]
}

/// The push subscriptions of people.
public struct PushSubscriptions: Sendable {
    /// The most browsers that a person may register; one more replaces the oldest.
    public static let limit = 20

    private let vault: Vault
    private let ids: IDGenerator
    private let clock: any WallClock
    private let addresses: TargetAddresses

    /// Subscriptions whose secrets are sealed by `vault`.
    public init(vault: Vault, ids: IDGenerator, clock: any WallClock, addresses: TargetAddresses) {
        self.vault = vault
        self.ids = ids
        self.clock = clock
        self.addresses = addresses
    }

    /// Registers a browser of the scope's account: `{"endpoint","keys":{"p256dh","auth"},"label"}`.
    ///
    /// Registering the same again renews it.
    ///
    /// - Throws: a fault with the pointer to what is wrong, or `StoreError`.
    public func add(
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ID<PushSubscription> {
        let address = try input.member("endpoint")
        let endpoint: String
        do throws(ChannelError) {
            endpoint = try addresses.checked(try text(address), at: address.pointer)
        } catch { throw address.fault(error.message) }
        let keys = try input.member("keys")
        let point = try keys.member("p256dh")
        let auth = try keys.member("auth")
        guard let pointBytes = Self.bytes(try point.string(length: 1...200)),
            P256Key(publicPoint: pointBytes) != nil
        else { throw point.fault("expected a public key on P-256 in base64url") }
        guard let authBytes = Self.bytes(try auth.string(length: 1...100)), authBytes.count == 16
        else { throw auth.fault("expected 16 bytes in base64url") }
        let label = try ChannelName.checked(
            try input.optional("label")?.string(length: 1...200) ?? "Browser"
        )
        let id = ids.next(PushSubscription.self)
        let fingerprint = Base64.encodeForURL(try Authentication.sha256(Array(endpoint.utf8)))
        try transaction.execute(
            "DELETE FROM channels_push WHERE organisation = ? AND account = ? AND fingerprint = ?",
            [.id(scope.organisation), .id(scope.actor.id), .text(fingerprint)]
        )
        try transaction.execute(
            """
            INSERT INTO channels_push (id, organisation, account, fingerprint, endpoint, point, auth,
                label, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(id), .id(scope.organisation), .id(scope.actor.id), .text(fingerprint),
                .text(try vault.seal(Array(endpoint.utf8), for: "push-endpoint:\(id)")),
                .text(Base64.encodeForURL(pointBytes)),
                .text(try vault.seal(authBytes, for: "push-auth:\(id)")), .text(label),
                .time(clock.now()),
            ]
        )
        try transaction.execute(
            """
            DELETE FROM channels_push WHERE organisation = ? AND account = ? AND id NOT IN (
                SELECT id FROM channels_push WHERE organisation = ? AND account = ?
                ORDER BY id DESC LIMIT \(Self.limit))
            """,
            [
                .id(scope.organisation), .id(scope.actor.id), .id(scope.organisation),
                .id(scope.actor.id),
            ]
        )
        return id
    }

    private func text(_ reader: JSONReader) throws(ChannelError) -> String {
        guard let text = reader.value.string else {
            throw ChannelError(.invalidTarget, "expected an address", pointer: reader.pointer)
        }
        return text
    }

    /// Base64url, with or without padding.
    private static func bytes(_ text: String) -> [UInt8]? {
        Base64.decodeForURL(text.prefix { $0 != "=" })
    }

    /// The browsers of the scope's account: `{"id","label","createdAt"}`.
    ///
    /// - Throws: `StoreError`.
    public func list(scope: Scope, in reader: any Reader) throws -> [JSON] {
        try reader.query(
            """
            SELECT id, label, created_at FROM channels_push
            WHERE organisation = ? AND account = ? ORDER BY id
            """,
            [.id(scope.organisation), .id(scope.actor.id)]
        ) { row in
            [
                "id": .string(try row.text(0)), "label": .string(try row.text(1)),
                "createdAt": try row.timestamp(2).json,
            ]
        }
    }

    /// Removes a browser of the scope's account.
    ///
    /// - Throws: `ChannelError` of code `not-found`, or `StoreError`.
    public func remove(
        _ id: ID<PushSubscription>,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        let removed = try transaction.executeCounting(
            "DELETE FROM channels_push WHERE id = ? AND organisation = ? AND account = ?",
            [.id(id), .id(scope.organisation), .id(scope.actor.id)]
        )
        guard removed == 1 else { throw ChannelError(.notFound, "there is no such browser") }
    }

    func ids(
        of account: ID<Account>,
        in organisation: ID<Organisation>,
        _ reader: any Reader
    ) throws -> [ID<PushSubscription>] {
        try reader.query(
            "SELECT id FROM channels_push WHERE organisation = ? AND account = ? ORDER BY id",
            [.id(organisation), .id(account)]
        ) { try $0.id(0) }
    }

    func find(
        _ id: ID<PushSubscription>,
        _ organisation: ID<Organisation>,
        _ reader: any Reader
    ) throws -> PushSubscription? {
        let row = try reader.first(
            "SELECT endpoint, point, auth FROM channels_push WHERE id = ? AND organisation = ?",
            [.id(id), .id(organisation)]
        ) { (endpoint: try $0.text(0), point: try $0.text(1), auth: try $0.text(2)) }
        guard let row else { return nil }
        let endpoint = try vault.open(row.endpoint, for: "push-endpoint:\(id)")
        return PushSubscription(
            endpoint: String(decoding: endpoint, as: UTF8.self),
            point: Base64.decodeForURL(row.point) ?? [],
            auth: try vault.open(row.auth, for: "push-auth:\(id)")
        )
    }

    /// Forgets a browser that the push service no longer knows.
    func forget(_ id: ID<PushSubscription>, in transaction: any Transaction) throws {
        try transaction.execute("DELETE FROM channels_push WHERE id = ?", [.id(id)])
    }
}
