public import Core

/// Makes HTTP requests by libcurl, all of them on one thread.
///
/// Certificates are checked, TLS is 1.2 or newer, redirections are answered instead of followed, nothing
/// is unpacked, and no proxy of the environment's is used. Unless a request `reachesPrivateAddresses`, an
/// address is judged when it is connected to and again before each request on a kept connection: what a
/// name meant when somebody looked it up earlier does not matter.
///
/// A request on a kept connection that the other side was just closing is sent again by libcurl, so an
/// effect is at least once, never exactly once.
public final class CurlWebClient: WebClient {
    /// How much at once, and whom to trust.
    public struct Configuration: Sendable {
        /// The most requests under way; default 256.
        public var concurrency: Int
        /// The most requests under way to one scheme, host and port; default 64.
        public var concurrencyPerOrigin: Int
        /// The most requests taken, waiting ones included; one more is `overloaded`; default 8,192.
        public var queue: Int
        /// The longest that connecting may take, the handshake included; default 5 s.
        public var connectTimeout: Duration
        /// The longest timeout that a request may have; default 10 min.
        public var longestTimeout: Duration
        /// A file of certificates to trust instead of the system's; nil for the system's.
        public var certificates: String?

        /// Settings; everything has a default.
        public init(
            concurrency: Int = 256,
            concurrencyPerOrigin: Int = 64,
            queue: Int = 8_192,
            connectTimeout: Duration = .seconds(5),
            longestTimeout: Duration = .seconds(600),
            certificates: String? = nil
        ) {
            precondition(
                concurrency >= 1 && concurrencyPerOrigin >= 1 && queue >= 1,
                "a client that never sends"
            )
            self.concurrency = concurrency
            self.concurrencyPerOrigin = concurrencyPerOrigin
            self.queue = queue
            self.connectTimeout = connectTimeout
            self.longestTimeout = longestTimeout
            self.certificates = certificates
        }
    }

    private let driver: CurlDriver
    private let thread = WorkerThread()

    /// A client; its thread starts with the first request and ends when the client is let go.
    public init(_ configuration: Configuration = Configuration()) {
        let driver = CurlDriver(configuration)
        self.driver = driver
        driver.whenFirstUsed { [thread] in thread.run { driver.run() } }
    }

    deinit {
        driver.close()
        thread.close()
    }

    /// Sends a request and waits for the whole answer.
    ///
    /// - Throws: `WebFault` when there is no answer; an answer of any status is not a failure. When the
    ///   task is cancelled the request is dropped at once.
    public func send(_ request: WebRequest) async throws(WebFault) -> WebAnswer {
        let plan = try WebRequestPlan(request, longest: driver.configuration.longestTimeout)
        let exchange = CurlExchange(plan, id: driver.nextID())
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                exchange.continuation = continuation
                driver.submit(exchange)
            }
        } onCancel: {
            driver.cancel(exchange)
        }
        return try result.get()
    }
    /// Sends a request and waits for the head of the answer; its body is read as it comes in.
    ///
    /// A stream takes one of the places under way until it has ended. It keeps the client alive.
    ///
    /// - Throws: `WebFault` when there is no answer; an answer of any status is not a failure. When the
    ///   task is cancelled the request is dropped at once.
    public func stream(_ request: WebRequest) async throws(WebFault) -> WebStream {
        let plan = try WebRequestPlan(request, longest: driver.configuration.longestTimeout)
        let stream = CurlStream()
        let exchange = CurlExchange(plan, id: driver.nextID(), stream: stream)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                stream.awaitHead(continuation)
                driver.submit(exchange)
            }
        } onCancel: {
            driver.cancel(exchange)
        }
        let head = try result.get()
        let body = WebBody {
            [self] () async throws(WebFault) in
            let result = await withTaskCancellationHandler {
                await stream.next { self.driver.resume(exchange) }
            } onCancel: {
                self.driver.cancel(exchange)
            }
            return try result.get()
        } leave: {
            [self] in
            if !stream.hasEnded { driver.cancel(exchange) }
        }
        return WebStream(status: head.status, headers: head.headers, body: body)
    }
}
