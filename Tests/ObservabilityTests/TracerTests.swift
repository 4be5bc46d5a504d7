import Core
import Observability
import Synchronization
import Testing

/// Keeps what it gets.
final class SpanList: SpanSink {
    private let kept = Mutex<[Span]>([])
    var spans: [Span] { kept.withLock { $0 } }
    func record(_ span: Span) { kept.withLock { $0.append(span) } }
}

@Suite struct TracerTests {
    private let clock = ManualClock(now: Timestamp(microseconds: 0))
    private let list = SpanList()
    private var tracer: Tracer {
        Tracer(clock: clock, random: SeededRandom(seed: 7), sinks: [list])
    }

    @Test("A span within a span belongs to the same trace and names its parent")
    func nesting() async throws {
        let tracer = tracer
        await tracer.span("outer", .tool) { outer in
            clock.advance(by: .milliseconds(2))
            await tracer.span("inner", .store, parent: outer) { _ in
                clock.advance(by: .milliseconds(3))
            }
        }
        let spans = list.spans
        try #require(spans.map(\.name) == ["inner", "outer"])
        #expect(spans[1].duration == .milliseconds(5))
        #expect(spans[0].duration == .milliseconds(3))
        #expect(spans[1].parent == nil)
        #expect(spans[0].parent == spans[1].context.span)
        #expect(spans[0].context.traceID == spans[1].context.traceID)
        #expect(spans[0].context.span != spans[1].context.span)
    }

    @Test("A span whose work throws is failed and says why, without secrets")
    func failure() async {
        await #expect(throws: GeneralFault.self) {
            try await tracer.span("work", .tool, attributes: ["apiKey": "k"]) { _ in
                throw GeneralFault(.conflict, code: "taken", "the slot is taken")
            }
        }
        #expect(list.spans.first?.status == .failed("the slot is taken"))
        #expect(list.spans.first?.attributes["apiKey"] == "[redacted]")
    }

    @Test("A clock set back gives no negative duration")
    func clockSetBack() {
        let open = tracer.begin("x", .tool)
        let earlier = Tracer(
            clock: ManualClock(now: Timestamp(microseconds: -5_000_000)),
            random: SystemRandom(),
            sinks: [list]
        )
        earlier.end(open)
        #expect(list.spans.first?.duration == .zero)
    }

    @Test("Every room decides alike for a trace, and about the asked share is sampled")
    func sampling() {
        let sampling = TraceSampling(reads: 0.25)
        let random = SeededRandom(seed: 3)
        var kept = 0
        for _ in 0..<10_000 {
            var trace = TraceContext(random: random)
            let first = sampling.samples(query: trace)
            trace.span = random.next()
            #expect(sampling.samples(query: trace) == first)
            kept += first ? 1 : 0
        }
        // Mean 2,500, standard deviation 43.
        #expect((2_300...2_700).contains(kept))
        let trace = TraceContext(random: random)
        #expect(!TraceSampling(reads: 0).samples(query: trace))
        #expect(TraceSampling(reads: 1).samples(query: trace))
        #expect(TraceSampling().samples(command: trace))
    }

    @Test("A full buffer loses spans and counts them; failed ones pass the rate but not the bound")
    func buffer() {
        let metrics = Metrics()
        var limits = SpanBuffer.Limits()
        limits.capacity = 6
        limits.commandsPerSecond = 2
        let buffer = SpanBuffer(limits: limits, metrics: metrics)
        let tracer = Tracer(clock: clock, random: SeededRandom(seed: 1), sinks: [buffer])
        for number in 0..<4 { tracer.end(tracer.begin("\(number)", .tool)) }
        tracer.end(tracer.begin("failed", .tool), .failed("no"))
        #expect(buffer.drain().map(\.name) == ["0", "1", "failed"])
        clock.advance(by: .seconds(1))
        let first = tracer.begin("first", .tool)
        for _ in 0..<9 { tracer.end(tracer.begin("part", .store, parent: first.context)) }
        #expect(buffer.drain().count == 6)
        let counts = metrics.snapshot().first { $0.name == "weft_spans_total" }?.series ?? []
        let readings = counts.map { series -> Double in
            if case .number(let value) = series.reading { return value }
            return -1
        }
        // full, kept, limited: in the order of their names.
        #expect(readings == [3, 9, 2])
    }
}
