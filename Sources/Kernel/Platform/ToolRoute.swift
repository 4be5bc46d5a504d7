import Agents
public import Core
public import HTTP

/// A route that calls a tool: the body or the query and the path's parameters become its input.
public struct ToolRoute: Sendable {
    /// The method, for instance GET.
    public var method: Method
    /// For instance `/api/orders/{id}`.
    public var path: String
    /// The tool's name.
    public var tool: String
    /// The status of a success; default 200.
    public var status: Status
    /// The largest body in bytes; default 1 MiB.
    public var bodyLimit: Int
    /// The heading on the OpenAPI page; nil for the path's second word.
    public var tag: String?
    /// Whether the answer has a `version`, which `If-Match` may demand of a change.
    public var isVersioned: Bool
    /// Parameters that come in the query although the method has a body.
    public var query: Set<String>
    /// The body of a route with an `input` of its own, for the OpenAPI page.
    public var body: RouteDocumentation.Body?
    /// What the route refuses besides the usual, for the OpenAPI page.
    public var problems: [Status]
    /// Makes the input of a request whose body is not plain JSON; nil for the usual way.
    public var input: (@Sendable (Request) throws -> JSON)?
    /// The media type of a file; nil for an answer in JSON.
    ///
    /// The tool answers it as `{"name","content"}` with base64 in `content`, the route as its bytes,
    /// which a browser shows.
    public var file: String?
    /// Where a thing that was made is found, up to its id, for instance `/api/orders/`; nil for none.
    public var location: String?

    /// A route.
    public init(
        _ method: Method,
        _ path: String,
        tool: String,
        status: Status = .ok,
        bodyLimit: Int = 1 << 20,
        tag: String? = nil,
        isVersioned: Bool = false,
        query: Set<String> = [],
        body: RouteDocumentation.Body? = nil,
        problems: [Status] = [],
        input: (@Sendable (Request) throws -> JSON)? = nil,
        location: String? = nil,
        file: String? = nil
    ) {
        self.method = method
        self.path = path
        self.tool = tool
        self.status = status
        self.bodyLimit = bodyLimit
        self.tag = tag
        self.isVersioned = isVersioned
        self.query = query
        self.body = body
        self.problems = problems
        self.input = input
        self.location = location
        self.file = file
    }

    /// Whether the tool's input comes in the query rather than in a body.
    var takesQuery: Bool { method == .get || method == .delete }

    /// Whether it answers one thing, so that a client may keep it and ask whether it changed.
    var isResource: Bool { method == .get && path.hasSuffix("}") }

    /// The names of the path's parameters.
    var pathNames: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
            String($0.dropFirst().dropLast($0.hasSuffix("...}") ? 4 : 1))
        }
    }
}
