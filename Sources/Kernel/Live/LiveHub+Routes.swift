import Core
public import HTTP

extension LiveHub {
    /// The subprotocol of the WebSocket.
    public static let subprotocol = "weft.live.v1"

    /// Adds `/live` (WebSocket) and `/live/events` (server-sent events) to `router`.
    ///
    /// - Parameters:
    ///   - router: where to.
    ///   - options: the sockets' limits; the subprotocol is set here.
    public func addRoutes(to router: inout Router, options: WebSocketOptions = WebSocketOptions()) {
        var options = options
        options.subprotocols = [Self.subprotocol]
        let settled = options
        router.get("/live", options: RouteOptions(documentation: Self.socket)) { [self] request in
            // Without a token the client has to send one as its first message: a browser's page cannot
            // set the header.
            let ticket = try await ticket(of: request)
            return try Response.webSocket(for: request, options: settled) { [self] socket in
                connection(on: socket, ticket: ticket)
            }
        }
        router.get("/live/events", options: RouteOptions(documentation: Self.stream)) {
            [self] request in try await events(request)
        }
    }

    private static let socket = RouteDocumentation(
        "openLive",
        tag: "live",
        "Opens a WebSocket on which topics are followed.",
        details: "Subprotocol `weft.live.v1`; without an Authorization header the first message "
            + "brings the token.",
        isPublic: true,
        answers: [.init(.switchingProtocols, "The socket is open.")],
        problems: [.unauthorised, .upgradeRequired, .unprocessableContent]
    )

    private static let stream = RouteDocumentation(
        "followTopics",
        tag: "live",
        "Follows topics by server-sent events.",
        parameters: [
            .init(
                "topic",
                in: .query,
                isRequired: true,
                schema: [
                    "type": "array", "items": ["type": "string"], "minItems": 1, "maxItems": 16,
                ]
            ),
            .init("after", in: .query, schema: ["type": "integer", "minimum": 0]),
            .init("Last-Event-ID", in: .header, schema: ["type": "string"]),
        ],
        answers: [
            .init(.ok, "The events.", content: [("text/event-stream", ["type": "string"])])
        ],
        problems: [.notFound, .unprocessableContent]
    )

    /// The checked token of the request's header; nil without one.
    private func ticket(of request: Request) async throws -> LiveTicket? {
        guard let header = request.headers["authorization"] else { return nil }
        guard header.prefix(7).lowercased() == "bearer " else {
            throw GeneralFault(
                .unauthenticated,
                code: "unauthenticated",
                "the Authorization header must be \"Bearer <access token>\""
            )
        }
        return try await ticket(String(header.dropFirst(7))).get()
    }

    /// Follows topics by server-sent events.
    private func events(_ request: Request) async throws -> Response {
        guard let ticket = try await ticket(of: request) else {
            throw GeneralFault(.unauthenticated, code: "unauthenticated", "sign in first")
        }
        let names = try await followed(request, ticket.principal)
        let start = try Self.start(request)
        return .events { [self] writer in
            let (number, wakes) = listen()
            defer { stopListening(number) }
            var follower = LiveStream(
                hub: self,
                ticket: ticket,
                names: names,
                at: start ?? position
            )
            guard try await follower.send(to: writer) else { return }
            for await _ in wakes {
                guard try await follower.send(to: writer) else { return }
            }
            try Task.checkCancellation()
        }
    }

    private func followed(_ request: Request, _ principal: LivePrincipal) async throws -> Set<
        String
    > {
        let names = request.query.list.filter { $0.name == "topic" }.map(\.value)
        guard (1...16).contains(names.count) else {
            throw GeneralFault(
                .invalid,
                code: "invalid-topic",
                "name 1 to 16 topics, as in ?topic=orders&topic=runs"
            )
        }
        for name in names {
            let missing = GeneralFault(
                .notFound,
                code: "not-found",
                "there is no topic \"\(name.prefix(200))\""
            )
            guard let found = topics.find(name) else { throw missing }
            guard topics.all[found.index].admits(principal.roles) else {
                throw GeneralFault(
                    .forbidden,
                    code: "forbidden",
                    "your roles do not allow \"\(name)\""
                )
            }
            if let id = found.id {
                guard try await exists(id, found.index, for: principal) else { throw missing }
            }
        }
        return Set(names)
    }

    /// `Last-Event-ID`, which a client sends that reconnects, else `after`.
    private static func start(_ request: Request) throws -> Int64? {
        let text =
            request.headers["last-event-id"]
            ?? request.query.list.first { $0.name == "after" }?.value
        guard let text, !text.isEmpty else { return nil }
        guard let place = Int64(text), place >= 0 else {
            throw GeneralFault(
                .invalid,
                code: "invalid-after",
                "after and Last-Event-ID are places in the log: whole numbers from 0"
            )
        }
        return place
    }
}
