/// An error that can be told to the person or program that caused it.
///
/// Every room has one error type of its own; those that may reach a caller conform to this, and are
/// translated once at each edge: to problem details in `HTTP`, to exit codes in the CLI.
public protocol Fault: Error, Sendable {
    /// What sort of failure it is.
    var kind: FaultKind { get }
    /// A stable, machine-readable code in kebab case, for instance `illegal-transition`.
    var code: String { get }
    /// What went wrong, where, and what was expected, for a person.
    var message: String { get }
    /// JSON Pointer (RFC 6901) to the offending part of the input, when there is one.
    var pointer: String? { get }
    /// More members for the answer, for instance `allowed`.
    var details: JSONObject { get }
}

extension Fault {
    /// None.
    public var pointer: String? { nil }
    /// None.
    public var details: JSONObject { JSONObject() }
}

/// The sorts of failure that every edge knows how to tell.
public enum FaultKind: String, Sendable {
    /// The request cannot be read at all.
    case malformed
    /// It can be read, but a value is wrong.
    case invalid
    /// Nobody is signed in, or the credential is no longer good.
    case unauthenticated
    /// The person may not do this.
    case forbidden
    /// There is no such thing, or it belongs to somebody else.
    case notFound
    /// It contradicts the present state.
    case conflict
    /// It was meant for a version that is no longer the present one.
    case outdated
    /// It is larger than allowed.
    case tooLarge
    /// There were too many requests.
    case rateLimited
    /// It cannot be done now; trying later may help.
    case unavailable
    /// It took too long.
    case timeout
    /// A mistake of ours.
    case `internal`
}

/// A fault with no type of its own.
public struct GeneralFault: Fault {
    /// What sort of failure it is.
    public var kind: FaultKind
    /// A stable code in kebab case.
    public var code: String
    /// What went wrong, for a person.
    public var message: String
    /// The offending part of the input.
    public var pointer: String?
    /// More members for the answer.
    public var details: JSONObject

    /// A fault of the given sort.
    public init(
        _ kind: FaultKind,
        code: String,
        _ message: String,
        pointer: String? = nil,
        details: JSONObject = JSONObject()
    ) {
        self.kind = kind
        self.code = code
        self.message = message
        self.pointer = pointer
        self.details = details
    }
}
