public import Core
public import Store

/// A room that keeps something about persons in records of its own.
public protocol PersonHolder: Sendable {
    /// Lower case, for instance `logistics`.
    var name: String { get }
    /// The kind of persons whose records are this room's; nil for one that has only traces of others'.
    var kind: String? { get }

    /// Everything that is kept about the person here; nil when there is nothing.
    ///
    /// - Throws: `StoreError`, or a fault of a record.
    func export(_ subject: DataSubject, scope: Scope, in reader: any Reader) throws -> JSON?

    /// What the person is known by: names, addresses, numbers; nothing when the person is unknown here.
    ///
    /// - Throws: `StoreError`, or a fault of a record.
    func names(of subject: DataSubject, scope: Scope, in reader: any Reader) throws -> [String]

    /// Whether there is such a person here, erased or not.
    ///
    /// - Throws: `StoreError`.
    func knows(_ subject: DataSubject, scope: Scope, in reader: any Reader) throws -> Bool

    /// Removes everything that is kept in clear about the person here.
    ///
    /// - Parameters:
    ///   - subject: the person.
    ///   - scope: whose organisation, and who does it.
    ///   - now: the moment.
    ///   - transaction: the one that drops the key.
    /// - Returns: how many records of which sort were changed or removed.
    /// - Throws: `StoreError`, or a fault of a record.
    func erase(
        _ subject: DataSubject,
        scope: Scope,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws -> [(what: String, count: Int)]
}

extension PersonHolder {
    /// None.
    public var kind: String? { nil }

    /// Nothing.
    public func names(
        of subject: DataSubject,
        scope: Scope,
        in reader: any Reader
    ) throws -> [String] { [] }

    /// No.
    public func knows(
        _ subject: DataSubject,
        scope: Scope,
        in reader: any Reader
    ) throws -> Bool { false }
}
