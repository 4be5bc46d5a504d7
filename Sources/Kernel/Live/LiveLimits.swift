/// What a live connection may cost, with the defaults.
public struct LiveLimits: Sendable {
    /// How long a connection may stay without a token; default 10 s.
    public var authenticateWithin = Duration.seconds(10)
    /// How long before its token ends a connection is told; default 60 s.
    public var warnBefore = Duration.seconds(60)
    /// How many subscriptions a connection may have; default 64.
    public var subscriptions = 64
    /// In how many places one connection may be present; default 16.
    public var presences = 16
    /// How many people a place shows at most; default 100.
    public var people = 100
    /// How long somebody types without saying so again; default 10 s.
    public var typingLasts = Duration.seconds(10)
    /// How many messages may wait for the first token's check; default 32.
    public var heldMessages = 32
    /// How many messages a second a client may send for long; default 20.
    public var messagesPerSecond = 20.0
    /// How many it may send at once; default 200.
    public var burst = 200
    /// How many events are read from the log at once for somebody who is behind; default 64.
    public var pageSize = 64
    /// Hints about one topic are not closer together than this; default 100 ms.
    public var hintPause = Duration.milliseconds(100)

    /// The defaults.
    public init() {}
}
