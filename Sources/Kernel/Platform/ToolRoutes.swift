public import Agents
public import Core
public import HTTP
public import Store

/// Puts tools behind routes: authority, input, idempotency, one transaction, response.
public struct ToolRoutes: Sendable {
    private let registry: ToolRegistry
    private let database: any Database
    private let clock: any WallClock
    private let ids: IDGenerator

    /// Routes over `registry`.
    public init(
        registry: ToolRegistry,
        database: any Database,
        clock: any WallClock,
        ids: IDGenerator
    ) {
        self.registry = registry
        self.database = database
        self.clock = clock
        self.ids = ids
    }

    /// The table of answers to requests that carried an `Idempotency-Key`.
    public static let migrations: [Migration] = [
        Migration(
            "platform",
            1,
            "idempotency keys",
            [
                """
                CREATE TABLE idempotency (
                    organisation TEXT NOT NULL, account TEXT NOT NULL, key TEXT NOT NULL,
                    request TEXT NOT NULL, output TEXT NOT NULL, at BIGINT NOT NULL,
                    PRIMARY KEY (organisation, account, key))
                """
            ]
        )
    ]

    /// Adds `routes` to `router`.
    ///
    /// - Throws: a fault of code `unknown-tool` when a route names a tool that does not exist.
    public func add(_ routes: [ToolRoute], to router: inout Router) throws(GeneralFault) {
        for route in routes {
            guard let tool = registry.tools[route.tool] else {
                throw GeneralFault(
                    .internal,
                    code: "unknown-tool",
                    "\(route.method.rawValue) \(route.path) calls \"\(route.tool)\", which is no tool"
                )
            }
            router.on(
                route.method,
                route.path,
                options: RouteOptions(bodyLimit: route.bodyLimit)
            ) { [self] request in
                if case .document = tool.body { return try await document(tool, route, request) }
                let output = try await call(tool, route, request)
                if let response = route.response { return try response(output) }
                return output.isNull ? .noContent : .json(output, status: route.status)
            }
        }
    }

    private func document(
        _ tool: Tool,
        _ route: ToolRoute,
        _ request: Request
    ) async throws -> Response {
        let scope = try request.authority()
        let text = try await registry.document(
            tool.name,
            input: try route.input(of: request, for: tool),
            invocation: Invocation(
                scope: scope,
                now: clock.now(),
                key: scope.trace.description,
                ids: ids
            ),
            database: database
        )
        return .bytes(text?.bytes ?? [], type: "application/json", status: route.status)
    }

    private func call(_ tool: Tool, _ route: ToolRoute, _ request: Request) async throws -> JSON {
        let scope = try request.authority()
        let input = try route.input(of: request, for: tool)
        let key = try request.headers["idempotency-key"].map(Self.checked)
        let invocation = Invocation(
            scope: scope,
            now: clock.now(),
            key: key ?? scope.trace.description,
            ids: ids
        )
        guard let key, tool.effect == .write else {
            return try await registry.call(
                tool.name,
                input: input,
                invocation: invocation,
                database: database
            )
        }
        let print = Self.fingerprint(route, input)
        if let known = try await database.read({ try earlier(key, print, scope, in: $0) }) {
            return known
        }
        let prepared = try await registry.prepare(
            tool.name,
            input: input,
            invocation: invocation,
            database: database
        )
        guard case .commit(let commit) = prepared else {
            throw GeneralFault(.internal, code: "no-change", "\(tool.name) made no change")
        }
        return try await database.transaction { transaction in
            if let known = try earlier(key, print, scope, in: transaction) { return known }
            let output = try commit(transaction)
            try transaction.execute(
                """
                INSERT INTO idempotency (organisation, account, key, request, output, at)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                [
                    .id(scope.organisation), .id(scope.actor.id), .text(key), .text(print),
                    .json(output), .time(invocation.now),
                ]
            )
            return output
        }
    }

    /// What was answered to the same key before.
    private func earlier(
        _ key: String,
        _ print: String,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> JSON? {
        let found = try reader.first(
            """
            SELECT request, output FROM idempotency
            WHERE organisation = ? AND account = ? AND key = ?
            """,
            [.id(scope.organisation), .id(scope.actor.id), .text(key)]
        ) { (request: try $0.text(0), output: try $0.json(1)) }
        guard let found else { return nil }
        guard found.request == print else {
            throw GeneralFault(
                .invalid,
                code: "idempotency-key-reused",
                "this Idempotency-Key was used before with another request; use a new key"
            )
        }
        return found.output
    }

    private static func checked(_ key: String) throws(GeneralFault) -> String {
        guard (1...200).contains(key.utf8.count) else {
            throw GeneralFault(
                .invalid,
                code: "invalid-idempotency-key",
                "an Idempotency-Key has 1 to 200 characters"
            )
        }
        return key
    }

    /// The request as it matters: method, route and the canonical input.
    private static func fingerprint(_ route: ToolRoute, _ input: JSON) -> String {
        let text = "\(route.method.rawValue) \(route.path) " + input.text(.canonical)
        return text.utf8.count <= 512
            ? text
            : "\(text.utf8.count):\(String(fnv1a64(text.utf8), radix: 16)):"
                + String(fnv1a64(text.utf8.reversed()), radix: 16)
    }

    /// Forgets answers older than a day.
    ///
    /// - Throws: `StoreError`.
    public func forgetOldKeys() async throws {
        let limit = clock.now() + .seconds(-86_400)
        try await database.transaction {
            try $0.execute("DELETE FROM idempotency WHERE at < ?", [.time(limit)])
        }
    }
}
