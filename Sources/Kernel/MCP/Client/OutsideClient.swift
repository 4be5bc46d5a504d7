public import Core
import Synchronization

/// Speaks the Model Context Protocol to one server of others, in whichever revision both know.
///
/// ``run()`` must be under way while it is used: it keeps what the connection needs. ``connect()`` finds out
/// the revision; then tools, resources and prompts can be asked for.
public final class OutsideClient: Sendable {
    /// How the client behaves.
    public struct Configuration: Sendable {
        /// The name that servers are told.
        public var name: String
        /// The version that servers are told.
        public var version: String
        /// The only revision to speak; nil for the newest that both know.
        public var revision: ProtocolRevision?
        /// What is done with questions to people.
        public var elicitation: ElicitationPolicy
        /// How long an answer may take; default 60 s.
        public var timeout: Duration
        /// How long a program may take to answer whether it knows the newest revision; default 5 s.
        public var probeTimeout: Duration
        /// The longest message and the longest stream, in bytes; default 8 MiB.
        public var limit: Int

        /// A behaviour; everything but the version has a default.
        public init(
            name: String = "weft",
            version: String,
            revision: ProtocolRevision? = nil,
            elicitation: ElicitationPolicy = .decline,
            timeout: Duration = .seconds(60),
            probeTimeout: Duration = .seconds(5),
            limit: Int = 8 << 20
        ) {
            self.name = name
            self.version = version
            self.revision = revision
            self.elicitation = elicitation
            self.timeout = timeout
            self.probeTimeout = probeTimeout
            self.limit = limit
        }
    }

    /// What was agreed on, and the session that belongs to it.
    struct Agreement: Sendable {
        var server: ServerDescription
        var session: String?
    }

    struct State {
        var agreement: Agreement?
        var tools: [String: OutsideTool] = [:]
    }

    let configuration: Configuration
    let transport: any ClientTransport
    let log: @Sendable (String) -> Void
    let state: Mutex<State>
    private let inbox: ClientInbox
    private let ids = Atomic<Int64>(0)
    /// One handshake at a time, for all who need one.
    let handshake = SharedAttempt<Agreement>()

    init(
        _ configuration: Configuration,
        transport: any ClientTransport,
        inbox: ClientInbox,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.configuration = configuration
        self.transport = transport
        self.inbox = inbox
        self.log = log
        state = Mutex(State())
    }

