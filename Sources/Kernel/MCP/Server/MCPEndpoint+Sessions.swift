import Core
import HTTP

extension MCPEndpoint {
    func stateful(
        _ message: RPCMessage,
        _ request: Request,
        _ scope: Scope,
        _ accepts: Accepted
    ) async throws -> Response {
        if case .request(let call) = message, call.method == MethodName.initialize,
            !request.headers.contains(HeaderName.session)
        {
            return try begin(call, scope)
        }
        let session = try session(of: request, scope)
        switch message {
        case .request(let call):
            return try await answer(call, in: session, request, scope, accepts)
        case .notification(let notification):
            server.take(notification, in: session)
        case .result(let id, let result): session.settle(id, .success(result))
        case .failure(let id, let error): session.settle(id, .failure(error))
        }
        return Response(status: .accepted)
    }

    private func begin(_ call: RPCRequest, _ scope: Scope) throws -> Response {
        let client = try server.agree(call)
        let session = try server.sessions.begin(client, of: Owner(scope))
        var response = Self.answer(.result(server.greeting(client)), call.id)
        response.headers.add(HeaderName.session, session.id)
        return response
    }

    /// The session that a request names.
    ///
    /// - Throws: `HTTPFault` of status 400 when it names none, 404 when there is none of the account's.
    private func session(of request: Request, _ scope: Scope) throws -> Session {
        guard let id = request.headers[HeaderName.session] else {
            throw HTTPFault(
                .badRequest,
                code: "no-session",
                "the header field \(HeaderName.session) is missing; begin with \"initialize\", or "
                    + "send \"_meta\" as of \(ProtocolRevision.newest.rawValue)"
            )
        }
        guard let session = server.sessions.find(id, of: Owner(scope)) else {
            throw HTTPFault(
                .notFound,
                code: "session-not-found",
                "there is no such session any more; begin a new one"
            )
        }
        return session
    }

    private func answer(
        _ call: RPCRequest,
        in session: Session,
        _ request: Request,
        _ scope: Scope,
        _ accepts: Accepted
    ) async throws -> Response {
        let key = request.headers["idempotency-key"]
        if accepts.events, mayTakeLong(call, scope) || !accepts.json {
            return try stream(call, in: session, request, scope, key)
        }
        let exchange = try server.exchange(call, in: session, scope, key: key, sink: nil)
        if let answer = try await server.answer(call, in: session, exchange) {
            return Self.answer(answer, call.id)
        }
        guard mayTakeLong(call, scope) else {
            return Self.answer(try await server.handler.answer(call, exchange), call.id)
        }
        let signal = try session.begin(call.id)
        defer { session.end(call.id) }
        try server.meter.enter(session.owner)
        defer { server.meter.leave(session.owner) }
        let handler = server.handler
        do {
            let answer = try await signal.run { try await handler.answer(call, exchange) }
            return Self.answer(answer, call.id)
        } catch is CancellationError where signal.isGiven {
            return Self.failure(
                RPCError(code: 499, message: "the request was cancelled"),
                id: call.id,
                .ok
            )
        }
    }

    /// Whether a request may say something before its result, or is worth being resumed.
    private func mayTakeLong(_ call: RPCRequest, _ scope: Scope) -> Bool {
        switch call.method {
        case MethodName.callTool:
            call.params?["name"]?.string.flatMap { server.features.tool($0, for: scope) }?.speaks
                ?? false
        case MethodName.getPrompt: true
        default: false
        }
    }

