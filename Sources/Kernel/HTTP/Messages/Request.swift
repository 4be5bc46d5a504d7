public import Core

/// A request; its body has been read, unless the route streams it.
public struct Request: Sendable {
    private(set) var storage: RequestStorage

    /// The storage, for nobody else to see what is changed in it.
    private mutating func own() -> RequestStorage {
        if !isKnownUniquelyReferenced(&storage) { storage = storage.copy() }
        return storage
    }

    /// What the connection has read.
    init(_ storage: RequestStorage) {
        self.storage = storage
    }

    /// A request, as tests make them.
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
        storage = RequestStorage()
        storage.method = method
        storage.headers = headers
        storage.body = body
        storage.remoteAddress = remoteAddress
        storage.trace = trace
        storage.traceSeed = SystemRandom().next()
        let bytes = Array(target.utf8)
        let start = storage.headers.bytes.count
        storage.headers.bytes += bytes
        storage.readTarget(start..<storage.headers.bytes.count)
        if !bytes.allSatisfy({ Byte.isVisible($0) && $0 != UInt8(ascii: "#") }) {
            storage.targetFault = PercentCoding.fault("the target must hold visible ASCII only")
        }
    }

    /// What stands for a request that could not be read.
    init(unreadableFrom remoteAddress: String, traceSeed: UInt64) {
        self.init(.get, "/", remoteAddress: remoteAddress)
        storage.traceSeed = traceSeed
        storage.isUnreadable = true
    }

    /// A request with a JSON body, for tests.
    public init(_ method: Method, _ target: String, headers: Headers = [:], json: JSON) {
        var headers = headers
        headers["Content-Type"] = "application/json"
        self.init(method, target, headers: headers, body: json.bytes())
    }
}

extension Request {
    /// The method.
    public var method: Method {
        get { storage.method }
        set { own().method = newValue }
    }

    /// The target as it came, query included.
    public var target: String { storage.text(storage.target.whole) }

    /// The path as it came, without the query.
    public var path: String { storage.text(storage.target.path) }

    /// The path's segments, percent-decoded after splitting; none for `/`, a last empty one after a
    /// trailing slash.
    public var segments: [String] { storage.target.segments.map(storage.text) }

    /// The query's members.
    public var query: Query { storage.target.query }

    /// The header fields.
    public var headers: Headers {
        _read { yield storage.headers }
    }

    /// The body; empty on a route that streams it.
    public var body: [UInt8] {
        _read { yield storage.body }
        set { own().body = newValue }
    }

    /// The client's address without the port, for instance `192.0.2.7`; empty in tests.
    public var remoteAddress: String {
        get { storage.remoteAddress }
        set { own().remoteAddress = newValue }
    }

    /// This request's place in its trace: a child of the client's `traceparent`, or a new trace.
    public var trace: TraceContext {
        get {
            if let trace = storage.trace { return trace }
            let ids = TraceSeed(storage.traceSeed)
            if let text = storage.headers["traceparent"], let parent = TraceContext(text) {
                return TraceContext(
                    traceHigh: parent.traceHigh,
                    traceLow: parent.traceLow,
                    span: ids.span
                )
            }
            return TraceContext(traceHigh: ids.high, traceLow: ids.low, span: ids.span)
        }
        set { own().trace = newValue }
    }

    /// The pattern of the route that answers, for instance `/api/orders/{id}`; nil when none does.
    public var route: String? { storage.route?.pattern }

    /// Whether the route that answers serves files that anybody may read.
    public var isForFile: Bool { storage.route?.options.servesFiles ?? false }

    /// The path parameters by their names in the pattern.
    public var parameters: [(name: String, value: String)] {
        zip(storage.route?.parameterNames ?? [], storage.parameters).map {
            ($0, storage.text($1))
        }
    }

    /// On whose authority the request is made; set by the middleware that authenticates.
    public var scope: Scope? {
        _read { yield storage.scope }
        set { own().scope = newValue }
    }

    /// What is left of the client's budget; set by ``TrafficGuard/charge(_:)``.
    public var allowance: Allowance? {
        get { storage.allowance }
        set { own().allowance = newValue }
    }

    /// Whether the request could not be read, and was refused: method and target are then placeholders.
    public var isUnreadable: Bool { storage.isUnreadable }

    /// Finds what answers, and keeps what the pattern's parameters stand for.
    mutating func match(_ routes: Routes) -> RouteMatch { routes.match(own()) }
}

extension Request {
    /// The body in parts: as they come in on a route that streams it, else what `body` holds.
    public var chunks: BodyChunks { BodyChunks(storage.inflow ?? MemorySource(body)) }

    /// The text of the path parameter `name`.
    ///
    /// - Throws: `internal` when the route's pattern has no such parameter.
    public func parameter(_ name: String) throws(GeneralFault) -> String {
        if let names = storage.route?.parameterNames,
            let index = names.firstIndex(of: name), index < storage.parameters.count
        {
            return storage.text(storage.parameters[index])
        }
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
