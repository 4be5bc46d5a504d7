import Core

/// Finds the handler of a request and answers with it.
///
/// ```swift
/// var router = Router()
/// router.get("/api/orders/{id}") { request in
///     let id = try request.parameter("id", as: ID<Order>.self)
///     return .json(try await orders.find(id).json)
/// }
/// ```
///
/// A literal segment goes before a parameter, a parameter before a rest (`{path...}`). HEAD is answered
/// by GET's handler without the body; OPTIONS by the methods there are.
public struct Router: Sendable {
    private struct Node: Sendable {
        var literals: [String: Int] = [:]
        var parameter: Int?
        var rest: Int?
        var routes: [Method: Route] = [:]
    }

    private var nodes = [Node()]
    private var middleware: [Middleware] = []
    private var finishers: [@Sendable (Request, inout Response) -> Void] = []
    private var onFailure: @Sendable (any Error, Request) -> Void = { _, _ in }

    /// A router without routes.
    public init() {}

    /// Adds a route; a second one of the same method and pattern is a programmer's error and traps.
    ///
    /// - Parameters:
    ///   - method: the method; a route for GET answers HEAD too.
    ///   - pattern: literal segments, `{name}` for one segment, `{name...}` last for all that follow.
    ///   - options: body limit and middleware.
    ///   - handler: what answers; errors it throws become problem details.
    public mutating func on(
        _ method: Method,
        _ pattern: String,
        options: RouteOptions = RouteOptions(),
        handler: @escaping Handler
    ) {
        var at = 0
        var names: [String] = []
        for piece in PatternPiece.parse(pattern) {
            switch piece {
            case .literal(let text):
                at = child(of: at, found: nodes[at].literals[text]) { $0.literals[text] = $1 }
            case .parameter(let name):
                names.append(name)
                at = child(of: at, found: nodes[at].parameter) { $0.parameter = $1 }
            case .rest(let name):
                names.append(name)
                at = child(of: at, found: nodes[at].rest) { $0.rest = $1 }
            }
        }
        precondition(nodes[at].routes[method] == nil, "\(method.rawValue) \(pattern) exists")
        nodes[at].routes[method] = Route(
            pattern: pattern,
            parameterNames: names,
            options: options,
            handler: handler
        )
    }

    private mutating func child(
        of parent: Int,
        found: Int?,
        link: (inout Node, Int) -> Void
    ) -> Int {
        if let found { return found }
        nodes.append(Node())
        link(&nodes[parent], nodes.count - 1)
        return nodes.count - 1
    }

    /// Adds a route for GET and HEAD.
    public mutating func get(
        _ pattern: String,
        options: RouteOptions = RouteOptions(),
        handler: @escaping Handler
    ) { on(.get, pattern, options: options, handler: handler) }

    /// Adds a route for POST.
    public mutating func post(
        _ pattern: String,
        options: RouteOptions = RouteOptions(),
        handler: @escaping Handler
    ) { on(.post, pattern, options: options, handler: handler) }

    /// Adds a route for PUT.
    public mutating func put(
        _ pattern: String,
        options: RouteOptions = RouteOptions(),
        handler: @escaping Handler
    ) { on(.put, pattern, options: options, handler: handler) }

    /// Adds a route for PATCH.
    public mutating func patch(
        _ pattern: String,
        options: RouteOptions = RouteOptions(),
        handler: @escaping Handler
    ) { on(.patch, pattern, options: options, handler: handler) }

    /// Adds a route for DELETE.
    public mutating func delete(
        _ pattern: String,
        options: RouteOptions = RouteOptions(),
        handler: @escaping Handler
    ) { on(.delete, pattern, options: options, handler: handler) }

    /// Serves `files` at `prefix` and everything below it.
    public mutating func mount(_ prefix: String, _ files: StaticFiles) {
        let handler: Handler = { request in
            files.respond(to: request, path: request.parameters.first?.value ?? "")
        }
        let base = prefix == "/" ? "" : prefix
        get(base + "/{path...}", handler: handler)
    }

    /// Puts `middleware` before every route's handler, inside of what was put there before.
    ///
    /// It does not see requests that fit no route.
    public mutating func use(_ middleware: @escaping Middleware) {
        self.middleware.append(middleware)
    }

    /// Lets `finish` change every answer of the router last, errors included; for security headers.
    public mutating func finish(_ finish: @escaping @Sendable (Request, inout Response) -> Void) {
        finishers.append(finish)
    }

    /// Lets `hook` hear of every error that is answered 500, for the log.
    public mutating func onInternalError(_ hook: @escaping @Sendable (any Error, Request) -> Void) {
        onFailure = hook
    }

