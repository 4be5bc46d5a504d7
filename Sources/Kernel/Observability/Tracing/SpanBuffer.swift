import Core
import Synchronization

/// Holds spans between the work that made them and whoever writes them down.
///
/// It never blocks: when it is full, or when more traces begin within a second than it may keep,
/// spans are lost and counted. A trace is kept whole or not at all, except that failed spans are
/// kept whatever was decided, up to a rate of their own.
public final class SpanBuffer: SpanSink {
    /// How much is kept.
    public struct Limits: Sendable {
        /// The most spans that wait; default 16,384.
        public var capacity = 16_384
        /// The most traces of commands and runs that may begin within a second; default 50.
        public var commandsPerSecond = 50
        /// The most other traces that may begin within a second; default 10.
        public var queriesPerSecond = 10

        /// The most failed spans within a second that are kept beyond that; default 100.
        public var failuresPerSecond = 100

        /// The defaults.
        public init() {}
    }

    private struct State {
        var spans: [Span] = []
        /// What was decided for the latest traces, in two generations so that it stays bounded.
        var decided: [UInt64: Bool] = [:]
        var decidedBefore: [UInt64: Bool] = [:]
        var second = Int64.min
        var commandsLeft = 0
        var queriesLeft = 0
        var failuresLeft = 0
    }

    /// Decisions in one generation; a trace's spans follow each other within far fewer.
    private static let generation = 8_192

    private let limits: Limits
    private let outcomes: (kept: Counter, full: Counter, limited: Counter)
    private let state = Mutex(State())

    /// A buffer that counts what it keeps and loses in `weft_spans_total`.
    public init(limits: Limits = Limits(), metrics: Metrics) {
        self.limits = limits
        let family = metrics.counter(
            "weft_spans_total",
            help: "Spans by what became of them: kept, lost to a full buffer, or over the rate.",
            labels: ["outcome"]
        )
        outcomes = (family.with("kept"), family.with("full"), family.with("limited"))
    }

    /// Takes one span, or loses it.
    public func record(_ span: Span) {
        let outcome = state.withLock { state -> Counter in
            guard state.spans.count < limits.capacity else { return outcomes.full }
            guard decide(span, &state) || passesAsFailed(span, &state) else {
                return outcomes.limited
            }
            state.spans.append(span)
            return outcomes.kept
        }
        outcome.add()
    }

    private func passesAsFailed(_ span: Span, _ state: inout State) -> Bool {
        guard span.status != .ok, state.failuresLeft > 0 else { return false }
        state.failuresLeft -= 1
        return true
    }

    private func decide(_ span: Span, _ state: inout State) -> Bool {
        let second = (span.start + span.duration).microseconds / 1_000_000
        if second != state.second {
            state.second = second
            state.commandsLeft = limits.commandsPerSecond
            state.queriesLeft = limits.queriesPerSecond
            state.failuresLeft = limits.failuresPerSecond
        }
        let key = span.context.traceHigh ^ span.context.traceLow
        if let known = state.decided[key] ?? state.decidedBefore[key] { return known }
        let isQuery = span.attributes["weft.effect"] == "read" || span.name.hasPrefix("GET ")
        let keep: Bool
        if isQuery {
            keep = state.queriesLeft > 0
            state.queriesLeft -= keep ? 1 : 0
        } else {
            keep = state.commandsLeft > 0
            state.commandsLeft -= keep ? 1 : 0
        }
        if state.decided.count >= Self.generation {
            state.decidedBefore = state.decided
            state.decided = [:]
        }
        state.decided[key] = keep
        return keep
    }

    /// Takes out what waits, oldest first.
    public func drain() -> [Span] {
        state.withLock { state in
            defer { state.spans = [] }
            return state.spans
        }
    }
}
