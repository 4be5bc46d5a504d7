public import Core

/// Where a request of somebody who is not signed in yet comes from.
public struct Visitor: Sendable {
    /// The network address; failures are counted by it.
    public var address: String
    /// The program, as it calls itself; at most 200 characters are kept.
    public var userAgent: String?
    /// The trace of the request.
    public var trace: TraceContext

    /// A visitor.
    public init(address: String, userAgent: String? = nil, trace: TraceContext) {
        self.address = String(address.prefix(64))
        self.userAgent = userAgent.map { String($0.prefix(200)) }
        self.trace = trace
    }
}