    // MARK: Matching

    /// What answers `method` at the path of `segments`.
    func match(_ method: Method, _ segments: [String]) -> RouteMatch {
        var values: [String] = []
        var allowed: Set<Method> = []
        if let route = find(method, segments[...], from: 0, &values, &allowed) {
            return .found(route, values)
        }
        if allowed.isEmpty { return .notFound }
        if allowed.contains(.get) { allowed.insert(.head) }
        allowed.insert(.options)
        let list = Method.allCases.filter(allowed.contains)
        return method == .options ? .options(list) : .notAllowed(list)
    }

    private func find(
        _ method: Method,
        _ segments: ArraySlice<String>,
        from index: Int,
        _ values: inout [String],
        _ allowed: inout Set<Method>
    ) -> Route? {
        guard let segment = segments.first else {
            if let route = route(method, at: index, &allowed) { return route }
            guard let rest = nodes[index].rest else { return nil }
            values.append("")
            if let route = route(method, at: rest, &allowed) { return route }
            values.removeLast()
            return nil
        }
        if !nodes[index].literals.isEmpty, let next = nodes[index].literals[segment],
            let route = find(method, segments.dropFirst(), from: next, &values, &allowed)
        {
            return route
        }
        if let next = nodes[index].parameter, !segment.isEmpty {
            values.append(segment)
            if let route = find(method, segments.dropFirst(), from: next, &values, &allowed) {
                return route
            }
            values.removeLast()
        }
        if let rest = nodes[index].rest {
            values.append(segments.joined(separator: "/"))
            if let route = route(method, at: rest, &allowed) { return route }
            values.removeLast()
        }
        return nil
    }

    private func route(_ method: Method, at index: Int, _ allowed: inout Set<Method>) -> Route? {
        let routes = nodes[index].routes
        if let route = routes[method] { return route }
        if method == .head, let route = routes[.get] { return route }
        allowed.formUnion(routes.keys)
        return nil
    }

    // MARK: Answering

    /// Answers `request`, in process as well as behind a socket; it never fails.
    public func respond(to request: Request) async -> Response {
        await respond(to: request, match: match(request.method, request.segments))
    }

    func respond(to request: Request, match: RouteMatch) async -> Response {
        var request = request
        var response: Response
        do {
            response = try await answer(&request, match)
        } catch {
            report(error, request)
            response = ProblemDetails.response(for: error)
        }
        for finish in finishers { finish(request, &response) }
        return request.method == .head ? response.withoutBody() : response
    }

    /// Tells the log of `error` if it is a mistake of ours.
    func report(_ error: any Error, _ request: Request) {
        if ProblemDetails.isInternal(error) { onFailure(error, request) }
    }

    private func answer(_ request: inout Request, _ match: RouteMatch) async throws -> Response {
        if let fault = request.targetFault {
            if request.method == .options, request.target == "*" { return .noContent }
            throw fault
        }
        switch match {
        case .found(let route, let values):
            guard request.body.count <= route.options.bodyLimit else {
                throw Self.tooLarge(limit: route.options.bodyLimit)
            }
            request.route = route.pattern
            for (name, value) in zip(route.parameterNames, values) {
                request.parameters.append((name, value))
            }
            if middleware.isEmpty, route.options.middleware.isEmpty {
                return try await route.handler(request)
            }
            let chain = middleware + route.options.middleware
            return try await Self.run(chain[...], route.handler, request)
        case .options(let allowed):
            return Response(status: .noContent, headers: ["Allow": Self.list(allowed)])
        case .notAllowed(let allowed):
            throw HTTPFault(
                .methodNotAllowed,
                code: "method-not-allowed",
                "\(request.method.rawValue) is not possible here; \(Self.list(allowed)) are",
                headers: ["Allow": Self.list(allowed)]
            )
        case .notFound:
            throw HTTPFault(.notFound, code: "not-found", "there is nothing at \(request.path)")
        }
    }

    private static func run(
        _ chain: ArraySlice<Middleware>,
        _ handler: @escaping Handler,
        _ request: Request
    ) async throws -> Response {
        guard let first = chain.first else { return try await handler(request) }
        let rest = chain.dropFirst()
        return try await first(request) { try await run(rest, handler, $0) }
    }

    private static func list(_ methods: [Method]) -> String {
        methods.map(\.rawValue).joined(separator: ", ")
    }

    static func tooLarge(limit: Int) -> HTTPFault {
        HTTPFault(
            .contentTooLarge,
            code: "too-large",
            "the body is larger than \(limit) bytes",
            details: JSONObject([("limitBytes", .int(limit))])
        )
    }
}
