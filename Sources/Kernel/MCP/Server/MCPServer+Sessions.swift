import Core

extension MCPServer {
    /// What `initialize` agrees on.
    ///
    /// - Throws: `RPCError` for parameters that are not what it takes.
    func agree(_ request: RPCRequest) throws(RPCError) -> ClientProfile {
        let parameters = Parameters(request.params)
        let wanted = try parameters.string("protocolVersion", longest: 100)
        guard let capabilities = try parameters.object("capabilities") else {
            throw .invalidParams("\"capabilities\" is required", pointer: "/params/capabilities")
        }
        guard let info = try parameters.object("clientInfo") else {
            throw .invalidParams("\"clientInfo\" is required", pointer: "/params/clientInfo")
        }
        var revision = ProtocolRevision(rawValue: wanted) ?? .newestStateful
        if revision.isStateless { revision = .newestStateful }
        return ClientProfile(revision, info: .object(info), capabilities: .object(capabilities))
    }

    /// The answer to `initialize`.
    func greeting(_ client: ClientProfile) -> JSONText {
        var result: JSONObject = [
            "protocolVersion": .string(client.revision.rawValue),
            "capabilities": handler.capabilities,
            "serverInfo": features.info.json,
        ]
        if let instructions = features.info.instructions {
            result["instructions"] = .string(instructions)
        }
        return JSONText(.object(result))
    }

    /// The circumstances of a session's request.
    func exchange(
        _ request: RPCRequest,
        in session: Session,
        _ scope: Scope,
        key: String?,
        sink: (any MessageSink)?
    ) throws(RPCError) -> Exchange {
        let meta = RequestMeta(request.params?["_meta"])
        return Exchange(
            scope: meta.traced(scope),
            client: session.client,
            idempotencyKey: try meta.idempotencyKey(header: key),
            progressToken: try meta.progressToken(),
            threshold: session.threshold,
            outlet: sink.map { SessionOutlet(session: session, sink: $0) }
        )
    }

    /// Answers what is about the session itself; nil for all other methods.
    func answer(
        _ request: RPCRequest,
        in session: Session,
        _ exchange: Exchange
    ) async throws -> RPCAnswer? {
        let parameters = Parameters(request.params)
        do {
            switch request.method {
            case MethodName.initialize:
                throw RPCError.invalidRequest("this session has begun already")
            case MethodName.setLogLevel:
                let level = try parameters.string("level", longest: 40)
                guard let severity = LogSeverity(rawValue: level) else {
                    throw RPCError.invalidParams(
                        "\"level\" must be one of "
                            + LogSeverity.allCases.map(\.rawValue).joined(separator: ", "),
                        pointer: "/params/level"
                    )
                }
                session.threshold = severity
            case MethodName.subscribe:
                let uri = try parameters.string("uri", longest: 4_096)
                _ = try await handler.read(uri, exchange)
                guard session.watch(uri) else {
                    throw RPCError(
                        code: 429,
                        message: "a session may watch \(limits.watched) resources at most"
                    )
                }
            case MethodName.unsubscribe:
                session.unwatch(try parameters.string("uri", longest: 4_096))
            default: return nil
            }
            return .result(JSONText([:]))
        } catch let error as RPCError {
            return .failure(error)
        } catch let fault as any Fault {
            return .failure(RequestHandler.error(for: fault))
        }
    }

    /// Takes a session's notification.
    func take(_ notification: RPCNotification, in session: Session) {
        switch notification.method {
        case NotificationName.cancelled:
            if let id = RPCID(notification.params?["requestId"]) { session.cancel(id) }
        default: break
        }
    }
}
