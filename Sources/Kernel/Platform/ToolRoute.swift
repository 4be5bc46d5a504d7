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
    /// Makes the input of a request whose body is not plain JSON; nil for the usual way.
    public var input: (@Sendable (Request) throws -> JSON)?
    /// Makes the response of the output; nil for JSON, or 204 when the output is null.
    public var response: (@Sendable (JSON) throws -> Response)?

    /// A route.
    public init(
        _ method: Method,
        _ path: String,
        tool: String,
        status: Status = .ok,
        bodyLimit: Int = 1 << 20,
        input: (@Sendable (Request) throws -> JSON)? = nil,
        response: (@Sendable (JSON) throws -> Response)? = nil
    ) {
        self.method = method
        self.path = path
        self.tool = tool
        self.status = status
        self.bodyLimit = bodyLimit
        self.input = input
        self.response = response
    }

    /// The tool's input: the query's members for a GET, else the body's; the path's win over both.
    ///
    /// Query values are text; they become numbers or truth values where the tool's schema says so.
    func input(of request: Request, for tool: Tool) throws -> JSON {
        if let input { return try input(request) }
        var object = JSONObject()
        if method != .get, method != .delete, !request.body.isEmpty {
            let body = try request.json()
            guard case .object(let members) = body else {
                throw GeneralFault(
                    .invalid,
                    code: "wrong-type",
                    "expected an object, found \(body.kind)",
                    pointer: ""
                )
            }
            object = members
        }
        if method == .get {
            let properties = tool.input.json["properties"]
            for item in request.query.list {
                object[item.name] = Self.typed(item.value, properties?[item.name]?["type"]?.string)
            }
        }
        for parameter in request.parameters {
            object[parameter.name] = .string(parameter.value)
        }
        return .object(object)
    }

    private static func typed(_ text: String, _ type: String?) -> JSON {
        switch type {
        case "integer": Int64(text).map { .number(JSONNumber($0)) } ?? .string(text)
        case "number": Double(text).map { .double($0) } ?? .string(text)
        case "boolean": text == "true" ? true : text == "false" ? false : .string(text)
        default: .string(text)
        }
    }
}
