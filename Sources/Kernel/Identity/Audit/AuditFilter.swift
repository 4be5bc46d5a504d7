public import Core

/// Which entries of the log are wanted; everything that is nil does not matter.
public struct AuditFilter: Sendable {
    /// The acting account's id, or part of its name.
    public var actor: String?
    /// What was done; `key.*` for all that begins with `key.`.
    public var action: String?
    /// To what: whole, or its sort alone, as in `account`.
    public var subject: String?
    /// How it ended.
    public var outcome: AuditEntry.Outcome?
    /// The earliest moment.
    public var from: Timestamp?
    /// The first moment that is too late.
    public var to: Timestamp?

    /// All entries.
    public init() {}
}
