import Core

/// How one request is to be sent.
struct RequestManner: Sendable {
    /// The revision that the request is written in.
    var revision: ProtocolRevision
    /// More header fields, for transports that have some.
    var headers: [(name: String, value: String)] = []
    /// How long the answer may take.
    var timeout: Duration
    /// The session that the request belongs to; nil for none.
    var session: String?
}

/// Carries messages to a server and back, over whatever it speaks.
protocol ClientTransport: Sendable {
    /// Whether header fields travel with requests.
    var hasHeaders: Bool { get }

    /// Does what must be done all along; returns when the transport is closed or the task cancelled.
    func run() async

    /// Sends a request and waits for its response; what else comes goes to the listener.
    func request(
        _ request: RPCRequest,
        _ manner: RequestManner
    ) async throws(OutsideFault) -> JSON

    /// Sends a notification.
    func notify(_ notification: RPCNotification, _ manner: RequestManner) async throws(OutsideFault)

    /// Opens the channel for what a server of the stateful revisions says unasked.
    func listen(_ manner: RequestManner) async

    /// The session that the last handshake began; nil when the server gave none.
    var session: String? { get }

    /// Ends the connection.
    func close() async
}

extension ClientTransport {
    /// Messages that come unasked use the same channel.
    func listen(_ manner: RequestManner) async {}

    /// There is no session.
    var session: String? { nil }
}

/// Hears what a server says unasked, and answers its requests; called from any thread, must not wait.
typealias TransportListener = @Sendable (RPCMessage) -> RPCMessage?
