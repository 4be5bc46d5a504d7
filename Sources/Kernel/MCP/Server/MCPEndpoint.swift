public import Core
public import HTTP

/// The server over streamable HTTP: one address for all revisions.
///
/// A request of 2026-07-28 stands for itself; `initialize` begins a session of an earlier revision.
public struct MCPEndpoint: Sendable {
    /// On whose authority a request is made; throws a `Fault` when on nobody's.
    public typealias Authority = @Sendable (Request) async throws -> Scope

    let server: MCPServer
    private let origins: OriginCheck
    private let authority: Authority
    private let recheck: Authority

    /// An endpoint.
    ///
    /// - Parameters:
    ///   - server: the server behind it.
    ///   - origins: which pages may call.
    ///   - authority: on whose authority a request is made.
    ///   - recheck: the same, asked now and then while a stream is open, when the credential may have
    ///     ended; nil asks `authority`.
    public init(
        server: MCPServer,
        origins: OriginCheck,
        authority: @escaping Authority,
        recheck: Authority? = nil
    ) {
        self.server = server
        self.origins = origins
        self.authority = authority
        self.recheck = recheck ?? authority
    }

    /// Adds the endpoint to `router`.
    ///
    /// - Parameters:
    ///   - router: where to.
    ///   - path: its address.
    ///   - documentation: what the OpenAPI page says of it; it has a description of its own in the
    ///     protocol, so usually nothing.
    public func add(
        to router: inout Router,
        at path: String = "/mcp",
        documentation: RouteDocumentation? = nil
    ) {
        router.post(
            path,
            options: RouteOptions(
                bodyLimit: server.limits.messageSize,
                documentation: documentation
            )
        ) { try await post($0) }
        router.get(path, options: RouteOptions(documentation: documentation)) {
            try await listen($0)
        }
        router.delete(path, options: RouteOptions(documentation: documentation)) {
            try await end($0)
        }
        router.finish { request, response in
            guard response.problemCode != nil, request.path == path else { return }
            Self.translate(&response)
        }
    }

    // MARK: POST

    private func post(_ request: Request) async throws -> Response {
        let scope = try await admit(request)
        let accepts = try Accepted(request, .post)
        let message: RPCMessage
        do {
            message = try server.reader.message(request.body)
        } catch {
            return Self.failure(error.error, id: error.id, .badRequest)
        }
        do {
            if Self.isStateless(message, request) {
                return try await stateless(message, request, scope, accepts)
            }
            return try await stateful(message, request, scope, accepts)
        } catch let error as RPCError {
            return Self.failure(error, id: message.id, Self.status(of: error))
        }
    }

    func admit(_ request: Request) async throws -> Scope {
        try origins.check(request)
        return try await authority(request)
    }

    /// Whether the caller of a stream may still have it.
    func isStillGood(_ request: Request, _ scope: Scope) async -> Bool {
        guard let now = try? await recheck(request) else { return false }
        return now.organisation == scope.organisation && now.actor.id == scope.actor.id
            && now.roles == scope.roles
    }

    private static func isStateless(_ message: RPCMessage, _ request: Request) -> Bool {
        if case .request(let call) = message, StatelessRequest.isMeant(call.params) { return true }
        guard let version = request.headers[HeaderName.protocolVersion] else { return false }
        return ProtocolRevision(rawValue: version)?.isStateless ?? true
    }

    // MARK: Answers

    static func answer(_ answer: RPCAnswer, _ id: RPCID, status: Status = .ok) -> Response {
        .bytes(answer.bytes(id), type: "application/json", status: status)
    }

    static func failure(_ error: RPCError, id: RPCID?, _ status: Status) -> Response {
        .bytes(
            MessageWriter.bytes(.failure(id: id, error)),
            type: "application/json",
            status: status
        )
    }

    /// The status that goes with an error of the protocol; most go with 200.
    static func status(of error: RPCError) -> Status {
        switch error.code {
        case RPCError.Code.parse, RPCError.Code.invalidRequest, RPCError.Code.headerMismatch,
            RPCError.Code.missingCapability, RPCError.Code.unsupportedVersion:
            .badRequest
        case RPCError.Code.methodNotFound: .notFound
        case 400...599: Status(rawValue: error.code)
        default: .ok
        }
    }

    /// A problem that was found before the message was read, in the words of JSON-RPC.
    private static func translate(_ response: inout Response) {
        guard let problem = try? response.json() else { return }
        let code =
            response.status == .contentTooLarge || response.status == .badRequest
            ? RPCError.Code.invalidRequest : response.status.rawValue
        let error = RPCError(
            code: code,
            message: problem["detail"]?.string ?? response.status.reason,
            data: problem
        )
        response.headers["Content-Type"] = "application/json"
        response.body = .bytes(MessageWriter.bytes(.failure(id: nil, error)))
    }
}

/// What sorts of answer a client takes.
struct Accepted {
    /// One JSON object.
    let json: Bool
    /// A stream of events.
    let events: Bool

    /// Reads `Accept` and, where there is a body, `Content-Type`.
    ///
    /// - Throws: `HTTPFault` of status 406 or 415.
    init(_ request: Request, _ method: Method) throws(HTTPFault) {
        if method == .post {
            let type = request.headers["content-type"] ?? ""
            guard
                type == "application/json"
                    || type.prefix(while: { $0 != ";" }).lowercased().filter({ $0 != " " })
                        == "application/json"
            else {
                throw HTTPFault(
                    .unsupportedMediaType,
                    code: "unsupported-media-type",
                    "send JSON with \"Content-Type: application/json\"",
                    headers: ["Accept": "application/json"]
                )
            }
        }
        guard let field = request.headers["accept"] else {
            json = true
            events = method == .get
            return
        }
        // What nearly all clients send, word for word.
        if field == "application/json, text/event-stream" {
            json = true
            events = true
            return
        }
        let accept = field.lowercased()
        let all = accept.contains("*/*")
        json = all || accept.contains("application/json") || accept.contains("application/*")
        events = all || accept.contains("text/event-stream") || accept.contains("text/*")
        let isServed = method == .get ? events : json || events
        guard isServed else {
            throw HTTPFault(
                .notAcceptable,
                code: "not-acceptable",
                method == .get
                    ? "accept text/event-stream" : "accept application/json and text/event-stream"
            )
        }
    }
}

extension RPCMessage {
    /// The id of a request; nil for all others.
    var id: RPCID? {
        guard case .request(let request) = self else { return nil }
        return request.id
    }
}
