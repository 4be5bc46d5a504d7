import Core
import Synchronization
import Testing

@testable import Observability

@Suite struct OTLPTests {
    @Test("The wire format is the one of the protobuf guide's examples")
    func wire() {
        // protobuf.dev/programming-guides/encoding: Test1 { a = 150 }, Test2 { b = "testing" },
        // Test3 { c = Test1 { a = 150 } }, -2 as int64.
        var writer = ProtobufWriter()
        writer.integer(1, 150)
        #expect(writer.bytes == [0x08, 0x96, 0x01])
        writer = ProtobufWriter()
        writer.string(2, "testing")
        #expect(writer.bytes == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67])
        writer = ProtobufWriter()
        writer.message(3) { $0.integer(1, 150) }
        #expect(writer.bytes == [0x1A, 0x03, 0x08, 0x96, 0x01])
        writer = ProtobufWriter()
        writer.integer(1, -2)
        #expect(writer.bytes == [0x08, 0xFE] + Array(repeating: 0xFF, count: 8) + [0x01])
        writer = ProtobufWriter()
        writer.integer(1, 0)
        writer.string(2, "")
        #expect(writer.bytes.isEmpty)
    }

    /// Answers every request alike and keeps them.
    private final class Answering: WebClient {
        private let kept = Mutex<[WebRequest]>([])
        let status: Int
        var requests: [WebRequest] { kept.withLock { $0 } }

        init(_ status: Int) {
            self.status = status
        }

        func send(_ request: WebRequest) async throws(WebFault) -> WebAnswer {
            kept.withLock { $0.append(request) }
            return WebAnswer(status: status)
        }
    }

    private func exporter(_ client: any WebClient, _ metrics: Metrics, queue: Int = 8_192) throws
        -> OTLPExporter
    {
        var configuration = try OTLPExporter.Configuration(
            endpoint: "http://collector:4318/",
            headers: "x-api-key=s3cret, x-tenant = a=b "
        )
        configuration.queue = queue
        configuration.batch = 10
        return OTLPExporter(
            configuration,
            client: client,
            metrics: metrics,
            clock: ManualClock(now: Timestamp(microseconds: 0)),
            random: SeededRandom(seed: 1)
        )
    }

    private func span(_ name: String) -> Span {
        Span(
            name: name,
            kind: .tool,
            context: TraceContext(random: SystemRandom()),
            parent: nil,
            start: Timestamp(microseconds: 0),
            duration: .zero
        )
    }

    private func counts(_ metrics: Metrics) -> [String: Double] {
        let family = metrics.snapshot().first { $0.name == "weft_otlp_items_total" }
        var found: [String: Double] = [:]
        for series in family?.series ?? [] {
            if case .number(let value) = series.reading {
                found[series.labels.joined(separator: " ")] = value
            }
        }
        return found
    }

    @Test("Spans go in batches, with the configured fields; what does not fit is lost and counted")
    func batches() async throws {
        let client = Answering(200)
        let metrics = Metrics()
        let exporter = try exporter(client, metrics, queue: 25)
        exporter.take(spans: (0..<30).map { span("\($0)") }, lines: [])
        await exporter.flush()
        #expect(
            client.requests.map(\.url)
                == Array(repeating: "http://collector:4318/v1/traces", count: 3)
        )
        #expect(counts(metrics) == ["traces lost": 5, "traces sent": 25])
        let fields = client.requests[0].headers
        #expect(fields.first { $0.name == "x-api-key" }?.value == "s3cret")
        #expect(fields.first { $0.name == "x-tenant" }?.value == "a=b")
    }

    @Test("What the collector refuses for good is not sent again")
    func refused() async throws {
        let client = Answering(400)
        let metrics = Metrics()
        let exporter = try exporter(client, metrics)
        exporter.take(spans: [span("a")], lines: [])
        await exporter.flush()
        #expect(client.requests.count == 1)
        #expect(counts(metrics) == ["traces refused": 1])
    }

    @Test("Broken settings are refused without repeating secrets")
    func settings() {
        for (endpoint, headers) in [("ftp://x", nil), ("http://x", "s3cret")] {
            do throws(GeneralFault) {
                _ = try OTLPExporter.Configuration(endpoint: endpoint, headers: headers)
                Issue.record("\(endpoint) was accepted")
            } catch {
                #expect(!error.message.contains("s3cret"))
            }
        }
    }
}
