import Agents
import Core
import Foundation
import HTTP
import Platform
import Store
import StoreTesting

/// A store of notes with a tool to add one, a tool to list them, and routes to both.
struct NoteWorld {
    let folder: ScratchFolder
    let database: any Database
    let clock = ManualClock(now: Timestamp(microseconds: 1_763_640_000_000_000))
    let routes: ToolRoutes
    let router: Router

    private static let tables = Migration(
        "notes",
        1,
        "notes",
        ["CREATE TABLE note (id TEXT NOT NULL, body TEXT NOT NULL)"]
    )

    init() async throws {
        folder = try ScratchFolder()
        database = try TestDatabase(path: folder.path + "/weft.db")
        try await database.migrate(ToolRoutes.migrations + [Self.tables])
        let random = SeededRandom(seed: 1)
        let organisation = ID<Organisation>(high: 0x0000_0000_0000_7000, low: 1 << 63 | 7)
        routes = ToolRoutes(
            registry: try ToolRegistry(tools: [Self.add(), Self.list()], agents: []),
            database: database,
            clock: clock,
            ids: IDGenerator(clock: clock, random: random)
        )
        var router = Router()
        // Who asks is told by a header: the number of the account and the role.
        router.use { request, next in
            var request = request
            let words = request.headers["authorization"]?.split(separator: " ") ?? []
            if words.count == 2, let number = UInt64(words[0]) {
                request.scope = Scope(
                    organisation: organisation,
                    actor: Actor(
                        id: ID(high: 0x0000_0000_0000_7000, low: 1 << 63 | number),
                        kind: .person,
                        name: "Person \(number)"
                    ),
                    roles: [Role(rawValue: String(words[1]))],
                    trace: request.trace
                )
            }
            return try await next(request)
        }
        try routes.add(
            [
                ToolRoute(.post, "/notes", tool: "test.add-note", status: .created),
                ToolRoute(.get, "/notes", tool: "test.list-notes"),
            ],
            to: &router
        )
        self.router = router
    }

    private static func add() throws -> Tool {
        try Tool(
            name: "test.add-note",
            purpose: "Adds a note.",
            input: [
                "type": "object", "required": ["body"], "additionalProperties": false,
                "properties": ["body": ["type": "string"]],
            ],
            roles: ["planner"],
            body: .write { input, invocation in
                let body = try input.member("body").string(length: 1...100)
                return { transaction in
                    let id = invocation.ids.next(NoteWorld.self)
                    try transaction.execute(
                        "INSERT INTO note (id, body) VALUES (?, ?)",
                        [.text(id.description), .text(body)]
                    )
                    return ["id": .string(id.description), "body": .string(body)]
                }
            }
        )
    }

    private static func list() throws -> Tool {
        try Tool(
            name: "test.list-notes",
            purpose: "Lists notes.",
            input: [
                "type": "object", "additionalProperties": false,
                "properties": ["limit": ["type": "integer"]],
            ],
            roles: ["planner", "viewer"],
            body: .read { input, _, reader in
                let limit = try input.optional("limit")?.int(in: 0...100) ?? 100
                return .array(
                    try reader.query("SELECT body FROM note ORDER BY id LIMIT ?", [.int(limit)]) {
                        .string(try $0.text(0))
                    }
                )
            }
        )
    }

    /// Posts a note and answers status and body.
    func post(
        _ body: JSON,
        key: String? = nil,
        as person: String? = "1 planner"
    ) async -> (status: Int, json: JSON?) {
        var headers: Headers = [:]
        if let key { headers["Idempotency-Key"] = key }
        return await answer(.post, "/notes", headers, as: person, body)
    }

    /// Lists the notes and answers status and body.
    func get(_ target: String, as person: String? = "1 viewer") async -> (status: Int, json: JSON?)
    {
        await answer(.get, target, [:], as: person, nil)
    }

    /// How many notes there are.
    func count() async throws -> Int {
        try await database.query("SELECT count(*) FROM note", []) { Int(try $0.int(0)) }.first ?? 0
    }

    private func answer(
        _ method: HTTP.Method,
        _ target: String,
        _ given: Headers,
        as person: String?,
        _ body: JSON?
    ) async -> (status: Int, json: JSON?) {
        var headers = given
        if let person { headers["Authorization"] = person }
        if body != nil { headers["Content-Type"] = "application/json" }
        let response = await router.respond(
            to: Request(method, target, headers: headers, body: body?.bytes() ?? [])
        )
        return (
            Int(response.status.rawValue), response.bytes.flatMap { try? JSON(parsing: $0) }
        )
    }
}
