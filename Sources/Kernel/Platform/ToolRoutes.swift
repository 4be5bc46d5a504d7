public import Agents
public import Core
public import HTTP
public import Privacy
public import Store

/// Puts tools behind routes: authority, input, idempotency, one transaction, response.
public struct ToolRoutes: Sendable {
    private let calls: ToolCalls

    private var registry: ToolRegistry { calls.registry }

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
        calls = ToolCalls(
            registry: registry,
            database: database,
            clock: clock,
            ids: ids,
            checksOutput: checksOutput,
            privacy: privacy
        )
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
                let scope = try request.authority()
                let output = try await calls.call(
                    tool,
                    try form.json(of: request),
                    scope,
                    key: request.headers["idempotency-key"],
                    way: "\(route.method.rawValue) \(route.path)",
                    expected: try Self.expected(request, route, tool)
                )
                if let type = route.file { return try Self.file(type, output) }
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

    /// The bytes of a tool's file; a browser shows it under its name.
    private static func file(_ type: String, _ output: JSONText) throws -> Response {
        let json = try JSON(parsing: output.bytes)
        guard let text = json["content"]?.string, let bytes = Base64.decode(text) else {
            throw GeneralFault(.internal, code: "no-file", "the tool answered no file")
        }
        var response = Response.bytes(bytes, type: type)
        let name = json["name"]?.string ?? "file"
        response.headers["Content-Disposition"] = FileDisposition.inline(name)
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

    /// Forgets answers older than a day.
    ///
    /// - Throws: `StoreError`.
    public func forgetOldKeys() async throws { try await calls.forgetOldKeys() }
}
