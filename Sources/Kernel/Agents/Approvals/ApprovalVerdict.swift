public import Core

/// What somebody answers to what they are asked to agree to.
public enum ApprovalVerdict: Sendable, Hashable {
    /// It shall be done as it was asked.
    case approve
    /// It shall not be done; a reason is needed.
    case reject
    /// It shall be done with this input.
    case amend(JSON)

    /// Its name in requests and events.
    public var name: String {
        switch self {
        case .approve: "approve"
        case .reject: "reject"
        case .amend: "amend"
        }
    }
}
