import Core

/// Remembers whose the latest spans are, for spans and log lines that do not say.
///
/// A request is known only by its path until a tool runs on somebody's authority within it: the tool's
/// span names the organisation and, as its parent, the request's span. Trace ids prove nothing, as
/// clients choose them; span ids of ours do.
struct SpanOwners {
    private static let generation = 16_384
    private var latest: [UInt64: ID<Organisation>] = [:]
    private var before: [UInt64: ID<Organisation>] = [:]

    subscript(span: UInt64) -> ID<Organisation>? { latest[span] ?? before[span] }

    mutating func learn(_ spans: [Span]) {
        for span in spans {
            guard let organisation = span.organisation else { continue }
            set(span.context.span, organisation)
            // The parent of an ingress span is whatever the client wrote.
            if span.kind != .ingress, let parent = span.parent, self[parent] == nil {
                set(parent, organisation)
            }
        }
    }

    private mutating func set(_ span: UInt64, _ organisation: ID<Organisation>) {
        if latest.count >= Self.generation {
            before = latest
            latest = [:]
        }
        latest[span] = organisation
    }
}
