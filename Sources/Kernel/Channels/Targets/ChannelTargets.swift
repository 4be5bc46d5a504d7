public import Core
public import Store
public import Vault

/// The channel targets of organisations.
public struct ChannelTargets: ChannelRecords {
    /// See ``ChannelRecords``.
    public static let table = RecordTable(
        name: "channels_target",
        noun: "channel target",
        limit: 50,
        columns: ChannelTarget.columns,
        read: ChannelTarget.read
    )

    private let vault: Vault
    private let ids: IDGenerator
    private let clock: any WallClock
    let addresses: TargetAddresses

    /// Targets whose secrets are sealed by `vault`.
    public init(vault: Vault, ids: IDGenerator, clock: any WallClock, addresses: TargetAddresses) {
        self.vault = vault
        self.ids = ids
        self.clock = clock
        self.addresses = addresses
    }

    func enabled(scope: Scope, in reader: any Reader) throws -> [ChannelTarget] {
        try list(scope: scope, in: reader).filter(\.enabled)
    }

    func enabled(
        _ id: ID<ChannelTarget>,
        scope: Scope,
        in reader: any Reader
    ) throws -> ChannelTarget? {
        try Self.table.find(id, scope.organisation, reader).flatMap { $0.enabled ? $0 : nil }
    }

    /// The gateway for text messages to people: the organisation's first that is enabled.
    func gateway(
        of organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> ChannelTarget? {
        try reader.first(
            """
            SELECT \(ChannelTarget.columns) FROM channels_target
            WHERE organisation = ? AND kind = 'sms' AND enabled = 1 ORDER BY id LIMIT 1
            """,
            [.id(organisation)],
            ChannelTarget.read
        )
    }

    /// Makes a target of `{"kind","name","minimum"?,"enabled"?}` and the members of its kind.
    ///
    /// - Throws: a fault with the pointer to what is wrong, `ChannelError`, or `StoreError`.
    public func add(
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ChannelTarget {
        try checkRoom(scope: scope, in: transaction)
        let kind = try input.member("kind").choice(ChannelTarget.Kind.self)
        let id = ids.next(ChannelTarget.self)
        let (settings, secrets) = try settings(kind, input, known: JSONObject(), JSONObject())
        let target = ChannelTarget(
            id: id,
            kind: kind,
            name: try ChannelName.checked(input.member("name").string()),
            minimum: try input.optional("minimum")?.choice(Message.Severity.self)
                ?? (kind == .slack || kind == .teams ? .warning : .alarm),
            enabled: try input.optional("enabled")?.bool() ?? true,
            settings: settings,
            createdAt: clock.now(),
            sealed: try seal(secrets, id)
        )
        try transaction.execute(
            """
            INSERT INTO channels_target
                (id, organisation, kind, name, settings, secret, minimum, enabled, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(id), .id(scope.organisation), .text(kind.rawValue), .text(target.name),
                .json(.object(settings)), .text(target.sealed), .text(target.minimum.rawValue),
                .bool(target.enabled), .time(target.createdAt),
            ]
        )
        return target
    }

    /// Changes what the input names; secrets that it does not name stay.
    ///
    /// - Throws: a fault with the pointer to what is wrong, `ChannelError`, or `StoreError`.
    public func change(
        _ id: ID<ChannelTarget>,
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ChannelTarget {
        var target = try record(id, scope: scope, in: transaction)
        if let name = try input.optional("name") {
            target.name = try ChannelName.checked(name.string())
        }
        if let minimum = try input.optional("minimum") {
            target.minimum = try minimum.choice(Message.Severity.self)
        }
        if let enabled = try input.optional("enabled") { target.enabled = try enabled.bool() }
        let (settings, secrets) = try settings(
            target.kind,
            input,
            known: target.settings,
            try self.secrets(of: target)
        )
        target.settings = settings
        target.sealed = try seal(secrets, id)
        try transaction.execute(
            """
            UPDATE channels_target SET name = ?, settings = ?, secret = ?, minimum = ?, enabled = ?
            WHERE id = ?
            """,
            [
                .text(target.name), .json(.object(settings)), .text(target.sealed),
                .text(target.minimum.rawValue), .bool(target.enabled), .id(id),
            ]
        )
        return target
    }

    /// Removes a target; what waits for it fails.
    ///
    /// - Throws: `ChannelError` of code `not-found`, or `StoreError`.
    @discardableResult
    public func remove(
        _ id: ID<ChannelTarget>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> ChannelTarget {
        let target = try record(id, scope: scope, in: transaction)
        try Self.table.delete(id, transaction)
        return target
    }

    /// The secret parts of a target.
    func secrets(of target: ChannelTarget) throws -> JSONObject {
        let bytes = try vault.open(target.sealed, for: "channel-target:\(target.id)")
        return try JSON(parsing: String(decoding: bytes, as: UTF8.self)).object ?? JSONObject()
    }

    private func seal(_ secrets: JSONObject, _ id: ID<ChannelTarget>) throws -> String {
        try vault.seal(Array(JSON.object(secrets).text().utf8), for: "channel-target:\(id)")
    }

    /// The members of the kind: what is public, with secrets masked, and what is secret.
    private func settings(
        _ kind: ChannelTarget.Kind,
        _ input: JSONReader,
        known: JSONObject,
        _ knownSecrets: JSONObject
    ) throws -> (JSONObject, JSONObject) {
        let preset = try input.optional("preset")?.string() ?? known["preset"]?.string
        let members = try TargetSettings.members(kind, preset: preset)
        let names = Set(members.map(\.name))
        for member in input.value.object ?? JSONObject()
        where TargetSettings.names.contains(member.key) && !names.contains(member.key) {
            throw try input.member(member.key).fault(
                "a target of kind \(kind.rawValue) has no \"\(member.key)\"",
                code: "unknown-field"
            )
        }
        var settings = JSONObject()
        var secrets = JSONObject()
        for member in members {
            if let reader = try input.optional(member.name) {
                let value = try member.check(reader, addresses)
                if member.isSecret { secrets[member.name] = value }
                settings[member.name] =
                    member.isSecret ? .string(Masking.secret(value.string ?? "")) : value
            } else if let value = known[member.name] {
                settings[member.name] = value
                if member.isSecret { secrets[member.name] = knownSecrets[member.name] }
            } else if member.isRequired {
                // Says what is missing, and where.
                _ = try input.member(member.name)
            }
        }
        return (settings, secrets)
    }
}
