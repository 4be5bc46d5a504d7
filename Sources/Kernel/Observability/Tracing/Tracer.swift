public import Core
import Synchronization

/// Takes finished spans: a buffer, an exporter, a test.
public protocol SpanSink: Sendable {
    /// Takes one span; must not block.
    func record(_ span: Span)
}

/// Measures pieces of work and hands them to sinks as spans.
public struct Tracer: Sendable {
    /// Which work leaves spans.
    public let sampling: TraceSampling
    /// Whether anybody takes spans.
    public let isOn: Bool
    private let clock: any WallClock
    private let ids: SpanIDs
    private let sinks: [any SpanSink]

    /// A tracer that hands every finished span to all `sinks`.
    public init(
        clock: any WallClock,
        random: any RandomSource,
        sampling: TraceSampling = TraceSampling(),
        sinks: [any SpanSink]
    ) {
        self.clock = clock
        self.sampling = sampling
        self.sinks = sinks
        isOn = !sinks.isEmpty
        ids = SpanIDs(seed: random.next())
    }

    /// A tracer that nobody listens to.
    public static var off: Tracer {
        Tracer(clock: SystemClock(), random: SeededRandom(seed: 0), sinks: [])
    }

    /// Whether a command or run within this trace leaves spans.
    public func traces(command trace: TraceContext) -> Bool {
        isOn && sampling.samples(command: trace)
    }

    /// Whether a query within this trace leaves spans even when it is quick and goes well.
    public func traces(query trace: TraceContext) -> Bool {
        isOn && sampling.samples(query: trace)
    }

    /// The tracer's time.
    public func now() -> Timestamp { clock.now() }

    /// The place of a new span within the trace of `parent`.
    public func child(of parent: TraceContext) -> TraceContext {
        var child = parent
        child.span = ids.next()
        return child
    }

    /// Begins a span: part of `parent`, or the first of a new trace; now, unless `start` says when.
    public func begin(
        _ name: String,
        _ kind: SpanKind,
        parent: TraceContext? = nil,
        organisation: ID<Organisation>? = nil,
        start: Timestamp? = nil,
        attributes: JSONObject = JSONObject()
    ) -> OpenSpan {
        OpenSpan(
            name: name,
            kind: kind,
            context: parent.map(child) ?? TraceContext(random: ids),
            parent: parent?.span,
            organisation: organisation,
            start: start ?? clock.now(),
            attributes: attributes
        )
    }

    /// Ends a span and hands it to the sinks.
    ///
    /// - Parameters:
    ///   - span: what `begin` gave.
    ///   - status: how it ended.
    ///   - attributes: more data, known only now.
    public func end(
        _ span: OpenSpan,
        _ status: Span.Status = .ok,
        attributes: JSONObject = JSONObject()
    ) {
        var all = span.attributes
        for member in attributes {
            all[member.key] = member.value
        }
        record(
            Span(
                name: span.name,
                kind: span.kind,
                context: span.context,
                parent: span.parent,
                organisation: span.organisation,
                start: span.start,
                duration: clock.now() - span.start,
                status: status,
                attributes: all
            )
        )
    }

    /// Hands a span that was measured elsewhere to the sinks, secrets left out.
    public func record(_ span: Span) {
        guard isOn else { return }
        var span = span
        // The wall clock may be set back in between.
        span.duration = max(.zero, span.duration)
        span.attributes = Redaction.redacted(span.attributes)
        for sink in sinks {
            sink.record(span)
        }
    }

    /// Runs `body` within a span, which fails if `body` throws.
    ///
    /// - Parameters:
    ///   - name: what is done.
    ///   - kind: what sort of work it is.
    ///   - parent: what it is part of; nil begins a trace.
    ///   - organisation: whose work it is.
    ///   - attributes: data about it.
    ///   - isolation: the caller's, so that nothing hops.
    ///   - body: gets the span's own position, to hand on.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws.
    public func span<Result>(
        _ name: String,
        _ kind: SpanKind,
        parent: TraceContext? = nil,
        organisation: ID<Organisation>? = nil,
        attributes: JSONObject = JSONObject(),
        isolation: isolated (any _Concurrency.Actor)? = #isolation,
        _ body: (TraceContext) async throws -> Result
    ) async rethrows -> Result {
        let open = begin(
            name,
            kind,
            parent: parent,
            organisation: organisation,
            attributes: attributes
        )
        do {
            let result = try await body(open.context)
            end(open)
            return result
        } catch {
            end(open, Span.Status(error))
            throw error
        }
    }
}

/// A span that has begun and not ended.
public struct OpenSpan: Sendable {
    /// What is done.
    public let name: String
    /// What sort of work it is.
    public let kind: SpanKind
    /// The trace and the span's own id, to hand on to what is done within.
    public let context: TraceContext
    let parent: UInt64?
    let organisation: ID<Organisation>?
    let start: Timestamp
    let attributes: JSONObject
}

/// Span ids: they need to differ, not to be secret, and a system call for each would cost more than
/// the span.
///
/// SplitMix64's counter (Steele, Lea and Flood, OOPSLA 2014), stepped without a lock.
private final class SpanIDs: RandomSource {
    private let state: Atomic<UInt64>

    init(seed: UInt64) {
        state = Atomic(seed)
    }

    func next() -> UInt64 {
        var mixed = state.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return (mixed ^ (mixed >> 31)) | 1
    }
}
