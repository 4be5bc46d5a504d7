public import Core

/// How the PostgreSQL driver works.
public struct PostgresConfiguration: Sendable {
    /// Where the database is, as a connection string.
    ///
    /// `postgres://user@host1,host2/name?sslmode=verify-full`, or
    /// `host=… dbname=…`. A secret, as it may hold a password.
    public var url: String
    /// Where a replica is that may answer reads of bounded staleness; nil without one.
    public var replica: String?
    /// What the server shows as the program's name; default `weft`.
    public var applicationName = "weft"
    /// The most transactions committed together; default 256.
    ///
    /// Other processes wait while a group runs, so it is smaller than SQLite's.
    public var batch = 256
    /// Pipelined connections for single queries; default 2.
    public var pipelines = 2
    /// Connections for reads of several queries; default 8.
    public var connections = 8
    /// How many such reads may wait for a connection; default 1,000.
    public var waiting = 1_000
    /// How long a read waits for a connection or for a server that is away; default 10 s.
    public var readTimeout: Duration = .seconds(10)
    /// How long a write waits for a server that is away, for a primary to be promoted, or for other
    /// processes; default 30 s.
    public var writeTimeout: Duration = .seconds(30)
    /// How long a statement may wait for somebody else's lock; default 10 s.
    public var lockTimeout: Duration = .seconds(10)
    /// How long a statement may take, scans and migrations aside; default 30 s.
    public var statementTimeout: Duration = .seconds(30)
    /// How long connecting to one host may take; default 5 s.
    public var connectTimeout: Duration = .seconds(5)
    /// Hears of every group that was committed: how many transactions, and how long it took.
    public var onCommit: (@Sendable (Int, Duration) -> Void)?
    /// Where jitter and this process's name among the writers come from.
    public var random: any RandomSource = SystemRandom()

    /// The defaults, for the database at `url`.
    public init(url: String) {
        self.url = url
    }
}
