import Agents
import Core
import HTTP
import Identity
public import Store

extension PlatformTools {
    /// The tables of what people keep.
    public static let migrations: [Migration] = SavedView.migrations

    static let savedViewRoutes: [ToolRoute] = [
        ToolRoute(.get, "/api/me/views", tool: "platform.list-views"),
        ToolRoute(.post, "/api/me/views", tool: "platform.save-view", status: .created),
        ToolRoute(.delete, "/api/me/views/{id}", tool: "platform.delete-view"),
    ]

    func savedViews() throws -> [Tool] { [try listViews(), try saveView(), try deleteView()] }

    private func listViews() throws -> Tool {
        try Tool(
            name: "platform.list-views",
            purpose: "Lists your saved views and those that others share.",
            input: Self.list(
                [("page", ["type": "string", "minLength": 1, "maxLength": 60])],
                sort: ["name"]
            ),
            output: Shape.page(of: SavedView.shape),
            roles: Self.members,
            body: .read { input, invocation, reader in
                let query = try ListQuery(
                    reading: input,
                    columns: [.init("name", "name")],
                    standard: "name",
                    key: .init("id", "id"),
                    limit: ListQuery.largest
                )
                let scope = invocation.scope
                var sql = """
                    SELECT \(SavedView.columns)\(query.columns) FROM saved_view
                    WHERE organisation = ? AND (account = ? OR shared = 1)
                    """
                var parameters: [SQLValue] = [.id(scope.organisation), .id(scope.actor.id)]
                if let page = try input.optional("page")?.string() {
                    sql += " AND page = ?"
                    parameters.append(.text(page))
                }
                let rows = try reader.query(
                    sql + query.condition + query.ending,
                    parameters + query.parameters
                ) { row in
                    (value: try SavedView.json(row), place: try query.place(in: row, from: 7))
                }
                let page = query.page(rows)
                return ["items": .array(page.items), "nextCursor": page.next]
            }
        )
    }

    private func saveView() throws -> Tool {
        try Tool(
            name: "platform.save-view",
            purpose: "Keeps a list with its filters under a name.",
            input: [
                "type": "object", "required": ["page", "name", "query"],
                "additionalProperties": false,
                "properties": [
                    "page": [
                        "type": "string", "minLength": 1, "maxLength": 60,
                        "description": "Which list, for instance orders.",
                    ],
                    "name": ["type": "string", "minLength": 1, "maxLength": 80],
                    "query": [
                        "type": "string", "maxLength": 2000,
                        "description": "The filters as they stand in the page's address.",
                    ],
                    "shared": [
                        "type": "boolean", "default": false,
                        "description": "Whether all in the organisation see it.",
                    ],
                ],
            ],
            output: SavedView.shape,
            roles: Self.members,
            body: .write { input, invocation in
                let page = try input.member("page").string(length: 1...60)
                let name = try input.member("name").string(length: 1...80)
                let query = try input.member("query").string(length: 0...2_000)
                let shared = try input.optional("shared")?.bool() ?? false
                return { transaction in
                    try Self.save(page, name, query, shared, invocation, in: transaction)
                }
            }
        )
    }

    private static func save(
        _ page: String,
        _ name: String,
        _ query: String,
        _ shared: Bool,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws -> JSON {
        let scope = invocation.scope
        let count = try transaction.first(
            "SELECT count(*) FROM saved_view WHERE organisation = ? AND account = ?",
            [.id(scope.organisation), .id(scope.actor.id)]
        ) { Int(try $0.int(0)) }
        guard count ?? 0 < SavedView.limit else {
            throw GeneralFault(
                .conflict,
                code: "too-many-views",
                "you have \(SavedView.limit) saved views already; delete one first"
            )
        }
        let id = invocation.ids.next(SavedView.self)
        do {
            try transaction.execute(
                """
                INSERT INTO saved_view
                    (id, organisation, account, account_name, page, name, query, shared, at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .id(id), .id(scope.organisation), .id(scope.actor.id),
                    .text(scope.actor.name), .text(page), .text(name), .text(query),
                    .bool(shared), .time(invocation.now),
                ]
            )
        } catch let error as StoreError where error.reason == .duplicate {
            throw GeneralFault(
                .conflict,
                code: "name-taken",
                "you have a view of that name on this page already",
                pointer: "/name"
            )
        }
        return [
            "id": id.json, "page": .string(page), "name": .string(name), "query": .string(query),
            "shared": .bool(shared),
            "owner": ["id": scope.actor.id.json, "name": .string(scope.actor.name)],
        ]
    }

    private func deleteView() throws -> Tool {
        try Tool(
            name: "platform.delete-view",
            purpose: "Deletes a saved view of yours; an administrator deletes shared ones too.",
            input: Self.id,
            output: Shape.nothing,
            roles: Self.members,
            body: .write { input, invocation in
                let text = try input.member("id").string()
                guard let id = ID<SavedView>(text) else { throw Self.missing("view", text) }
                return { transaction in
                    let scope = invocation.scope
                    let mayAll = scope.roles.contains(.admin)
                    let deleted = try transaction.executeCounting(
                        """
                        DELETE FROM saved_view WHERE organisation = ? AND id = ?
                            AND (account = ? OR (shared = 1 AND ? = 1))
                        """,
                        [
                            .id(scope.organisation), .id(id), .id(scope.actor.id), .bool(mayAll),
                        ]
                    )
                    guard deleted == 1 else { throw Self.missing("view", text) }
                    return .null
                }
            }
        )
    }
}
