public import Core

/// Writes log records: a message, a level, fields, and the trace it belongs to.
///
/// ```swift
/// let log = Logger(sink: StandardErrorLog(), clock: clock)
/// log.info("order placed", ["order": order.id.json])
/// ```
public struct Logger: Sendable {
    private let sink: any LogSink
    private let clock: any WallClock
    private let minimum: LogLevel
    private var fields = JSONObject()
    private var trace: TraceContext?
    private var organisation: ID<Organisation>?

    /// A logger.
    ///
    /// - Parameters:
    ///   - sink: takes the records.
    ///   - clock: says when each was made.
    ///   - minimum: records below this level cost a comparison and nothing else. Default `info`.
    public init(sink: any LogSink, clock: any WallClock, minimum: LogLevel = .info) {
        self.sink = sink
        self.clock = clock
        self.minimum = minimum
    }

    /// The same logger, whose records all carry `fields` too.
    public func with(_ fields: JSON) -> Logger {
        var copy = self
        copy.fields = merged(fields)
        return copy
    }

    /// The same logger, whose records all name `trace`.
    public func with(trace: TraceContext) -> Logger {
        var copy = self
        copy.trace = trace
        return copy
    }

    /// The same logger, whose records are all about the work of `organisation`, which may see them.
    public func with(organisation: ID<Organisation>) -> Logger {
        var copy = self
        copy.organisation = organisation
        return copy
    }

    /// Whether records of this level are written.
    public func writes(_ level: LogLevel) -> Bool { level >= minimum }

    /// Writes one record, if the level asks for it.
    ///
    /// - Parameters:
    ///   - level: how much it matters.
    ///   - message: what happened, without data in it: data belongs into fields.
    ///   - fields: an object. The values of members that are named like secrets are left out.
    public func log(
        _ level: LogLevel,
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> JSON = [:]
    ) {
        guard writes(level) else { return }
        sink.write(
            LogRecord(
                time: clock.now(),
                level: level,
                message: message(),
                trace: trace,
                organisation: organisation,
                fields: Redaction.redacted(merged(fields()))
            )
        )
    }

    /// Writes what only developers ask for.
    public func debug(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> JSON = [:])
    {
        log(.debug, message(), fields())
    }

    /// Writes what is worth knowing later.
    public func info(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> JSON = [:])
    {
        log(.info, message(), fields())
    }

    /// Writes what somebody should look at some time.
    public func warning(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> JSON = [:]
    ) {
        log(.warning, message(), fields())
    }

    /// Writes what failed.
    public func error(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> JSON = [:])
    {
        log(.error, message(), fields())
    }

    private func merged(_ more: JSON) -> JSONObject {
        guard case .object(let members) = more else {
            var result = fields
            result["value"] = more
            return result
        }
        if fields.isEmpty { return members }
        var result = fields
        for member in members {
            result[member.key] = member.value
        }
        return result
    }
}

/// How much a log record matters.
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
    /// Only developers ask for it.
    case debug
    /// Worth knowing later.
    case info
    /// Somebody should look at it some time.
    case warning
    /// Something failed.
    case error

    /// 0 for debug to 3 for error.
    var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }

    /// Less important first.
    public static func < (lhs: LogLevel, rhs: LogLevel) -> Bool { lhs.rank < rhs.rank }
}

/// One thing that was logged, secrets already left out.
public struct LogRecord: Sendable {
    /// When.
    public var time: Timestamp
    /// How much it matters.
    public var level: LogLevel
    /// What happened.
    public var message: String
    /// The trace it belongs to.
    public var trace: TraceContext?
    /// Whose work it is about; nil for the installation's own, or when nobody knows.
    public var organisation: ID<Organisation>?
    /// Data.
    public var fields: JSONObject

    /// A record.
    public init(
        time: Timestamp,
        level: LogLevel,
        message: String,
        trace: TraceContext? = nil,
        organisation: ID<Organisation>? = nil,
        fields: JSONObject = JSONObject()
    ) {
        self.time = time
        self.level = level
        self.message = message
        self.trace = trace
        self.organisation = organisation
        self.fields = fields
    }
}

/// Takes log records: standard error, a store, a test.
public protocol LogSink: Sendable {
    /// Takes one record; must not block for long.
    func write(_ record: LogRecord)
}
