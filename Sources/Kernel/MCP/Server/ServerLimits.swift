/// What clients may cost.
public struct ServerLimits: Sendable {
    /// The longest message in bytes; default 4 MiB.
    public var messageSize = 4 << 20
    /// How deep a message may nest; default 64.
    public var messageDepth = 64
    /// How many things a page of a list has; default 100.
    public var pageSize = 100
    /// How many sessions an account may have; default 32.
    ///
    /// The one that was idle longest makes room for another.
    public var sessionsPerAccount = 32
    /// How many sessions there may be; default 10,000.
    public var sessions = 10_000
    /// How long a session is kept when nothing is heard of its client; default 30 minutes.
    public var sessionLifetime: Duration = .seconds(1_800)
    /// How many streams an account may keep open that only wait for changes; default 32.
    public var streamsPerAccount = 32
    /// How many requests of an account may be under way that can take long; default 64.
    public var requestsPerAccount = 64
    /// How many bytes of requests may wait for their turn on standard input; default 8 MiB.
    public var heldBytes = 8 << 20
    /// How many resources a client may watch in a session or a stream; default 256.
    public var watched = 256
    /// How many messages of a stream are kept for a client that comes back; default 256.
    public var keptMessages = 256
    /// How many bytes of a stream are kept; default 1 MiB.
    public var keptBytes = 1 << 20
    /// How many streams that have ended are kept for each session; default 16.
    public var keptStreams = 16
    /// How many bytes of streams that have ended are kept for each session; default 2 MiB.
    public var keptEnded = 2 << 20
    /// How long a stream that has ended is kept; default 5 minutes.
    public var keptFor: Duration = .seconds(300)
    /// How many questions to a client may be open in a session; default 16.
    public var questions = 16
    /// How long a client may take to answer one; default 10 minutes.
    public var questionLifetime: Duration = .seconds(600)
    /// How often something is sent on a stream on which nothing happens; default 15 s.
    public var heartbeat: Duration = .seconds(15)
    /// After how many milliseconds a client is to come back to a stream that was let go; default 1,000.
    public var retryMilliseconds = 1_000

    /// The defaults.
    public init() {}
}
