import Core
public import HTTP
public import Observability
import Synchronization

/// Measures requests: latency by route, and a span where the trace leaves one.
///
/// A quick query that goes well and is not sampled costs a few comparisons beyond its latency.
public final class RequestObserver: Sendable {
    private struct Key: Hashable {
        var method: Method
        var route: String
        var status: Int
        var isUnreadable: Bool
    }

    private let tracer: Tracer
    private let latency: Family<Histogram>
    private let known = Mutex<[Key: Histogram]>([:])

    /// An observer.
    public init(tracer: Tracer, metrics: Metrics) {
        self.tracer = tracer
        latency = metrics.histogram(
            "weft_http_request_seconds",
            help: "How long requests took, by route and status.",
            labels: ["method", "route", "status"]
        )
    }

    /// Takes in a request that was answered.
    public func observe(_ request: Request, _ status: Status, _ bytes: Int, _ duration: Duration) {
        // Before anything that takes time: what it led to must not seem to have begun earlier.
        let start = tracer.isOn ? tracer.now() + .microseconds(-duration.microseconds) : nil
        instrument(request, status).record(duration)
        guard let start else { return }
        let isFailure = status.rawValue >= 500
        let isQuery = request.method == .get || request.method == .head
        guard
            isFailure || duration >= tracer.sampling.slow
                || (isQuery
                    ? tracer.traces(query: request.trace) : tracer.traces(command: request.trace))
        else { return }
        // Files and probes are not worth a trace unless something is wrong with them; a connection
        // that became a channel has a duration of its own kind.
        let route = request.route ?? ""
        guard isFailure || route.hasPrefix("/api") || route.hasPrefix("/auth"),
            status.rawValue != 101, !Self.isTurnedAway(status)
        else { return }
        record(request, status, from: start, duration, isFailure)
    }

    /// Whether the request was not even looked at: a flood of those must not fill the traces.
    private static func isTurnedAway(_ status: Status) -> Bool {
        status.rawValue == 401 || status.rawValue == 429
    }

    private func instrument(_ request: Request, _ status: Status) -> Histogram {
        let key = Key(
            method: request.method,
            route: request.route ?? "none",
            status: status.rawValue,
            isUnreadable: request.isUnreadable
        )
        return known.withLock { known in
            if let found = known[key] { return found }
            let made = latency.with(
                key.isUnreadable ? "none" : key.method.rawValue,
                key.isUnreadable ? "unreadable" : key.route,
                String(key.status)
            )
            known[key] = made
            return made
        }
    }

    private func record(
        _ request: Request,
        _ status: Status,
        from start: Timestamp,
        _ duration: Duration,
        _ isFailure: Bool
    ) {
        let caller = request.headers["traceparent"].flatMap { TraceContext($0) }
        let isChild =
            caller.map {
                $0.traceHigh == request.trace.traceHigh && $0.traceLow == request.trace.traceLow
            } ?? false
        tracer.record(
            Span(
                name: "\(request.method.rawValue) \(request.route ?? "none")",
                kind: .ingress,
                context: request.trace,
                parent: isChild ? caller?.span : nil,
                start: start,
                duration: duration,
                status: isFailure ? .failed("answered \(status.rawValue)") : .ok,
                attributes: [
                    "http.request.method": .string(request.method.rawValue),
                    "http.route": .optional(request.route), "url.path": .string(request.path),
                    "http.response.status_code": .int(status.rawValue),
                ]
            )
        )
    }
}
