import Core
import Store

/// Records of one kind of which an organisation keeps some, and its administrators take care.
protocol ManagedRecords: Sendable {
    associatedtype Record: Sendable

    func list(scope: Scope, in reader: any Reader) throws -> [Record]
    func record(_ id: ID<Record>, scope: Scope, in reader: any Reader) throws -> Record
    func add(_ input: JSONReader, scope: Scope, in transaction: any Transaction) throws -> Record
    func change(
        _ id: ID<Record>,
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Record
    @discardableResult
    func remove(_ id: ID<Record>, scope: Scope, in transaction: any Transaction) throws -> Record
}
