public import Core

/// One finished piece of work within a trace.
public struct Span: Sendable {
    /// How a piece of work ended.
    public enum Status: Sendable, Hashable {
        /// Well.
        case ok
        /// With an error, which is described.
        case failed(String)
    }

    /// What was done, for instance `POST /api/orders`.
    public var name: String
    /// The trace and the span's own id.
    public var context: TraceContext
    /// The id of the span that this one is part of; nil when it began the trace.
    public var parent: UInt64?
    /// When it began.
    public var start: Timestamp
    /// How long it took.
    public var duration: Duration
    /// How it ended.
    public var status: Status
    /// Data about it, secrets left out.
    public var attributes: JSONObject

    /// A finished span.
    public init(
        name: String,
        context: TraceContext,
        parent: UInt64?,
        start: Timestamp,
        duration: Duration,
        status: Status = .ok,
        attributes: JSONObject = JSONObject()
    ) {
        self.name = name
        self.context = context
        self.parent = parent
        self.start = start
        self.duration = duration
        self.status = status
        self.attributes = attributes
    }
}

/// Takes finished spans: a ring in memory, a store, an exporter.
public protocol SpanSink: Sendable {
    /// Takes one span; must not block.
    func record(_ span: Span)
}

/// Measures pieces of work and hands them to sinks as spans.
public struct Tracer: Sendable {
    private let clock: any WallClock
    private let random: any RandomSource
    private let sinks: [any SpanSink]

    /// A tracer that hands every finished span to all `sinks`.
    public init(clock: any WallClock, random: any RandomSource, sinks: [any SpanSink]) {
        self.clock = clock
        self.random = random
        self.sinks = sinks
    }

    /// Begins a span: part of `parent`, or the first of a new trace.
    public func begin(
        _ name: String,
        parent: TraceContext? = nil,
        attributes: JSON = [:]
    ) -> OpenSpan {
        let random = AnyRandom(base: self.random)
        return OpenSpan(
            name: name,
            context: parent?.child(random: random) ?? TraceContext(random: random),
            parent: parent?.span,
            start: clock.now(),
            attributes: attributes.object ?? JSONObject()
        )
    }

    /// Ends a span and hands it to the sinks.
    ///
    /// - Parameters:
    ///   - span: what `begin` gave.
    ///   - status: how it ended.
    ///   - attributes: more data, known only now.
    public func end(_ span: OpenSpan, _ status: Span.Status = .ok, attributes: JSON = [:]) {
        var all = span.attributes
        for member in attributes.object ?? JSONObject() {
            all[member.key] = member.value
        }
        let finished = Span(
            name: span.name,
            context: span.context,
            parent: span.parent,
            start: span.start,
            // The wall clock may be set back in between.
            duration: max(.zero, clock.now() - span.start),
            status: status,
            attributes: Redaction.redacted(all)
        )
        for sink in sinks {
            sink.record(finished)
        }
    }

    /// Runs `body` within a span, which fails if `body` throws.
    ///
    /// - Parameters:
    ///   - name: what is done.
    ///   - parent: what it is part of; nil begins a trace.
    ///   - attributes: data about it.
    ///   - isolation: the caller's, so that nothing hops.
    ///   - body: gets the span's own position, to hand on.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws.
    public func span<Result>(
        _ name: String,
        parent: TraceContext? = nil,
        attributes: JSON = [:],
        isolation: isolated (any _Concurrency.Actor)? = #isolation,
        _ body: (TraceContext) async throws -> Result
    ) async rethrows -> Result {
        let open = begin(name, parent: parent, attributes: attributes)
        do {
            let result = try await body(open.context)
            end(open)
            return result
        } catch {
            end(open, .failed((error as? any Fault)?.message ?? "\(error)"))
            throw error
        }
    }
}

/// A span that has begun and not ended.
public struct OpenSpan: Sendable {
    /// What is done.
    public let name: String
    /// The trace and the span's own id, to hand on to what is done within.
    public let context: TraceContext
    let parent: UInt64?
    let start: Timestamp
    let attributes: JSONObject
}

/// `TraceContext` wants a concrete source.
private struct AnyRandom: RandomSource {
    let base: any RandomSource
    func next() -> UInt64 { base.next() }
}
