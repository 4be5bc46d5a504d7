public import Core

extension HTTPServer {
    /// Every limit and time of the server, with its default.
    public struct Configuration: Sendable {
        /// The address to listen on, IPv4 or IPv6; default `127.0.0.1`.
        public var address = "127.0.0.1"
        /// The port, 0 for any free one; default 8080.
        public var port = 8080
        /// How many event loops, each a thread; default one for each core.
        public var threads = HTTPServer.cores
        /// The largest request line and header fields together, in bytes; default 16 KiB.
        public var headerLimit = 16 << 10
        /// How many header fields a request may have; default 100.
        public var fieldLimit = 100
        /// How long a request's line and fields may take to arrive; default 10 s.
        public var headerTimeout = Duration.seconds(10)
        /// How long `bodyProgress` bytes of a body, or its rest, may take to arrive; default 10 s.
        public var bodyTimeout = Duration.seconds(10)
        /// The bytes that must arrive within each `bodyTimeout`; default 4 KiB.
        public var bodyProgress = 4 << 10
        /// How long a connection may stay open without a request; default 60 s.
        public var idleTimeout = Duration.seconds(60)
        /// How long a client may take for `writeProgress` bytes of an answer, or its rest; default 30 s.
        public var writeTimeout = Duration.seconds(30)
        /// The bytes that a client must acknowledge within each `writeTimeout`; default 16 KiB.
        public var writeProgress = 16 << 10
        /// How many connections one address may have, that of a proxy in `proxies` aside; default 256.
        public var connectionsPerAddress = 256
        /// How many connections there may be; default 20,000.
        public var connections = 20_000
        /// How long requests in flight may take once the server shall stop; default 5 s.
        public var drainDeadline = Duration.seconds(5)
        /// JSON and text answers of more bytes are compressed for clients that accept it; default 1 KiB.
        public var compressionThreshold = 1 << 10
        /// Who may say for whom a request is made; default nobody.
        public var proxies: [AddressRange] = []
        /// Where proxies say it; default `X-Forwarded-For`.
        public var forwarding = Forwarding.xForwardedFor
        /// The clock of the `Date` field; default the machine's.
        public var clock: any WallClock = SystemClock()
        /// Hears of every answer, refusals included: request, status, body bytes, and the time from head
        /// to answer; 0 where no head could be read.
        public var onAccess: (@Sendable (Request, Status, Int, Duration) -> Void)?

        /// The defaults.
        public init() {}
    }
}
