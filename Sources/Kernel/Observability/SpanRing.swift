import Core
import Synchronization

/// Keeps the latest spans in memory.
public final class SpanRing: SpanSink {
    private struct State {
        var spans: [Span] = []
        var next = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// A ring.
    ///
    /// - Parameter capacity: how many spans it keeps before it forgets the oldest. Default 4,096.
    public init(capacity: Int = 4_096) {
        self.capacity = max(1, capacity)
    }

    /// Takes one span, in place of the oldest when the ring is full.
    public func record(_ span: Span) {
        state.withLock { state in
            if state.spans.count < capacity {
                state.spans.append(span)
            } else {
                state.spans[state.next] = span
            }
            state.next = (state.next + 1) % capacity
        }
    }

    /// The latest spans, newest first.
    public func latest(_ count: Int = .max) -> [Span] {
        let (spans, next) = state.withLock { ($0.spans, $0.next) }
        let ordered = spans.count < capacity ? spans : Array(spans[next...] + spans[..<next])
        return ordered.suffix(min(max(0, count), ordered.count)).reversed()
    }

    /// The spans of one trace, in the order in which they began.
    public func spans(ofTrace id: String) -> [Span] {
        latest().filter { $0.context.traceID == id }.sorted { $0.start < $1.start }
    }
}
