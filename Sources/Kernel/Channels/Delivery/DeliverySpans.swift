import Core
import Observability

extension Tracer {
    /// Leaves a span of one attempt to hand a message over, as part of what made the message.
    ///
    /// - Parameters:
    ///   - channel: the channel's name.
    ///   - trace: the message's place in its trace; nil leaves none.
    ///   - organisation: whose message.
    ///   - start: when the attempt began.
    ///   - failure: why nothing was handed over; nil when it was.
    ///   - attributes: what tells the message from others; no address.
    func delivered(
        _ channel: String,
        _ trace: TraceContext?,
        of organisation: ID<Organisation>,
        from start: Timestamp,
        failure: String? = nil,
        attributes: JSONObject
    ) {
        guard let trace, traces(command: trace) else { return }
        let open = begin(
            channel,
            .channel,
            parent: trace,
            organisation: organisation,
            start: start,
            attributes: attributes
        )
        end(open, failure.map { .failed($0) } ?? .ok)
    }
}

extension Result where Success == WebAnswer, Failure == WebFault {
    /// Why the other side has not taken what was sent; nil when it has.
    var failureToHandOver: String? {
        switch self {
        case .success(let answer) where (200..<300).contains(answer.status): nil
        case .success(let answer): "answered with status \(answer.status)"
        case .failure(let fault): fault.message
        }
    }
}
