public import Core
public import Store
import Synchronization
public import Vault

/// The key of each person, wrapped under the vault's key; erasing a person drops it.
///
/// Opened keys are kept in memory together with the number of erasures there had been. Every use first
/// reads that number from the store, in the snapshot or transaction it works in: when it has risen, in
/// whatever process, everything that is kept is forgotten. So no key is used after its erasure was committed.
public final class PersonKeys: Sendable {
    /// The subject of key ids.
    public enum Key: Sendable {}

    /// What is kept of a person's key.
    public struct Record: Sendable, Hashable {
        /// The key's id.
        public var id: ID<Key>
        /// When it was made; for a person of whom nothing had been sealed, when the person was erased.
        public var createdAt: Timestamp
        /// When the person was erased; nil when not.
        public var erasedAt: Timestamp?
    }

    private struct Slot: Hashable {
        var organisation: ID<Organisation>
        var subject: DataSubject
    }

    enum State {
        case none
        case key(SealingKey)
        case erased
    }

    private struct Cache {
        var version: Int64 = -1
        var keys: [Slot: SealingKey] = [:]
    }

    /// The most keys that are kept in memory.
    private static let capacity = 10_000

    private let vault: Vault
    private let clock: any WallClock
    private let ids: IDGenerator
    private let cache = Mutex(Cache())

    /// Keys wrapped by a vault.
    public init(vault: Vault, clock: any WallClock, ids: IDGenerator) {
        self.vault = vault
        self.clock = clock
        self.ids = ids
    }

    /// The tables of keys.
    public static let migrations: [Migration] = [
        Migration(
            "privacy",
            1,
            "keys of persons",
            [
                """
                CREATE TABLE person_key (
                    organisation TEXT NOT NULL, subject TEXT NOT NULL, id TEXT NOT NULL,
                    wrapped TEXT, created_at BIGINT NOT NULL, erased_at BIGINT,
                    PRIMARY KEY (organisation, subject))
                """,
                """
                CREATE TABLE person_erasures (
                    one BIGINT PRIMARY KEY, version BIGINT NOT NULL)
                """,
                "INSERT INTO person_erasures (one, version) VALUES (1, 0)",
            ]
        ),
        Migration(
            "privacy",
            2,
            "up to which erasure the store's files are clear",
            ["ALTER TABLE person_erasures ADD COLUMN cleared BIGINT NOT NULL DEFAULT 0"]
        ),
    ]

    // MARK: Use

    /// The key to open a person's data with.
    func state(
        of subject: DataSubject,
        _ organisation: ID<Organisation>,
        version: Int64,
        in reader: any Reader
    ) throws -> State {
        let slot = Slot(organisation: organisation, subject: subject)
        if let key = known(slot, version) { return .key(key) }
        let found = try reader.first(
            "SELECT id, wrapped FROM person_key WHERE organisation = ? AND subject = ?",
            [.id(organisation), .text(subject.description)]
        ) { (id: try $0.id(0, Key.self), wrapped: try $0.optionalText(1)) }
        guard let found else { return .none }
        guard let wrapped = found.wrapped else { return .erased }
        let key = try SealingKey(vault.open(wrapped, for: Self.purpose(found.id, slot)))
        if let transaction = reader as? any Transaction {
            // The row may be this very transaction's and never be committed.
            transaction.afterCommit { [weak self] in self?.keep(key, slot, version) }
        } else {
            keep(key, slot, version)
        }
        return .key(key)
    }

    /// The key to seal a person's data with, made when there is none; nil when the person was erased.
    func require(
        _ subject: DataSubject,
        _ organisation: ID<Organisation>,
        version: Int64,
        in transaction: any Transaction
    ) throws -> SealingKey? {
        switch try state(of: subject, organisation, version: version, in: transaction) {
        case .key(let key): return key
        case .erased: return nil
        case .none: break
        }
        let slot = Slot(organisation: organisation, subject: subject)
        let id: ID<Key> = ids.next()
        let wrapped = try vault.seal(
            Vault.random(SealingKey.count),
            for: Self.purpose(id, slot)
        )
        try transaction.execute(
            """
            INSERT INTO person_key (organisation, subject, id, wrapped, created_at)
            VALUES (?, ?, ?, ?, ?) ON CONFLICT (organisation, subject) DO NOTHING
            """,
            [
                .id(organisation), .text(subject.description), .id(id), .text(wrapped),
                .time(clock.now()),
            ]
        )
        // Another process may have been quicker.
        guard
            case .key(let key) = try state(
                of: subject,
                organisation,
                version: version,
                in: transaction
            )
        else { return nil }
        return key
    }

    /// How many erasures there have been, as the snapshot knows.
    func version(in reader: any Reader) throws -> Int64 {
        try reader.first("SELECT version FROM person_erasures WHERE one = 1") { try $0.int(0) } ?? 0
    }

