import Core
import Store
import Testing

@testable import Observability

@Suite struct TraceStoreTests {
    private let random = SeededRandom(seed: 5)

    private func writer(
        _ world: ObservationWorld,
        _ spans: SpanBuffer,
        _ logs: LogBuffer,
        retention: ObservationWriter.Retention = .init()
    ) -> ObservationWriter {
        ObservationWriter(
            database: world.database,
            spans: spans,
            logs: logs,
            retention: retention,
            clock: world.clock,
            metrics: world.metrics
        )
    }

    private func buffers(_ world: ObservationWorld) -> (SpanBuffer, LogBuffer) {
        (SpanBuffer(metrics: world.metrics), LogBuffer(before: Nowhere()))
    }

    struct Nowhere: LogSink {
        func write(_ record: LogRecord) {}
    }

    @Test(
        "A request is its organisation's by the tool that ran in it, and a trace id proves nothing"
    )
    func isolation() async throws {
        let world = try await ObservationWorld()
        let (spans, logs) = buffers(world)
        // Both organisations send the same trace id.
        let client = TraceContext(random: random)
        for organisation in [world.ours, world.theirs] {
            let request = client.child(random: random)
            spans.record(
                world.span(
                    "tool",
                    .tool,
                    request.child(random: random),
                    parent: request.span,
                    of: organisation,
                    at: 10
                )
            )
            spans.record(world.span("POST /api/orders", .ingress, request, parent: client.span))
            let logger = Logger(sink: logs, clock: world.clock)
            logger.with(trace: request).info("about \(organisation == world.ours)")
        }
        Logger(sink: logs, clock: world.clock).info("of the installation")
        await writer(world, spans, logs).flush()
        for organisation in [world.ours, world.theirs] {
            let viewer = world.viewer(organisation)
            let (found, list, lines) = try await world.database.read { reader in
                (
                    try TraceStore().spans(of: client.traceID, for: viewer, in: reader),
                    try TraceStore().page(
                        .init(),
                        TraceStore.query(JSONReader([:])),
                        for: viewer,
                        in: reader
                    ),
                    try LogStore().page(
                        .init(),
                        LogStore.query(JSONReader([:])),
                        for: viewer,
                        in: reader
                    )
                )
            }
            #expect(found.map(\.name) == ["POST /api/orders", "tool"])
            #expect(found.last?.parent == found.first?.span)
            #expect(list.items.map(\.spans) == [2])
            #expect(list.items.first?.name == "POST /api/orders")
            #expect(lines.items.map(\.message) == ["about \(organisation == world.ours)"])
        }
        let operating = world.viewer(world.ours, operates: true)
        let lines = try await world.database.read {
            try LogStore().page(.init(), LogStore.query(JSONReader([:])), for: operating, in: $0)
        }
        #expect(lines.items.map(\.message) == ["of the installation", "about true"])
    }

    @Test("Lists are filtered by text, time taken, failure and time, and page without gaps")
    func filters() async throws {
        let world = try await ObservationWorld()
        let (spans, logs) = buffers(world)
        for number in 0..<25 {
            spans.record(
                world.span(
                    number % 5 == 0 ? "100%_done" : "other",
                    .tool,
                    TraceContext(random: random),
                    of: world.ours,
                    at: Int64(number) * 1_000_000,
                    milliseconds: Int64(number),
                    failure: number == 7 ? "broken" : nil
                )
            )
        }
        await writer(world, spans, logs).flush()
        let viewer = world.viewer(world.ours)
        func count(_ change: (inout TraceStore.Filter) -> Void) async throws -> Int {
            var filter = TraceStore.Filter()
            change(&filter)
            let query = try TraceStore.query(JSONReader(["limit": 200]))
            let wanted = filter
            return try await world.database.read {
                try TraceStore().page(wanted, query, for: viewer, in: $0).items.count
            }
        }
        #expect(try await count { _ in } == 25)
        #expect(try await count { $0.text = "100%_" } == 5)
        #expect(try await count { $0.text = "1000_" } == 0)
        #expect(try await count { $0.minimum = .milliseconds(20) } == 5)
        #expect(try await count { $0.failed = true } == 1)
        #expect(try await count { $0.failed = false } == 24)
        let middle = world.clock.now() + .seconds(10)
        #expect(try await count { $0.from = middle } == 15)
        #expect(try await count { $0.until = middle } == 10)
        var seen: [String] = []
        var input: JSON = ["limit": 10]
        while true {
            let query = try TraceStore.query(JSONReader(input))
            let page = try await world.database.read {
                try TraceStore().page(.init(), query, for: viewer, in: $0)
            }
            seen += page.items.map(\.trace)
            guard !page.next.isNull else { break }
            input["cursor"] = page.next
        }
        #expect(seen.count == 25 && Set(seen).count == 25)
    }

