public import Core
public import Store

/// A thing that an organisation keeps some of: a webhook, a channel target, an escalation.
public protocol ChannelRecord: Sendable {
    /// The record.
    var id: ID<Self> { get }
    /// What people call it.
    var name: String { get }
    /// Whether it does anything.
    var enabled: Bool { get }
    /// What administrators see of it; secrets are masked, but for one that was just made.
    var json: JSON { get }
}

/// The webhooks, the targets or the escalations of organisations.
public protocol ChannelRecords: Sendable {
    /// What is kept.
    associatedtype Record: ChannelRecord

    /// Where it is kept.
    static var table: RecordTable<Record> { get }

    /// Makes a record of what the tool's input says.
    func add(_ input: JSONReader, scope: Scope, in transaction: any Transaction) throws -> Record
    /// Changes what the input names.
    func change(
        _ id: ID<Record>,
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Record
    /// Removes a record with what belongs to it, and answers what it was.
    @discardableResult
    func remove(_ id: ID<Record>, scope: Scope, in transaction: any Transaction) throws -> Record
}

extension ChannelRecords {
    /// What people call one of them.
    public static var noun: String { table.noun }

    /// The organisation's records in the order they were made.
    ///
    /// - Throws: `StoreError`.
    public func list(scope: Scope, in reader: any Reader) throws -> [Record] {
        try Self.table.list(scope.organisation, reader)
    }

    /// One record.
    ///
    /// - Throws: `ChannelError` of code `not-found`, or `StoreError`.
    public func record(
        _ id: ID<Record>,
        scope: Scope,
        in reader: any Reader
    ) throws -> Record {
        guard let found = try Self.table.find(id, scope.organisation, reader) else {
            throw ChannelError(.notFound, "there is no such \(Self.noun)")
        }
        return found
    }

    /// Makes sure that there is room for one more.
    ///
    /// - Throws: `ChannelError` of code `too-many`, or `StoreError`.
    func checkRoom(scope: Scope, in reader: any Reader) throws {
        let limit = Self.table.limit
        guard try list(scope: scope, in: reader).count < limit else {
            throw ChannelError(.tooMany, "an organisation has at most \(limit) \(Self.noun)s")
        }
    }
}

/// A table of records, a row each, with the columns `id` and `organisation`.
public struct RecordTable<Record: ChannelRecord>: Sendable {
    let name: String
    let noun: String
    /// The most that an organisation may have.
    let limit: Int
    let columns: String
    let read: @Sendable (any Row) throws -> Record

    func list(_ organisation: ID<Organisation>, _ reader: any Reader) throws -> [Record] {
        try reader.query(
            "SELECT \(columns) FROM \(name) WHERE organisation = ? ORDER BY id",
            [.id(organisation)],
            read
        )
    }

    func find(
        _ id: ID<Record>,
        _ organisation: ID<Organisation>,
        _ reader: any Reader
    ) throws -> Record? {
        try reader.first(
            "SELECT \(columns) FROM \(name) WHERE id = ? AND organisation = ?",
            [.id(id), .id(organisation)],
            read
        )
    }

    func delete(_ id: ID<Record>, _ transaction: any Transaction) throws {
        try transaction.execute("DELETE FROM \(name) WHERE id = ?", [.id(id)])
    }
}