    private func known(_ slot: Slot, _ version: Int64) -> SealingKey? {
        cache.withLock { cache in
            if cache.version < version { cache = Cache(version: version) }
            return cache.version == version ? cache.keys[slot] : nil
        }
    }

    private func keep(_ key: SealingKey, _ slot: Slot, _ version: Int64) {
        cache.withLock { cache in
            guard cache.version == version else { return }
            if cache.keys.count >= Self.capacity { cache.keys = [:] }
            cache.keys[slot] = key
        }
    }

    /// How many keys are in memory.
    var cached: Int { cache.withLock { $0.keys.count } }

    private static func purpose(_ id: ID<Key>, _ slot: Slot) -> String {
        "person-key:\(slot.organisation):\(slot.subject):\(id)"
    }

    // MARK: Erasure

    /// What is kept of a person's key; nil when none was ever made and the person was never erased.
    ///
    /// - Throws: `StoreError`.
    public func record(
        of subject: DataSubject,
        scope: Scope,
        in reader: any Reader
    ) throws -> Record? {
        try reader.first(
            """
            SELECT id, created_at, erased_at FROM person_key
            WHERE organisation = ? AND subject = ?
            """,
            [.id(scope.organisation), .text(subject.description)]
        ) {
            Record(
                id: try $0.id(0),
                createdAt: try $0.timestamp(1),
                erasedAt: try $0.optionalTimestamp(2)
            )
        }
    }

    /// Drops a person's key: what was sealed under it can never be read again, and no key is made anew.
    ///
    /// For a person who was erased before nothing changes.
    ///
    /// - Returns: what is left of the key.
    /// - Throws: `StoreError`.
    @discardableResult
    public func erase(
        _ subject: DataSubject,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Record {
        let now = clock.now()
        try transaction.execute(
            """
            INSERT INTO person_key (organisation, subject, id, created_at, erased_at)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (organisation, subject) DO UPDATE
            SET wrapped = NULL, erased_at = COALESCE(person_key.erased_at, excluded.erased_at)
            """,
            [
                .id(scope.organisation), .text(subject.description), .id(ids.next(Key.self)),
                .time(now), .time(now),
            ]
        )
        try transaction.execute(
            "UPDATE person_erasures SET version = version + 1 WHERE one = 1",
            []
        )
        // Every use would find out; the opened keys need not lie in memory until then.
        transaction.afterCommit { [weak self] in self?.cache.withLock { $0.keys = [:] } }
        guard let record = try record(of: subject, scope: scope, in: transaction) else {
            throw StoreError(.corrupt, "the erased person's row is missing")
        }
        return record
    }

    /// Makes sure that nothing that was erased is left in the store's own files.
    ///
    /// - Parameters:
    ///   - database: the store.
    ///   - bytes: a larger store is not written anew.
    /// - Returns: whether it is so; see ``Database/forgetRemoved(rewritingAtMost:)``.
    /// - Throws: `StoreError`.
    public func clear(
        _ database: any Database,
        rewritingAtMost bytes: Int
    ) async throws -> Bool {
        let waiting = try await database.query(
            "SELECT version FROM person_erasures WHERE one = 1 AND version > cleared",
            []
        ) { try $0.int(0) }
        guard let version = waiting.first else { return true }
        guard try await database.forgetRemoved(rewritingAtMost: bytes) else { return false }
        try await database.transaction { transaction in
            try transaction.execute(
                "UPDATE person_erasures SET cleared = ? WHERE one = 1 AND cleared < ?",
                [.int(version), .int(version)]
            )
        }
        return true
    }

    /// Lets a person who was erased be known again, under a new key: what was erased stays so.
    ///
    /// - Returns: whether the person was erased.
    /// - Throws: `StoreError`.
    public func readmit(
        _ subject: DataSubject,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Bool {
        try transaction.executeCounting(
            """
            DELETE FROM person_key
            WHERE organisation = ? AND subject = ? AND erased_at IS NOT NULL
            """,
            [.id(scope.organisation), .text(subject.description)]
        ) > 0
    }

    /// The organisation's persons who were erased, the first first.
    ///
    /// - Throws: `StoreError`.
    public func erased(
        scope: Scope,
        in reader: any Reader
    ) throws -> [(subject: DataSubject, at: Timestamp)] {
        try reader.query(
            """
            SELECT subject, erased_at FROM person_key
            WHERE organisation = ? AND erased_at IS NOT NULL ORDER BY erased_at, subject
            """,
            [.id(scope.organisation)]
        ) { row in
            let text = try row.text(0)
            guard let subject = DataSubject(text) else {
                throw StoreError(.corrupt, "\"\(text)\" is no person")
            }
            return (subject, try row.timestamp(1))
        }
    }
}