    /// Answers by a stream that can be resumed: the request goes on when the connection is lost.
    private func stream(
        _ call: RPCRequest,
        in session: Session,
        _ request: Request,
        _ scope: Scope,
        _ key: String?
    ) throws -> Response {
        let signal = try session.begin(call.id)
        let stream = session.openStream()
        let exchange: Exchange
        do {
            exchange = try server.exchange(call, in: session, scope, key: key, sink: stream)
            try server.meter.enter(session.owner)
        } catch {
            session.end(call.id)
            stream.end()
            throw error
        }
        let server = server
        server.perform {
            defer {
                server.meter.leave(session.owner)
                session.end(call.id)
                session.touch()
                stream.end()
            }
            // Cancelled: nothing is answered any more.
            let answer = try? await signal.run {
                if let own = try await server.answer(call, in: session, exchange) { return own }
                return try await server.handler.answer(call, exchange)
            }
            if let answer { stream.append(answer.bytes(call.id)) }
        }
        return events(of: stream, after: 0, session, isEndless: false)
    }

    private func events(
        of stream: MessageStream,
        after message: Int,
        _ session: Session,
        isEndless: Bool
    ) -> Response {
        let primes = session.client.revision >= .november2025
        return .stream(
            type: "text/event-stream",
            headers: ["Cache-Control": "no-store", "X-Accel-Buffering": "no"],
            isEndless: isEndless
        ) { writer in
            try await stream.pump(to: writer, after: message, primes: primes)
        }
    }

    // MARK: GET and DELETE

    /// Opens the stream of messages that belong to no request, or resumes another.
    func listen(_ request: Request) async throws -> Response {
        let scope = try await admit(request)
        try checkRevision(request)
        _ = try Accepted(request, .get)
        let session = try session(of: request, scope)
        if let event = request.headers[HeaderName.lastEvent] {
            guard let place = session.place(of: event) else {
                throw HTTPFault(
                    .badRequest,
                    code: "unknown-event",
                    "\(HeaderName.lastEvent) is no event of this session"
                )
            }
            if place.stream.number == 0 {
                return watched(place.stream, after: place.message, session, request, scope)
            }
            return events(of: place.stream, after: place.message, session, isEndless: false)
        }
        guard let aside = session.aside as? MessageStream else {
            throw GeneralFault(.internal, code: "no-stream", "the session has no stream")
        }
        let owner = Owner(scope)
        let others = server.sessions.all.count { $0.owner == owner && $0.isListenedTo }
        guard others < server.limits.streamsPerAccount || aside.isRead else {
            throw HTTPFault(
                .tooManyRequests,
                code: "too-many-streams",
                "this account has too many open streams"
            )
        }
        return watched(aside, after: aside.delivered, session, request, scope)
    }

    /// A stream that stays open for long, as long as its caller may have it.
    private func watched(
        _ stream: MessageStream,
        after message: Int,
        _ session: Session,
        _ request: Request,
        _ scope: Scope
    ) -> Response {
        let primes = session.client.revision >= .november2025
        let clock = server.clock
        let pause = server.limits.heartbeat
        return .stream(
            type: "text/event-stream",
            headers: ["Cache-Control": "no-store", "X-Accel-Buffering": "no"],
            isEndless: true
        ) { writer in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await stream.pump(to: writer, after: message, primes: primes)
                }
                group.addTask {
                    repeat {
                        try await clock.sleep(for: pause)
                    } while await isStillGood(request, scope)
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    /// Ends a session.
    func end(_ request: Request) async throws -> Response {
        let scope = try await admit(request)
        try checkRevision(request)
        server.sessions.end(try session(of: request, scope))
        return .noContent
    }

    /// Refuses revisions that have no sessions, and those that nobody knows.
    private func checkRevision(_ request: Request) throws(HTTPFault) {
        guard let version = request.headers[HeaderName.protocolVersion] else { return }
        guard let revision = ProtocolRevision(rawValue: version) else {
            throw HTTPFault(
                .badRequest,
                code: "unsupported-version",
                "protocol version \"\(version.prefix(40))\" is not supported",
                details: [
                    "supported": .array(ProtocolRevision.names.map { .string($0) })
                ]
            )
        }
        guard !revision.isStateless else {
            throw HTTPFault(
                .methodNotAllowed,
                code: "method-not-allowed",
                "\(version) has no sessions; only POST is possible",
                headers: ["Allow": "POST"]
            )
        }
    }
}
