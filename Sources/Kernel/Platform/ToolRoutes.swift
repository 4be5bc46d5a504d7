public import Agents
public import Core
public import HTTP
public import Privacy
public import Store
import Vault

/// Puts tools behind routes: authority, input, idempotency, one transaction, response.
public struct ToolRoutes: Sendable {
    private let registry: ToolRegistry
    private let database: any Database
    private let clock: any WallClock
    private let ids: IDGenerator
    private let checksOutput: Bool
    private let privacy: Privacy?

    /// Routes over `registry`.
    ///
    /// - Parameters:
    ///   - registry: the tools.
    ///   - database: what they read and change.
    ///   - clock: the time.
    ///   - ids: makes ids.
    ///   - checksOutput: whether every answer is checked against its tool's schema, and one that does
    ///     not fit becomes an error of ours; for tests and debugging. Default false.
    ///   - privacy: opens what is sealed in answers; nil where nothing is.
    public init(
        registry: ToolRegistry,
        database: any Database,
        clock: any WallClock,
        ids: IDGenerator,
        checksOutput: Bool = false,
        privacy: Privacy? = nil
    ) {
        self.privacy = privacy
        self.checksOutput = checksOutput
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
        ),
        Migration(
            "platform",
            2,
            "whom kept answers are about",
            [
                "ALTER TABLE idempotency ADD COLUMN person TEXT",
                """
                CREATE INDEX idempotency_person ON idempotency (organisation, person)
                    WHERE person IS NOT NULL
                """,
            ]
        ),
    ]

    /// Adds `routes` to `router`.
    ///
    /// - Throws: a fault of code `unknown-tool` when a route names a tool that does not exist.
    public func add(_ routes: [ToolRoute], to router: inout Router) throws(GeneralFault) {
        var main: [String: String] = [:]
        for route in routes {
            guard let tool = registry.tools[route.tool] else {
                throw GeneralFault(
                    .internal,
                    code: "unknown-tool",
                    "\(route.method.rawValue) \(route.path) calls \"\(route.tool)\", which is no tool"
                )
            }
            // A tool's first route is its own; those that follow are aliases.
            let key = "\(route.method.rawValue) \(route.tool)"
            let documentation = route.documentation(
                of: tool,
                id: operation(of: tool.name),
                aliasOf: main[key]
            )
            if main[key] == nil { main[key] = route.path }
            let form = ToolRouteInput(route, tool: tool)
            router.on(
                route.method,
                route.path,
                options: RouteOptions(bodyLimit: route.bodyLimit, documentation: documentation)
            ) { [self] request in
                let output = try await opened(call(tool, route, form, request), request)
                if checksOutput { try Self.check(output, tool) }
                return Self.response(to: request, route, output)
            }
        }
    }

    /// `logistics.list-orders` is `listOrders`; the room's name comes before one word alone, and before
    /// what another room has too.
    private func operation(of name: String) -> String {
        let own = name.split(separator: ".").last ?? ""
        let isShared =
            !own.contains("-") || registry.tools.keys.filter { $0.hasSuffix("." + own) }.count > 1
        let words = (isShared ? Substring(name) : own).split { $0 == "." || $0 == "-" }
        return words.enumerated().map {
            $0.offset == 0
                ? String($0.element) : $0.element.prefix(1).uppercased() + $0.element.dropFirst()
        }.joined()
    }

    /// The answer with what is sealed in it opened; the tool's roles have decided who gets it.
    private func opened(_ output: JSONText, _ request: Request) async throws -> JSONText {
        guard let privacy, let scope = request.scope else { return output }
        return try await privacy.open(output, of: scope.organisation, from: database)
    }

    private static func check(_ output: JSONText, _ tool: Tool) throws {
        guard let first = tool.output.violations(of: try output.value()).first else { return }
        throw GeneralFault(
            .internal,
            code: "untrue-output",
            "\(tool.name) answers what its schema does not allow: \(first.pointer): \(first.message)"
        )
    }

    /// JSON with its tag and place; 204 when the output is null, 304 when the client has it already.
    private static func response(
        to request: Request,
        _ route: ToolRoute,
        _ output: JSONText
    ) -> Response {
        if output == .null { return .noContent }
        var response = Response.bytes(output.bytes, type: "application/json", status: route.status)
        if let place = route.location, let id = JSONText.member("id", of: output.bytes.span) {
            let text = String(decoding: output.bytes[id].dropFirst().dropLast(), as: UTF8.self)
            response.headers.add("Location", place + text)
        }
        guard route.isResource || route.isVersioned else { return response }
        let version = JSONText.member("version", of: output.bytes.span).flatMap {
            Int(String(decoding: output.bytes[$0], as: UTF8.self))
        }
        let tag = EntityTag.text(version: version, body: output.bytes)
        if route.isResource, let known = request.headers["if-none-match"],
            EntityTag.list(known, contains: tag)
        {
            response = Response(status: .notModified)
        }
        response.headers.add("ETag", tag)
        return response
    }

    /// What `If-Match` demands; a route that could not check it must not ignore it.
    private static func expected(
        _ request: Request,
        _ route: ToolRoute,
        _ tool: Tool
    ) throws(GeneralFault) -> ExpectedVersion? {
        guard tool.effect != .read, let field = request.headers["if-match"] else { return nil }
        guard route.isVersioned else {
            throw GeneralFault(
                .malformed,
                code: "no-version",
                "\(route.method.rawValue) \(route.path) knows no versions; leave If-Match out"
            )
        }
        return EntityTag.versions(in: field).map(ExpectedVersion.init)
    }

    private func call(
        _ tool: Tool,
        _ route: ToolRoute,
        _ form: ToolRouteInput,
        _ request: Request
    ) async throws -> JSONText {
        let scope = try request.authority()
        let input = try form.json(of: request)
        let key = try request.headers["idempotency-key"].map(Self.checked)
        let invocation = Invocation(
            scope: scope,
            now: clock.now(),
            // A query has no effect that a key could tell apart.
            key: key ?? (tool.effect == .read ? "" : scope.trace.description),
            ids: ids,
            expected: try Self.expected(request, route, tool)
        )
        guard let key, tool.effect == .write else {
            let prepared = try await registry.prepareText(
                tool.name,
                input: input,
                invocation: invocation,
                database: database
            )
            switch prepared {
            case .done(let output): return output
            case .commit(let commit): return try await database.transaction(commit)
            }
        }
        let print = try Self.fingerprint(route, input)
        if let known = try await database.read({ try earlier(key, print, scope, in: $0) }) {
            return known
        }
        let prepared = try await registry.prepareText(
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
                INSERT INTO idempotency (organisation, account, key, request, output, at, person)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .id(scope.organisation), .id(scope.actor.id), .text(key), .text(print),
                    .json(output), .time(invocation.now),
                    .text(privacy?.subject(of: output, at: .output(tool.name))?.description),
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
    ) throws -> JSONText? {
        let found = try reader.first(
            """
            SELECT request, output FROM idempotency
            WHERE organisation = ? AND account = ? AND key = ?
            """,
            [.id(scope.organisation), .id(scope.actor.id), .text(key)]
        ) { (request: try $0.text(0), output: JSONText(trusted: Array(try $0.text(1).utf8))) }
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

    /// The request as it matters, by its SHA-256: method, route and the canonical input.
    private static func fingerprint(_ route: ToolRoute, _ input: JSON) throws -> String {
        let text = "\(route.method.rawValue) \(route.path) " + input.text(.canonical)
        return Base64.encodeForURL(try Authentication.sha256(Array(text.utf8)))
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
