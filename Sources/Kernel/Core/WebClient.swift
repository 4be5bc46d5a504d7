/// An HTTP request that Weft makes of somebody else.
public struct WebRequest: Sendable {
    /// The method, for instance `POST`.
    public var method: String
    /// An absolute `https` or `http` address.
    public var url: String
    /// The header fields in order; names are case-insensitive.
    public var headers: [(name: String, value: String)]
    /// The body; nil sends none.
    public var body: [UInt8]?
    /// How long the whole exchange may take, connecting included; default 10 s.
    public var timeout: Duration
    /// How long nothing may come from the other side while its answer is streamed; default nil, any time.
    ///
    /// It counts from the beginning, so the head of the answer must come within it too; it does not count
    /// while nobody reads. A request that is not streamed has only ``timeout``.
    public var idleTimeout: Duration?
    /// The longest answer that is read, in bytes, default 1 MiB; a longer one is a failure.
    public var answerLimit: Int
    /// Whether addresses of this machine and of private networks may be reached; default false.
    ///
    /// True only for targets that the operator configured, never for what a user or a tenant typed.
    public var reachesPrivateAddresses: Bool

    /// A request.
    public init(
        _ method: String,
        _ url: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil,
        timeout: Duration = .seconds(10),
        idleTimeout: Duration? = nil,
        answerLimit: Int = 1 << 20,
        reachesPrivateAddresses: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.idleTimeout = idleTimeout
        self.answerLimit = answerLimit
        self.reachesPrivateAddresses = reachesPrivateAddresses
    }
}

/// What came back, whatever its status.
public struct WebAnswer: Sendable {
    /// The status, 100 to 599.
    public var status: Int
    /// The header fields in order, names in lower case.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first value of the header field `name`, given in lower case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }
}

/// Why there was no answer.
public struct WebFault: Error, Sendable, CustomStringConvertible {
    /// The sorts of failure.
    public enum Code: String, Sendable, CaseIterable {
        /// The address is not an absolute `http` or `https` one.
        case invalidAddress = "invalid-address"
        /// Method or header fields are not what HTTP allows, or belong to the client.
        case invalidRequest = "invalid-request"
        /// So many requests wait already that this one was not taken; nothing was sent.
        case overloaded
        /// The name is unknown, or the other side does not take connections.
        case unreachable
        /// The address belongs to this machine or a private network and may not be reached.
        case forbiddenAddress = "forbidden-address"
        /// It took too long.
        case timedOut = "timed-out"
        /// The certificate is not good, or the handshake failed.
        case insecure
        /// What came back is not HTTP, or longer than allowed.
        case malformedAnswer = "malformed-answer"
        /// The caller gave up.
        case cancelled
    }

    /// The sort.
    public let code: Code
    /// What happened; never a secret, a body or a query.
    public let message: String

    /// A fault.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}

/// Makes HTTP requests; redirections are answered, not followed.
///
/// `CurlWebClient` in `Web` is the real one; tests answer by themselves.
public protocol WebClient: Sendable {
    /// Sends a request and waits for the whole answer.
    ///
    /// - Throws: `WebFault` when there is no answer; an answer of any status is not a failure.
    func send(_ request: WebRequest) async throws(WebFault) -> WebAnswer

    /// Sends a request and waits for the head of the answer; its body is read as it comes in.
    ///
    /// - Throws: `WebFault` when there is no answer; an answer of any status is not a failure.
    func stream(_ request: WebRequest) async throws(WebFault) -> WebStream
}
