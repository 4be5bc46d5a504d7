public import Agents
import Core
import HTTP
public import Identity
public import Models
public import Store

extension ModelProviders: ManagedRecords {}
extension ConfiguredModels: ManagedRecords {}
extension ModelBudgets: ManagedRecords {}

/// Commands and queries about the models that an organisation's agents may ask.
public struct ModelTools: Sendable {
    let room: ModelRoom
    let database: any Database
    let audit: AuditLog

    /// The tools over the room; `audit` keeps who changed what.
    public init(room: ModelRoom, database: any Database, audit: AuditLog) {
        self.room = room
        self.database = database
        self.audit = audit
    }

    static let readers: Set<Role> = [.admin, .manager]
    static let admins: Set<Role> = [.admin]

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] {
        try providers() + models() + budgets() + accounts()
    }

    /// The routes that map to them.
    public static let routes: [ToolRoute] =
        RecordTools<ModelProviders>.routes("/api/models/providers", "models", "model-provider")
        + RecordTools<ModelBudgets>.routes("/api/models/budgets", "models", "model-budget")
        + RecordTools<ConfiguredModels>.routes("/api/models", "models", "model") + [
            ToolRoute(.post, "/api/models/{id}/check", tool: "models.check"),
            ToolRoute(.get, "/api/models/policy", tool: "models.get-model-policy"),
            ToolRoute(.put, "/api/models/policy", tool: "models.set-model-policy"),
            ToolRoute(.get, "/api/models/usage", tool: "models.list-model-usage"),
        ]

    // MARK: Words of schemas

    static let onlyID = Shape.record(nil, [("id", Shape.text)])
    static let nothing = Shape.record(nil, [])
    static let name: JSON = ["type": "string", "minLength": 1, "maxLength": 64]

    static func text(_ longest: Int) -> JSON {
        ["type": "string", "minLength": 1, "maxLength": .int(longest)]
    }
}
