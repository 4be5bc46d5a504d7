import Core
import Identity
import Models
import Store

/// Where records of one kind are kept: what five tools list, show, add, change and remove.
protocol ModelRecords: Sendable {
    associatedtype Record: Sendable

    func list(scope: Scope, in reader: any Reader) throws -> [Record]
    func record(_ id: ID<Record>, scope: Scope, in reader: any Reader) throws -> Record
    func add(
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Record
    func change(
        _ id: ID<Record>,
        _ input: JSONReader,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Record
    func remove(
        _ id: ID<Record>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Record
}

extension ModelProviders: ModelRecords {
    func record(
        _ id: ID<ModelProvider>,
        scope: Scope,
        in reader: any Reader
    ) throws -> ModelProvider {
        try provider(id, scope: scope, in: reader)
    }
}

extension ConfiguredModels: ModelRecords {
    func record(
        _ id: ID<ConfiguredModel>,
        scope: Scope,
        in reader: any Reader
    ) throws -> ConfiguredModel {
        try model(id, scope: scope, in: reader)
    }
}

extension ModelBudgets: ModelRecords {
    func record(
        _ id: ID<ModelBudget>,
        scope: Scope,
        in reader: any Reader
    ) throws -> ModelBudget {
        try budget(id, scope: scope, in: reader)
    }
}
