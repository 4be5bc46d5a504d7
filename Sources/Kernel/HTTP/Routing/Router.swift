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
    struct Node: Sendable {
        var literals: [String: Int] = [:]
        var parameter: Int?
        var rest: Int?
        var routes: [Method: Route] = [:]
    }

    private(set) var nodes = [Node()]
    private(set) var preparations: [Preparation] = []
    private(set) var middleware: [Middleware] = []
    private(set) var finishers: [@Sendable (Request, inout Response) -> Void] = []
    private(set) var onFailure: @Sendable (any Error, Request) -> Void = { _, _ in }
    /// Every route in the order in which they were added.
    public private(set) var documented: [DocumentedRoute] = []

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
        documented.append(
            DocumentedRoute(
                method: method,
                pattern: pattern,
                documentation: options.documentation
            )
        )
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

    /// Serves `files` at `prefix` and everything below it; the OpenAPI page leaves them out.
    public mutating func mount(_ prefix: String, _ files: StaticFiles) {
        let handler: Handler = { request in
            files.respond(to: request, path: request.parameters.first?.value ?? "")
        }
        let base = prefix == "/" ? "" : prefix
        get(
            base + "/{path...}",
            options: RouteOptions(servesFiles: true, documentation: .page),
            handler: handler
        )
    }

    /// Has every request pass `preparation` first, after those that were added before.
    ///
    /// Unlike middleware it also sees requests that fit no route, and costs no call of its own.
    public mutating func prepare(_ preparation: @escaping Preparation) {
        preparations.append(preparation)
    }

    /// Puts `middleware` before every route's handler, inside of what was put there before.
    ///
    /// It does not see requests that fit no route.
    public mutating func use(_ middleware: @escaping Middleware) {
        self.middleware.append(middleware)
    }

    /// Lets `finish` change every answer last, for security headers: errors included, and what the server
    /// refuses before it comes to a route.
    public mutating func finish(_ finish: @escaping @Sendable (Request, inout Response) -> Void) {
        finishers.append(finish)
    }

    /// Lets `hook` hear of every error that is answered 500, for the log.
    public mutating func onInternalError(_ hook: @escaping @Sendable (any Error, Request) -> Void) {
        onFailure = hook
    }

    /// Answers `request` in process; it never fails.
    public func respond(to request: Request) async -> Response {
        let routes = Routes(self)
        var request = request
        let match = request.match(routes)
        return await routes.respond(to: request, match: match)
    }
}
