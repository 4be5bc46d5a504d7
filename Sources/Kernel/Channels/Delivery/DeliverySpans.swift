import Core
import Observability

extension Tracer {
    /// Begins the span of one attempt to hand a message over, as part of what made the message.
    ///
    /// - Parameters:
    ///   - channel: the channel's name.
    ///   - trace: the message's place in its trace; nil leaves no span.
    ///   - organisation: whose message.
    ///   - message: tells the message from others; no address.
    ///   - attempt: the attempt's number; nil where there is only one.
    ///   - start: when the attempt began; nil for now.
    /// - Returns: nil when the trace leaves no spans.
    func beginDelivery(
        _ channel: String,
        _ trace: TraceContext?,
        of organisation: ID<Organisation>,
        message: JSON,
        attempt: Int? = nil,
        from start: Timestamp? = nil
    ) -> OpenSpan? {
        guard let trace, traces(command: trace) else { return nil }
        var attributes: JSONObject = ["weft.message": message]
        if let attempt { attributes["weft.attempt"] = .int(attempt) }
        return begin(
            channel,
            .channel,
            parent: trace,
            organisation: organisation,
            start: start,
            attributes: attributes
        )
    }

    /// Ends such a span; `failure` says why nothing was handed over, nil that it was.
    func endDelivery(_ span: OpenSpan?, _ failure: String? = nil) {
        guard let span else { return }
        end(span, failure.map { .failed($0) } ?? .ok)
    }
}

extension WebRequest {
    /// Tells the receiver which trace the request belongs to (W3C Trace Context).
    mutating func carry(_ trace: TraceContext?) {
        guard let trace else { return }
        headers.append(("traceparent", trace.description))
    }
}
