public import Core

/// What became of a question.
public enum ApprovalState: Sendable, Hashable {
    /// Nobody has answered yet.
    case open
    /// Somebody agreed to what was asked.
    case approved(by: Actor, comment: String?)
    /// Somebody agreed to something else: to this input.
    case amended(input: JSON, by: Actor, comment: String?)
    /// Somebody refused.
    case rejected(by: Actor, comment: String?)
    /// Nobody answered in time.
    case expired
    /// Nobody waits for the answer any more.
    case withdrawn

    /// Its name in the store, in answers and in events.
    public var name: String {
        switch self {
        case .open: "open"
        case .approved: "approved"
        case .amended: "amended"
        case .rejected: "rejected"
        case .expired: "expired"
        case .withdrawn: "withdrawn"
        }
    }

    /// All names.
    public static let names = ["open", "approved", "amended", "rejected", "expired", "withdrawn"]

    /// Whether somebody agreed, to what was asked or to something else.
    public var isAgreed: Bool {
        switch self {
        case .approved, .amended: true
        case .open, .rejected, .expired, .withdrawn: false
        }
    }

    /// Who decided; nil when nobody did.
    public var decider: Actor? {
        switch self {
        case .approved(let by, _), .amended(_, let by, _), .rejected(let by, _): by
        case .open, .expired, .withdrawn: nil
        }
    }

    /// What whoever decided said.
    public var comment: String? {
        switch self {
        case .approved(_, let comment), .amended(_, _, let comment), .rejected(_, let comment):
            comment
        case .open, .expired, .withdrawn: nil
        }
    }

    /// The input that was agreed to instead of what was asked.
    public var amendedInput: JSON? {
        if case .amended(let input, _, _) = self { input } else { nil }
    }
}
