/// What answers a request.
///
/// It runs where its caller runs, on the connection's event loop, so that calling it costs no hop.
public typealias Handler =
    nonisolated(nonsending) @Sendable (Request) async throws -> Response

/// What stands before a handler: it may answer itself, change the request or the answer, or pass on.
public typealias Middleware =
    nonisolated(nonsending) @Sendable (Request, Handler) async throws -> Response

/// What every request passes first, also one that fits no route: it may change the request, answer
/// itself, or throw; nil goes on.
public typealias Preparation = @Sendable (inout Request) async throws -> Response?

/// How a route is served.
public struct RouteOptions: Sendable {
    /// The largest body in bytes, default 1 MiB; a larger one is answered 413.
    public var bodyLimit: Int
    /// What stands before this route's handler, outermost first; default nothing.
    public var middleware: [Middleware]
    /// Whether the handler begins before the body has come in, default false.
    ///
    /// It then reads the body from `Request.chunks`; `Request.body` is empty.
    public var streamsBody: Bool
    /// Whether it serves files of the program that anybody may read, default false.
    ///
    /// They have a budget of their own, since one page is made of many.
    public var servesFiles: Bool
    /// What the OpenAPI page says of it; default nothing.
    public var documentation: RouteDocumentation?

    /// The defaults: 1 MiB, no middleware, the body as a whole.
    public init(
        bodyLimit: Int = 1 << 20,
        middleware: [Middleware] = [],
        streamsBody: Bool = false,
        servesFiles: Bool = false,
        documentation: RouteDocumentation? = nil
    ) {
        self.bodyLimit = bodyLimit
        self.middleware = middleware
        self.streamsBody = streamsBody
        self.servesFiles = servesFiles
        self.documentation = documentation
    }
}

/// A registered route.
final class Route: Sendable {
    let pattern: String
    let parameterNames: [String]
    let options: RouteOptions
    /// What answers, all middleware included.
    let handler: Handler

    init(
        pattern: String,
        parameterNames: [String],
        options: RouteOptions,
        handler: @escaping Handler
    ) {
        self.pattern = pattern
        self.parameterNames = parameterNames
        self.options = options
        self.handler = handler
    }

    /// The same route behind `middleware`, outermost first.
    func behind(_ middleware: [Middleware]) -> Route {
        Route(
            pattern: pattern,
            parameterNames: parameterNames,
            options: options,
            handler: (middleware + options.middleware).reversed().reduce(handler) { next, first in
                { try await first($0, next) }
            }
        )
    }
}

/// What a router makes of a method and a path.
enum RouteMatch: Sendable {
    case found(Route)
    case notAllowed([Method])
    case options([Method])
    case notFound

    /// Whether the handler reads the body while it comes in.
    var streamsBody: Bool {
        if case .found(let route) = self { return route.options.streamsBody }
        return false
    }

    /// The largest body that may be read for this answer.
    var bodyLimit: Int {
        if case .found(let route) = self { return route.options.bodyLimit }
        return RouteOptions().bodyLimit
    }
}

/// A piece of a pattern.
enum PatternPiece: Equatable {
    case literal(String)
    case parameter(String)
    case rest(String)

    /// Reads `/api/orders/{id}` or `/files/{path...}`; a pattern that breaks the form traps.
    static func parse(_ pattern: String) -> [PatternPiece] {
        precondition(pattern.hasPrefix("/"), "a pattern starts with /: \(pattern)")
        if pattern == "/" { return [] }
        return pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
            piece in
            guard piece.hasPrefix("{") else {
                precondition(!piece.contains("{"), "a parameter fills its segment: \(pattern)")
                return .literal(String(piece))
            }
            precondition(piece.hasSuffix("}"), "a parameter ends with }: \(pattern)")
            let name = String(piece.dropFirst().dropLast())
            return name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .parameter(name)
        }
    }
}
