import Core
import Observability
import Testing

@Suite struct TracerTests {
    private let clock = ManualClock(now: Timestamp(microseconds: 0))
    private let ring = SpanRing(capacity: 3)
    private var tracer: Tracer {
        Tracer(clock: clock, random: SeededRandom(seed: 7), sinks: [ring])
    }

    @Test("A span within a span belongs to the same trace and names its parent")
    func nesting() async throws {
        let tracer = tracer
        await tracer.span("outer") { outer in
            clock.advance(by: .milliseconds(2))
            await tracer.span("inner", parent: outer) { _ in clock.advance(by: .milliseconds(3)) }
        }
        let spans = ring.latest()
        try #require(spans.map(\.name) == ["outer", "inner"])
        #expect(spans[0].duration == .milliseconds(5))
        #expect(spans[1].duration == .milliseconds(3))
        #expect(spans[0].parent == nil)
        #expect(spans[1].parent == spans[0].context.span)
        #expect(ring.spans(ofTrace: spans[0].context.traceID).map(\.name) == ["outer", "inner"])
    }

    @Test("A span whose work throws is failed and says why")
    func failure() async {
        await #expect(throws: GeneralFault.self) {
            try await tracer.span("work", attributes: ["apiKey": "k"]) { _ in
                throw GeneralFault(.conflict, code: "taken", "the slot is taken")
            }
        }
        #expect(ring.latest(1).first?.status == .failed("the slot is taken"))
        #expect(ring.latest(1).first?.attributes["apiKey"] == "[redacted]")
    }

    @Test("The ring forgets the oldest first", arguments: 0...10)
    func ring(count: Int) {
        let tracer = tracer
        for index in 0..<count {
            tracer.end(tracer.begin("\(index)"))
        }
        let expected = (0..<count).suffix(3).reversed().map(String.init)
        #expect(ring.latest().map(\.name) == expected)
        #expect(ring.latest(2).map(\.name) == Array(expected.prefix(2)))
    }

    @Test("A clock set back gives no negative duration")
    func clockSetBack() {
        let open = tracer.begin("x")
        let earlier = Tracer(
            clock: ManualClock(now: Timestamp(microseconds: -5_000_000)),
            random: SystemRandom(),
            sinks: [ring]
        )
        earlier.end(open)
        #expect(ring.latest(1).first?.duration == .zero)
    }
}
