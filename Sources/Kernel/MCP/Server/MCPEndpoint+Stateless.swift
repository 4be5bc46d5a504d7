import Core
import HTTP

extension MCPEndpoint {
    func stateless(
        _ message: RPCMessage,
        _ request: Request,
        _ scope: Scope,
        _ accepts: Accepted
    ) async throws -> Response {
        let call: RPCRequest
        switch message {
        case .request(let found): call = found
        case .notification: return Response(status: .accepted)
        case .result, .failure:
            throw RPCError.invalidRequest("clients of this revision send no responses")
        }
        let stateless: StatelessRequest
        do {
            try Self.checkRevision(call, request.headers)
            try HeaderChecks.names(call, request.headers)
            stateless = try StatelessRequest(call)
        } catch {
            return Self.failure(error, id: call.id, .badRequest)
        }
        let key = request.headers["idempotency-key"]
        if call.method == MethodName.listen {
            return try await changes(call, stateless, request, scope, accepts)
        }
        if call.method == MethodName.callTool, let name = call.params?["name"]?.string,
            let tool = server.features.tool(name, for: scope)
        {
            try HeaderChecks.arguments(call, of: tool, request.headers)
            if tool.speaks {
                return try await long(call, stateless, scope, accepts, key)
            }
        }
        return try await plain(call, stateless, scope, key)
    }

    /// Answers by one object.
    private func plain(
        _ call: RPCRequest,
        _ stateless: StatelessRequest,
        _ scope: Scope,
        _ key: String?
    ) async throws -> Response {
        let exchange = try server.exchange(call, stateless, scope, key: key, outlet: nil)
        let answer = try await server.handler.answer(call, exchange)
        guard case .failure(let error) = answer else { return Self.answer(answer, call.id) }
        return Self.failure(error, id: call.id, Self.status(of: error))
    }

    /// Answers what can take long; an account may have so many under way.
    private func long(
        _ call: RPCRequest,
        _ stateless: StatelessRequest,
        _ scope: Scope,
        _ accepts: Accepted,
        _ key: String?
    ) async throws -> Response {
        if accepts.events,
            stateless.progressToken != nil || stateless.threshold != nil || !accepts.json
        {
            return try stream(call, stateless, scope, key)
        }
        let owner = Owner(scope)
        try server.meter.enter(owner)
        defer { server.meter.leave(owner) }
        return try await plain(call, stateless, scope, key)
    }

    /// What the header field says of the revision, before anything else is looked at.
    private static func checkRevision(
        _ call: RPCRequest,
        _ headers: Headers
    ) throws(RPCError) {
        guard StatelessRequest.isMeant(call.params) else {
            // The header field alone speaks of a revision, perhaps of one that nobody knows.
            let version = headers[HeaderName.protocolVersion] ?? ""
            guard ProtocolRevision(rawValue: version) != nil else {
                throw .unsupportedVersion(version, supported: ProtocolRevision.names)
            }
            _ = try StatelessRequest.required(call)
            throw StatelessRequest.missing(MetaKey.protocolVersion)
        }
        try HeaderChecks.revision(call, headers)
        let version = call.params?["_meta"]?[MetaKey.protocolVersion]?.string ?? ""
        guard ProtocolRevision(rawValue: version)?.isStateless == true else {
            throw .unsupportedVersion(version, supported: ProtocolRevision.names)
        }
    }

    // MARK: Streams

    private static let streamHeaders: Headers = [
        "Cache-Control": "no-store", "X-Accel-Buffering": "no",
    ]

    /// Answers by a stream: what the tool says, then the result.
    ///
    /// A client that leaves cancels the call.
    private func stream(
        _ call: RPCRequest,
        _ stateless: StatelessRequest,
        _ scope: Scope,
        _ key: String?
    ) throws -> Response {
        let (words, outlet) = QueueOutlet.make()
        let exchange = try server.exchange(call, stateless, scope, key: key, outlet: outlet)
        let server = server
        let owner = Owner(scope)
        return .stream(type: "text/event-stream", headers: Self.streamHeaders) { writer in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { outlet.finish() }
                    do throws(RPCError) {
                        try server.meter.enter(owner)
                    } catch {
                        outlet.append(RPCAnswer.failure(error).bytes(call.id))
                        return
                    }
                    defer { server.meter.leave(owner) }
                    let answer = try await server.handler.answer(call, exchange)
                    outlet.append(answer.bytes(call.id))
                }
                for await word in words { try await writer.write(word) }
                try await group.waitForAll()
            }
        }
    }

    /// `subscriptions/listen`: changes until the client leaves or the server stops.
    private func changes(
        _ call: RPCRequest,
        _ stateless: StatelessRequest,
        _ request: Request,
        _ scope: Scope,
        _ accepts: Accepted
    ) async throws -> Response {
        guard accepts.events else {
            throw HTTPFault(
                .notAcceptable,
                code: "not-acceptable",
                "\(MethodName.listen) needs \"Accept: text/event-stream\""
            )
        }
        let exchange = try server.exchange(call, stateless, scope, key: nil, outlet: nil)
        let filter = try await server.filter(call, exchange)
        let server = server
        return .stream(
            type: "text/event-stream",
            headers: Self.streamHeaders,
            isEndless: true
        ) { writer in
            let owner = Owner(exchange.scope)
            guard let (number, words) = server.board.listen(filter, of: owner) else {
                let error = RPCError(
                    code: 429,
                    message: "this account has too many streams of changes"
                )
                try await writer.write(
                    QueueOutlet.event(MessageWriter.bytes(.failure(id: call.id, error)))
                )
                return
            }
            defer { server.board.stop(number) }
            let listener = ChangeListener(call, filter, info: server.features.info)
            try await writer.write(QueueOutlet.event(listener.acknowledgement))
            for await word in words {
                switch word {
                case .change(let change):
                    try await writer.write(QueueOutlet.event(listener.message(change)))
                case .beat:
                    guard await isStillGood(request, scope) else { return }
                    try await writer.heartbeat()
                case .goodbye:
                    try await writer.write(QueueOutlet.event(listener.farewell))
                    return
                }
            }
            try Task.checkCancellation()
        }
    }
}