    @Test("What is too old or too much is forgotten, the newest stays")
    func retention() async throws {
        let world = try await ObservationWorld()
        let (spans, logs) = buffers(world)
        var retention = ObservationWriter.Retention()
        retention.spans = 10
        retention.lines = 5
        let writer = writer(world, spans, logs, retention: retention)
        for _ in 0..<30 {
            spans.record(
                world.span("x", .tool, TraceContext(random: random), of: world.ours)
            )
            Logger(sink: logs, clock: world.clock).info("line")
            world.clock.advance(by: .seconds(1))
        }
        await writer.flush()
        try await writer.sweep()
        func counts() async throws -> [Int64] {
            try await world.database.read { reader in
                try ["trace_span", "trace", "log_line"].map { table in
                    try reader.first("SELECT count(*) FROM \(table)") { try $0.int(0) } ?? -1
                }
            }
        }
        #expect(try await counts() == [10, 10, 5])
        world.clock.advance(by: .seconds(8 * 86_400))
        try await writer.sweep()
        #expect(try await counts() == [0, 0, 5])
        world.clock.advance(by: .seconds(7 * 86_400))
        try await writer.sweep()
        #expect(try await counts() == [0, 0, 0])
    }

    @Test("A service map tells who called whom, states counting for their workflow")
    func map() async throws {
        let world = try await ObservationWorld()
        let (spans, logs) = buffers(world)
        let root = TraceContext(random: random)
        let state = root.child(random: random)
        let agent = state.child(random: random)
        spans.record(world.span("w", .workflow, root, of: world.ours, milliseconds: 40))
        spans.record(
            world.span("w/A", .state, state, parent: root.span, of: world.ours, milliseconds: 20)
        )
        for (number, failure) in [nil, nil, "no"].enumerated() {
            spans.record(
                world.span(
                    "clerk",
                    .agent,
                    number == 0 ? agent : state.child(random: random),
                    parent: state.span,
                    of: world.ours,
                    milliseconds: Int64(10 * (number + 1)),
                    failure: failure
                )
            )
        }
        await writer(world, spans, logs).flush()
        let viewer = world.viewer(world.ours)
        let found = try await world.database.read {
            try TraceStore().latest(
                since: Timestamp(microseconds: 0),
                limit: 100,
                for: viewer,
                in: $0
            )
        }
        #expect(
            ServiceMap(found).json == [
                "nodes": [
                    [
                        "id": "agent:clerk", "kind": "agent", "name": "clerk", "calls": 3,
                        "errors": 1, "p50Ms": 20.0, "p99Ms": 30.0,
                    ],
                    [
                        "id": "workflow:w", "kind": "workflow", "name": "w", "calls": 1,
                        "errors": 0, "p50Ms": 40.0, "p99Ms": 40.0,
                    ],
                ],
                "edges": [
                    [
                        "from": "workflow:w", "to": "agent:clerk", "calls": 3, "errors": 1,
                        "p99Ms": 30.0,
                    ]
                ],
            ]
        )
    }
}
