public import Agents
import Core
import HTTP
public import Identity
public import Store

/// The queries and commands about people: one's own account, its sessions and second factor; accounts,
/// keys and the audit log for admins.
///
/// What takes or gives a secret runs as an external tool with a transaction of its own, so that no answer
/// is kept for an `Idempotency-Key`.
public struct IdentityTools: Sendable {
    let identity: IdentityAssembly
    let database: any Database

    /// The tools over the rooms of an installation.
    public init(identity: IdentityAssembly, database: any Database) {
        self.identity = identity
        self.database = database
    }

    /// The tools.
    ///
    /// - Throws: a fault of code `invalid-schema`.
    public func all() throws -> [Tool] {
        try ownTools() + accountTools() + keyTools() + auditTools()
    }

    /// The routes that map to them.
    public static let routes: [ToolRoute] = [
        ToolRoute(.post, "/api/me/password", tool: "identity.change-password"),
        ToolRoute(.post, "/api/me/totp", tool: "identity.begin-totp"),
        ToolRoute(.post, "/api/me/totp/confirm", tool: "identity.confirm-totp"),
        ToolRoute(.post, "/api/me/totp/disable", tool: "identity.disable-totp"),
        ToolRoute(.get, "/api/me/sessions", tool: "identity.list-sessions"),
        ToolRoute(.delete, "/api/me/sessions/{id}", tool: "identity.end-session"),
        ToolRoute(.get, "/api/accounts", tool: "identity.list-accounts"),
        ToolRoute(.post, "/api/accounts", tool: "identity.create-account", status: .created),
        ToolRoute(.get, "/api/accounts/{id}", tool: "identity.get-account"),
        ToolRoute(.patch, "/api/accounts/{id}", tool: "identity.change-account"),
        ToolRoute(
            .post,
            "/api/accounts/{id}/revoke-sessions",
            tool: "identity.revoke-sessions"
        ),
        ToolRoute(.get, "/api/roles", tool: "identity.list-roles"),
        ToolRoute(.get, "/api/keys", tool: "identity.list-keys"),
        ToolRoute(.post, "/api/keys", tool: "identity.create-key", status: .created),
        ToolRoute(.post, "/api/keys/{id}/revoke", tool: "identity.revoke-key"),
        ToolRoute(.get, "/api/audit", tool: "identity.list-audit"),
        ToolRoute(.get, "/api/audit/verify", tool: "identity.verify-audit"),
    ]

    // MARK: Schemas

    static func object(
        _ properties: [(String, JSON)],
        required: [String]? = nil
    ) -> JSON {
        [
            "type": "object", "properties": .object(JSONObject(properties)),
            "required": .array((required ?? properties.map(\.0)).map { .string($0) }),
            "additionalProperties": false,
        ]
    }

    static func page(of item: JSON) -> JSON {
        object([("items", ["type": "array", "items": item]), ("nextCursor", nullable("string"))])
    }

    static func nullable(_ type: String, format: String? = nil) -> JSON {
        var schema: JSON = ["type": [.string(type), "null"]]
        if let format { schema["format"] = .string(format) }
        return schema
    }

    static func text(_ length: ClosedRange<Int>) -> JSON {
        [
            "type": "string", "minLength": .int(length.lowerBound),
            "maxLength": .int(length.upperBound),
        ]
    }

    static let uuid: JSON = ["type": "string", "format": "uuid"]
    static let time: JSON = ["type": "string", "format": "date-time"]
    static let whole: JSON = ["type": "integer", "minimum": 0]
    static let truth: JSON = ["type": "boolean"]
    static let nothing: JSON = object([])
    static let null: JSON = ["type": "null"]
    static let reason: JSON = text(1...500)
    static let limit: JSON = ["type": "integer", "minimum": 1, "maximum": 200]
    static let cursor: JSON = text(1...64)
    static let roles: JSON = [
        "type": "array", "minItems": 1, "maxItems": 32, "uniqueItems": true,
        "items": text(1...64),
    ]
    static let roleNames: JSON = ["type": "array", "items": ["type": "string"]]

    // MARK: Reading

    static func cursor<Subject>(_ input: JSONReader) throws(GeneralFault) -> ID<Subject>? {
        guard let reader = try input.optional("cursor") else { return nil }
        guard let id = ID<Subject>(try reader.string()) else {
            throw reader.fault("is no cursor of ours", code: "invalid-cursor")
        }
        return id
    }

    static func roles(_ reader: JSONReader) throws(GeneralFault) -> Set<Role> {
        var found: Set<Role> = []
        for element in try reader.array(count: 1...32) {
            found.insert(Role(rawValue: try element.string(length: 1...64)))
        }
        return found
    }

    static func limit(_ input: JSONReader) -> Int { input.value["limit"]?.int ?? 50 }

    /// A page, with a cursor when it is full: one more was asked for than is shown.
    static func page<Item>(
        _ found: [Item],
        limit: Int,
        cursor: (Item) -> String,
        json: (Item) -> JSON
    ) -> JSON {
        let shown = found.prefix(limit)
        let next = found.count > limit ? shown.last.map(cursor) : nil
        return ["items": .array(shown.map(json)), "nextCursor": .optional(next)]
    }

    /// Programs have no password, no second factor and no sessions.
    static func requirePerson(_ scope: Scope) throws(IdentityError) {
        guard scope.actor.kind == .person else {
            throw IdentityError(.forbidden, "this is for people who signed in, not for programs")
        }
    }
}
