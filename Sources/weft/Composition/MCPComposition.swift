import Agents
import Core
import HTTP
import Identity
import Live
import MCP
import Observability
import Platform
import Synchronization
import Vault

/// The server for AI clients, composed: Weft's tools, documents and prompts.
final class MCPComposition: Sendable {
    let server: MCPServer
    private let page: PageBox

    private static let instructions = """
        Weft runs the agents of an operation. Its tools are the commands and queries of its API: each \
        says what it takes and answers, and you see only what your roles allow. Lists answer `items` and \
        `nextCursor`; send it back as `cursor`. Times are RFC 3339 in UTC, lengths millimetres, masses \
        grams, money {"amount","currency"}. Before a change, tell the person what you are about to do; \
        send "\(ToolKey.name)" in _meta so that repeating a call does not repeat the change.
        """

    private enum ToolKey {
        static let name = "weft/idempotency-key"
    }

    init(
        _ kernel: Kernel,
        _ registry: ToolRegistry,
        folder: DataFolder,
        parts: [SolutionParts],
        live: LiveHub
    ) throws {
        let page = PageBox()
        let openAPI = StaticDocument(
            "weft://openapi",
            name: "openapi",
            title: "API description",
            purpose: "The HTTP API, as OpenAPI 3.1.",
            mediaType: "application/json"
        ) { page.text }
        let features = try ToolFeatures(
            info: ServerInfo(
                name: "weft",
                title: "Weft",
                version: Weft.version,
                instructions: Self.instructions
            ),
            calls: ToolCalls(
                registry: registry,
                database: kernel.database,
                clock: kernel.clock,
                ids: kernel.ids,
                checksOutput: kernel.configuration.flag("debug.outputs"),
                privacy: kernel.privacy
            ),
            documents: PlatformDocuments.all + parts.flatMap(\.documents),
            fixed: [openAPI] + Guides.all(),
            prompts: PlatformDocuments.prompts + parts.flatMap(\.prompts),
            clock: kernel.clock
        )
        self.page = page
        server = MCPServer(
            features: features,
            vault: try Vault.loadOrCreate(folder: folder.keys),
            clock: kernel.clock,
            logger: kernel.logger
        )
        Self.measure(server, in: kernel.metrics)
        Self.follow(live, features, server)
    }

    private static func measure(_ server: MCPServer, in metrics: Metrics) {
        let sessions = metrics.gauge("weft_mcp_sessions", help: "Sessions of AI clients.").with()
        let streams = metrics.gauge(
            "weft_mcp_streams",
            help: "Streams of changes that AI clients keep open."
        ).with()
        metrics.beforeRendering { [weak server] in
            sessions.set(Double(server?.load.sessions ?? 0))
            streams.set(Double(server?.load.streams ?? 0))
        }
    }

    /// Tells clients which documents have changed, by what the live channel tells people.
    private static func follow(_ live: LiveHub, _ features: ToolFeatures, _ server: MCPServer) {
        let topics = features.topics
        live.observe { [weak server] names, organisation in
            guard let server, server.isWatched else { return }
            for name in names {
                for uri in topics.addresses(of: name) {
                    server.announce(.resource(uri, organisation))
                }
            }
        }
    }

    /// The API's description is known only when all routes are.
    func describe(_ page: [UInt8]) { self.page.set(page) }

    // MARK: HTTP

    /// Adds `/mcp`, and what tells clients how to sign in there.
    static func add(_ installation: Installation, to router: inout Router) throws {
        let configuration = installation.configuration
        let address = configuration.text("server.address") ?? "127.0.0.1"
        let url = configuration.text("server.url")
        let issuer = try issuer(configuration)
        let authenticator = installation.identity.authenticator
        let origins =
            (configuration.text("cors.origins") ?? "").split { $0 == "," || $0 == " " }
            .map(String.init)
        MCPEndpoint(
            server: installation.clients.server,
            origins: OriginCheck(
                isLocal: ["127.0.0.1", "::1", "localhost"].contains(address),
                hosts: url.flatMap { WebAddress($0)?.host }.map { [$0] } ?? [],
                origins: origins + (url.flatMap { WebAddress($0)?.origin }.map { [$0] } ?? [])
            ),
            authority: { try $0.authority() },
            recheck: { request in
                let header = request.headers["authorization"] ?? ""
                return try await authenticator.authenticate(
                    bearer: String(header.dropFirst(7)),
                    trace: request.trace
                )
            }
        ).add(to: &router, documentation: .page)
        for path in ["/.well-known/oauth-protected-resource", metadata] {
            router.get(path, options: RouteOptions(documentation: .page)) { request in
                .json(Self.protectedResource(base(of: request, url), issuer: issuer))
            }
        }
        router.finish { request, response in
            guard response.status == .unauthorised, request.path == "/mcp" else { return }
            response.headers["WWW-Authenticate"] =
                "Bearer resource_metadata=\"\(base(of: request, url))\(metadata)\""
        }
    }

    /// The gateway's authorization server, for AI clients (RFC 8414 section 2: without query and fragment).
    private static func issuer(_ configuration: Configuration) throws(GeneralFault) -> String? {
        guard let text = configuration.text("mcp.issuer") else { return nil }
        guard let address = WebAddress(text), address.query == nil else {
            throw GeneralFault(
                .invalid,
                code: "invalid-configuration",
                "mcp.issuer: expected an http or https address without a query"
            )
        }
        // As it was written: clients compare it as text.
        return text
    }

    private static let metadata = "/.well-known/oauth-protected-resource/mcp"

    /// What RFC 9728 wants to be told.
    ///
    /// Weft is no authorization server itself: without a gateway's `issuer` there is none to name.
    private static func protectedResource(_ base: String, issuer: String?) -> JSON {
        var document: JSONObject = [
            "resource": .string(base + "/mcp"),
            "resource_name": "Weft",
            "bearer_methods_supported": ["header"],
        ]
        if let issuer { document["authorization_servers"] = [.string(issuer)] }
        return .object(document)
    }

    private static func base(of request: Request, _ url: String?) -> String {
        if let url { return url.hasSuffix("/") ? String(url.dropLast()) : url }
        let host = (request.headers["host"] ?? "localhost").filter {
            $0.isASCII && ($0.isLetter || $0.isNumber || ".-:[]".contains($0))
        }
        return "http://" + host
    }
}

/// The API's description, once it is there.
private final class PageBox: Sendable {
    private let page = Mutex<[UInt8]?>(nil)

    var text: String? { page.withLock { $0.map { String(decoding: $0, as: UTF8.self) } } }

    func set(_ page: [UInt8]) { self.page.withLock { $0 = page } }
}
