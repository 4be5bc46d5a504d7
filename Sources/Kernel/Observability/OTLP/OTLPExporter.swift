public import Core
import Synchronization

/// Sends spans, log lines and metrics to a collector by OTLP over HTTP, in protobuf.
///
/// It works beside everything else: what the collector does not take in time is lost and counted. What
/// the collector refuses for now (429, 502, 503, 504, no answer) is sent again after growing pauses, as
/// the OTLP specification asks for; what it refuses for good is dropped.
public final class OTLPExporter: Service, ObservationExporter {
    /// Where to, and how much.
    public struct Configuration: Sendable {
        /// The collector's address without a path, for instance `http://127.0.0.1:4318`.
        public var endpoint: String
        /// Header fields; the values are secrets.
        public var headers: [(name: String, value: String)] = []
        /// The most spans, and the most log lines, that wait; default 8,192 each.
        public var queue = 8_192
        /// The most spans or lines in one request; default 512.
        public var batch = 512
        /// Between two exports of the metrics; default 60 s.
        public var metricsInterval = Duration.seconds(60)
        /// How often a request is tried; default 5.
        public var attempts = 5
        /// The pause after the first refusal, which doubles with each; default 1 s.
        public var pause = Duration.seconds(1)

        /// A configuration; the rest has defaults.
        public init(endpoint: String) {
            self.endpoint = endpoint
        }

        /// A configuration with header fields written as `name=value,name=value`.
        ///
        /// - Throws: a fault of code `invalid-configuration` that does not repeat the text.
        public init(endpoint: String, headers: String?) throws(GeneralFault) {
            self.endpoint = endpoint
            guard endpoint.hasPrefix("http://") || endpoint.hasPrefix("https://") else {
                throw GeneralFault(
                    .invalid,
                    code: "invalid-configuration",
                    "otlp.endpoint: expected an http or https address"
                )
            }
            for part in (headers ?? "").split(separator: ",") {
                let pair = part.split(separator: "=", maxSplits: 1)
                guard pair.count == 2 else {
                    throw GeneralFault(
                        .invalid,
                        code: "invalid-configuration",
                        "otlp.headers: expected name=value,name=value"
                    )
                }
                self.headers.append((Self.trimmed(pair[0]), Self.trimmed(pair[1])))
            }
        }

        private static func trimmed(_ text: Substring) -> String {
            let start = text.drop { $0 == " " }
            return String(start.reversed().drop { $0 == " " }.reversed())
        }
    }

    private struct State {
        var spans: [Span] = []
        var lines: [LogRecord] = []
    }

    private let configuration: Configuration
    private let client: any WebClient
    private let metrics: Metrics
    private let clock: any WallClock
    private let random: any RandomSource
    private let started: Timestamp
    private let outcomes: Family<Counter>
    private let arrived = Signal()
    private let state = Mutex(State())

    /// An exporter.
    ///
    /// - Parameters:
    ///   - configuration: where to, and how much.
    ///   - client: sends the requests.
    ///   - metrics: what is exported, and where the exporter counts.
    ///   - clock: measures pauses.
    ///   - random: spreads them.
    public init(
        _ configuration: Configuration,
        client: any WebClient,
        metrics: Metrics,
        clock: any WallClock,
        random: any RandomSource
    ) {
        self.configuration = configuration
        self.client = client
        self.metrics = metrics
        self.clock = clock
        self.random = random
        started = clock.now()
        outcomes = metrics.counter(
            "weft_otlp_items_total",
            help: "Spans, log lines and metrics for the collector, by what became of them.",
            labels: ["signal", "outcome"]
        )
    }

    /// `otlp`.
    public var name: String { "otlp" }

    /// Takes what is to be sent; what does not fit any more is lost and counted.
    public func take(spans: [Span], lines: [LogRecord]) {
        guard !spans.isEmpty || !lines.isEmpty else { return }
        let (lostSpans, lostLines) = state.withLock { state in
            let roomForSpans = max(0, configuration.queue - state.spans.count)
            let roomForLines = max(0, configuration.queue - state.lines.count)
            state.spans += spans.prefix(roomForSpans)
            state.lines += lines.prefix(roomForLines)
            return (max(0, spans.count - roomForSpans), max(0, lines.count - roomForLines))
        }
        if lostSpans > 0 { count("traces", "lost", lostSpans) }
        if lostLines > 0 { count("logs", "lost", lostLines) }
        arrived.notify()
    }

    /// Sends until cancelled.
    ///
    /// - Parameter ready: called at once.
    /// - Throws: nothing but cancellation.
    public func run(ready: @escaping @Sendable () -> Void) async throws {
        ready()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await self.arrived.forEach(orEvery: .seconds(5), clock: self.clock) {
                    await self.flush()
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    do {
                        try await self.clock.sleep(for: self.configuration.metricsInterval)
                    } catch {
                        return
                    }
                    await self.sendMetrics()
                }
            }
            try await group.waitForAll()
        }
    }

    /// Sends all that waits.
    public func flush() async {
        while !Task.isCancelled {
            let (spans, lines) = state.withLock { state in
                let spans = Array(state.spans.prefix(configuration.batch))
                let lines = Array(state.lines.prefix(configuration.batch))
                state.spans.removeFirst(spans.count)
                state.lines.removeFirst(lines.count)
                return (spans, lines)
            }
            if spans.isEmpty, lines.isEmpty { return }
            if !spans.isEmpty { await send("traces", OTLPRequest.traces(spans), spans.count) }
            if !lines.isEmpty { await send("logs", OTLPRequest.logs(lines), lines.count) }
        }
    }

    /// Sends what all metrics read now.
    public func sendMetrics() async {
        let snapshot = metrics.snapshot()
        let body = OTLPRequest.metrics(snapshot, since: started, at: clock.now())
        await send("metrics", body, snapshot.count)
    }

    private func send(_ signal: String, _ body: [UInt8], _ items: Int) async {
        let base =
            configuration.endpoint.hasSuffix("/")
            ? String(configuration.endpoint.dropLast()) : configuration.endpoint
        let request = WebRequest(
            "POST",
            "\(base)/v1/\(signal)",
            headers: [("Content-Type", "application/x-protobuf")] + configuration.headers,
            body: body,
            timeout: .seconds(10),
            answerLimit: 64 << 10,
            // The operator configured the address.
            reachesPrivateAddresses: true
        )
        for attempt in 1...max(1, configuration.attempts) {
            var wait = configuration.pause.seconds * Double(1 << min(attempt - 1, 6))
            do throws(WebFault) {
                let answer = try await client.send(request)
                if (200..<300).contains(answer.status) {
                    count(signal, "sent", items)
                    return
                }
                guard [429, 502, 503, 504].contains(answer.status) else {
                    count(signal, "refused", items)
                    return
                }
                if let asked = answer.header("retry-after").flatMap(Double.init) {
                    wait = max(wait, min(asked, 300))
                }
            } catch {
                // No answer: it may come back.
            }
            guard attempt < configuration.attempts, !Task.isCancelled else { break }
            do {
                // Half of the pause is left to chance, so that many senders do not come together.
                let factor = 0.5 + random.unit() / 2
                try await clock.sleep(for: .seconds(wait * factor))
            } catch {
                break
            }
        }
        count(signal, "lost", items)
    }

    private func count(_ signal: String, _ outcome: String, _ items: Int) {
        outcomes.with(signal, outcome).add(Double(items))
    }
}