    /// A client of a program that it starts.
    ///
    /// - Throws: ``OutsideFault`` when the program does not start.
    public convenience init(
        _ program: ServerProgram,
        configuration: Configuration,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(OutsideFault) {
        let inbox = ClientInbox(configuration.elicitation)
        let transport = try StdioTransport(
            program,
            limit: configuration.limit,
            listener: { inbox.hear($0) },
            log: log
        )
        self.init(configuration, transport: transport, inbox: inbox, log: log)
    }

    /// A client of a server at an address.
    ///
    /// - Parameters:
    ///   - address: the MCP endpoint.
    ///   - web: makes the requests.
    ///   - access: header fields, authorization, and which addresses may be reached.
    ///   - configuration: the behaviour.
    ///   - clock: for pauses and the ends of tokens.
    ///   - random: for what OAuth needs of it.
    ///   - log: hears of oddities.
    public convenience init(
        _ address: WebAddress,
        web: any WebClient,
        access: HTTPAccess = HTTPAccess(),
        configuration: Configuration,
        clock: any WallClock,
        random: any RandomSource,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        let inbox = ClientInbox(configuration.elicitation)
        let authoriser = access.authorisation.map {
            Authoriser(
                server: address,
                identity: $0.identity,
                keeper: $0.keeper,
                web: web,
                clock: clock,
                random: random
            )
        }
        let transport = HTTPTransport(
            .init(
                server: address,
                headers: access.headers,
                reachesPrivateAddresses: access.reachesPrivateAddresses,
                limit: configuration.limit
            ),
            web: web,
            authoriser: authoriser,
            clock: clock,
            listener: { inbox.hear($0) },
            log: log
        )
        self.init(configuration, transport: transport, inbox: inbox, log: log)
    }

    /// Does what the connection needs all along; returns once it is closed or the task cancelled.
    public func run() async { await transport.run() }

    /// Ends the connection; a program is ended, too.
    public func close() async { await transport.close() }

    /// Whether the server said since the last ``tools()`` that its tools are others now.
    public var toolsHaveChanged: Bool { inbox.toolsHaveChanged }

    /// What the server said about itself; nil before ``connect()``.
    public var server: ServerDescription? { agreement?.server }

    var agreement: Agreement? { state.withLock { $0.agreement } }

    func nextID() -> RPCID {
        .number(ids.add(1, ordering: .relaxed).newValue)
    }

    func forgetChanges() { inbox.forget() }

    /// Sends a request in the revision that was agreed on.
    func send(
        _ method: String,
        _ params: JSONObject,
        headers: [(name: String, value: String)] = [],
        trace: TraceContext? = nil,
        timeout: Duration? = nil
    ) async throws(OutsideFault) -> JSON {
        let agreed = try await agree()
        let revision = agreed.server.revision
        do throws(OutsideFault) {
            return try await send(revision, agreed.session, method, params, headers, trace, timeout)
        } catch  where error.reason == .sessionEnded {
            // The specification has the client begin another session.
            let next = try await agree(after: agreed)
            return try await send(
                next.server.revision,
                next.session,
                method,
                params,
                headers,
                trace,
                timeout
            )
        }
    }

    /// Sends a request in a revision.
    func send(
        _ revision: ProtocolRevision,
        _ session: String?,
        _ method: String,
        _ params: JSONObject,
        _ headers: [(name: String, value: String)] = [],
        _ trace: TraceContext? = nil,
        _ timeout: Duration? = nil
    ) async throws(OutsideFault) -> JSON {
        var params = params
        var meta = params["_meta"]?.object ?? JSONObject()
        if revision.isStateless {
            meta[MetaKey.protocolVersion] = .string(revision.rawValue)
            meta[MetaKey.clientInfo] = info
            meta[MetaKey.clientCapabilities] = .object(configuration.elicitation.capabilities)
        }
        if let trace { meta[MetaKey.traceparent] = .string(trace.description) }
        if !meta.isEmpty { params["_meta"] = .object(meta) }
        let request = RPCRequest(
            id: nextID(),
            method: method,
            params: params.isEmpty && !revision.isStateless ? nil : params
        )
        let manner = RequestManner(
            revision: revision,
            headers: transport.hasHeaders
                ? Self.headers(revision, method, params) + headers : [],
            timeout: timeout ?? configuration.timeout,
            session: session
        )
        do throws(OutsideFault) {
            return try await transport.request(request, manner)
        } catch  where error.reason == .timedOut && transport.hasHeaders {
            // That nobody reads the answer any more says nothing before 2026-07-28.
            if !revision.isStateless, method != MethodName.initialize {
                await giveUp(request.id, revision, session)
            }
            throw error
        }
    }

    /// Tells a server of the stateful revisions that an answer is not wanted any more.
    private func giveUp(
        _ id: RPCID,
        _ revision: ProtocolRevision,
        _ session: String?
    ) async {
        let name = NotificationName.cancelled
        do throws(OutsideFault) {
            try await transport.notify(
                RPCNotification(
                    name,
                    params: ["requestId": id.json, "reason": "no answer came in time"]
                ),
                RequestManner(
                    revision: revision,
                    headers: Self.headers(revision, name, [:]),
                    timeout: .seconds(2),
                    session: session
                )
            )
        } catch {
            log("the server was not told that it need not answer: \(error.message)")
        }
    }

    var info: JSON {
        ["name": .string(configuration.name), "version": .string(configuration.version)]
    }

    /// The header fields that say what the body says.
    private static func headers(
        _ revision: ProtocolRevision,
        _ method: String,
        _ params: JSONObject
    ) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        // Before the handshake there is no revision to name.
        if method != MethodName.initialize {
            headers.append((name: HeaderName.protocolVersion, value: revision.rawValue))
        }
        guard revision.isStateless else { return headers }
        headers.append((name: HeaderName.method, value: method))
        let name: String? =
            switch method {
            case MethodName.callTool, MethodName.getPrompt: params["name"]?.string
            case MethodName.readResource: params["uri"]?.string
            default: nil
            }
        if let name {
            headers.append((name: HeaderName.name, value: HeaderParameter.encoded(name)))
        }
        return headers
    }

    func notification(
        _ name: String,
        _ revision: ProtocolRevision,
        _ session: String?
    ) async throws(OutsideFault) {
        try await transport.notify(
            RPCNotification(name),
            RequestManner(
                revision: revision,
                headers: transport.hasHeaders ? Self.headers(revision, name, [:]) : [],
                timeout: configuration.timeout,
                session: session
            )
        )
    }

    func listen(_ revision: ProtocolRevision, _ session: String?) async {
        await transport.listen(
            RequestManner(
                revision: revision,
                headers: [(name: HeaderName.protocolVersion, value: revision.rawValue)],
                timeout: configuration.timeout,
                session: session
            )
        )
    }

    /// The answers to what a result asks for.
    func responses(to requests: JSONObject) throws(OutsideFault) -> JSONObject {
        try inbox.responses(to: requests)
    }
}
