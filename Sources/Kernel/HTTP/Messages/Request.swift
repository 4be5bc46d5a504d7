public import Core

/// A request whose body has been read.
public struct Request: Sendable {
    /// The method.
    public var method: Method
    /// The target as it came, query included.
    public var target: String
    /// The path as it came, without the query.
    public var path: String
    /// The path's segments, percent-decoded after splitting.
    public var segments: [String]
    /// The query's members.
    public var query: Query
    /// The header fields.
    public var headers: Headers
    /// The body.
    public var body: [UInt8]
    /// The client's address without the port, for instance `192.0.2.7`; empty in tests.
    public var remoteAddress: String
    /// This request's place in its trace: a child of the client's `traceparent`, or a new trace.
    public var trace: TraceContext
    /// The pattern of the route that answers, for instance `/api/orders/{id}`; nil when none does.
    public var route: String?
    /// The path parameters by their names in the pattern.
    public var parameters: [(name: String, value: String)]
    /// On whose authority the request is made; set by the middleware that authenticates.
    public var scope: Scope?
    /// What is left of the client's budget; set by ``TrafficGuard/charge(_:)``.
    public var allowance: Allowance?

    /// What is wrong with the target, answered by the router.
    var targetFault: HTTPFault?

    /// A request, as the server makes them and as tests do.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - target: path and query, percent-encoded; a bad one is answered 400 by the router.
    ///   - headers: the header fields.
    ///   - body: the body.
    ///   - remoteAddress: the client's address.
    ///   - trace: the place in the trace; by default a child of `traceparent`, or a new trace.
    public init(
        _ method: Method,
        _ target: String,
        headers: Headers = [:],
        body: [UInt8] = [],
        remoteAddress: String = "",
        trace: TraceContext? = nil
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.remoteAddress = remoteAddress
        parameters = []
        self.trace = trace ?? Self.trace(headers, random: SystemRandom())
        do {
            let parsed = try Target(target)
            path = parsed.path
            segments = parsed.segments
            query = parsed.query
        } catch {
            path = target
            segments = []
            query = Query()
            targetFault = error
        }
    }

    /// A request with a JSON body, for tests.
    public init(_ method: Method, _ target: String, headers: Headers = [:], json: JSON) {
        var headers = headers
        headers["Content-Type"] = "application/json"
        self.init(method, target, headers: headers, body: json.bytes())
    }

    /// A child of the client's span, or the start of a new trace.
    static func trace(_ headers: Headers, random: some RandomSource) -> TraceContext {
        if let text = headers["traceparent"], let parent = TraceContext(text) {
            return parent.child(random: random)
        }
        return TraceContext(random: random)
    }
}

extension Request {
    /// The text of the path parameter `name`.
    ///
    /// - Throws: `internal` when the route's pattern has no such parameter.
    public func parameter(_ name: String) throws(GeneralFault) -> String {
        for parameter in parameters where parameter.name == name { return parameter.value }
        throw GeneralFault(.internal, code: "no-parameter", "the route has no parameter \(name)")
    }

    /// The path parameter `name` as an id; anything that is no id cannot exist and is not found.
    public func parameter<Subject>(_ name: String, as _: ID<Subject>.Type = ID<Subject>.self)
        throws(GeneralFault) -> ID<Subject>
    {
        let text = try parameter(name)
        guard let id = ID<Subject>(text) else { throw Self.unknown(name, text) }
        return id
    }

    /// The path parameter `name` as a whole number.
    public func parameter(_ name: String, as _: Int.Type) throws(GeneralFault) -> Int {
        let text = try parameter(name)
        guard let value = Int(text) else { throw Self.unknown(name, text) }
        return value
    }

    /// The path parameter `name` as a case of a string enumeration.
    public func parameter<Choice: RawRepresentable>(_ name: String, as _: Choice.Type)
        throws(GeneralFault) -> Choice where Choice.RawValue == String
    {
        let text = try parameter(name)
        guard let value = Choice(rawValue: text) else { throw Self.unknown(name, text) }
        return value
    }

    private static func unknown(_ name: String, _ text: String) -> GeneralFault {
        GeneralFault(.notFound, code: "not-found", "there is no \(name) \"\(text.prefix(60))\"")
    }

    /// The scope that the authenticating middleware set.
    ///
    /// - Throws: `unauthenticated` when there is none.
    public func authority() throws(GeneralFault) -> Scope {
        guard let scope else {
            throw GeneralFault(.unauthenticated, code: "unauthenticated", "sign in first")
        }
        return scope
    }
}

extension Request {
    /// The body as JSON; the content type must be JSON or missing.
    ///
    /// - Throws: 415 for another content type; `malformed` with line and column for text that is not
    ///   JSON.
    public func json(limits: JSON.Limits = JSON.Limits()) throws -> JSON {
        let type = headers["content-type"]
        guard let type, Self.isJSON(type) else {
            let found = type.map { "is \($0.prefix(80))" } ?? "has no Content-Type"
            throw HTTPFault(
                .unsupportedMediaType,
                code: "unsupported-media-type",
                "the body \(found); send JSON with \"Content-Type: application/json\"",
                headers: ["Accept": "application/json"]
            )
        }
        do {
            return try JSON(parsing: body, limits: limits)
        } catch {
            throw GeneralFault(
                .malformed,
                code: error.isTooDeep ? "too-deep" : "malformed-json",
                "the body is not JSON: \(error.description)",
                details: JSONObject([("line", .int(error.line)), ("column", .int(error.column))])
            )
        }
    }

    /// A reader over the JSON body.
    ///
    /// - Throws: as `json` does.
    public func reader(limits: JSON.Limits = JSON.Limits()) throws -> JSONReader {
        JSONReader(try json(limits: limits))
    }

    /// Whether a content type is `application/json` or `…+json`, parameters aside.
    static func isJSON(_ type: String) -> Bool {
        let essence = Headers.trimmed(
            Array(type.utf8).prefix { $0 != UInt8(ascii: ";") }
        )
        if Headers.equal(essence, "application/json") { return true }
        return essence.count > 5 && Headers.equal(essence.suffix(5), "+json")
    }
}
