public import Core

/// One finished piece of work within a trace.
public struct Span: Sendable {
    /// How a piece of work ended.
    public enum Status: Sendable, Hashable {
        /// Well.
        case ok
        /// With an error, which is described.
        case failed(String)

        /// What went wrong; nil when nothing did.
        public var failure: String? {
            if case .failed(let message) = self { return message }
            return nil
        }

        /// The status of work that threw `error`.
        public init(_ error: any Error) {
            self = .failed((error as? any Fault)?.message ?? String(describing: error))
        }
    }

    /// What was done, for instance `POST /api/orders`.
    public var name: String
    /// What sort of work it is.
    public var kind: SpanKind
    /// The trace and the span's own id.
    public var context: TraceContext
    /// The id of the span that this one is part of; nil when it began the trace.
    public var parent: UInt64?
    /// Whose work it is; nil when nobody knows yet.
    public var organisation: ID<Organisation>?
    /// When it began.
    public var start: Timestamp
    /// How long it took.
    public var duration: Duration
    /// How it ended.
    public var status: Status
    /// Data about it, secrets left out.
    public var attributes: JSONObject

    /// A finished span.
    public init(
        name: String,
        kind: SpanKind,
        context: TraceContext,
        parent: UInt64?,
        organisation: ID<Organisation>? = nil,
        start: Timestamp,
        duration: Duration,
        status: Status = .ok,
        attributes: JSONObject = JSONObject()
    ) {
        self.name = name
        self.kind = kind
        self.context = context
        self.parent = parent
        self.organisation = organisation
        self.start = start
        self.duration = duration
        self.status = status
        self.attributes = attributes
    }

    /// The thing that did the work, as the service map names it: a state belongs to its workflow.
    public var component: String {
        guard kind == .state, let end = name.lastIndex(of: "/") else { return name }
        return String(name[..<end])
    }
}

/// The sorts of work that traces show.
public enum SpanKind: String, Sendable, CaseIterable {
    /// A request from outside.
    case ingress
    /// The way of an event from its commit to its dispatch.
    case event
    /// A whole execution of a workflow.
    case workflow
    /// One task of an execution.
    case state
    /// An agent's run.
    case agent
    /// A tool's call.
    case tool
    /// A transaction of the store, from its body to its sync.
    case store
    /// The delivery of a message.
    case channel
    /// A request of ours to somebody else.
    case client
}
