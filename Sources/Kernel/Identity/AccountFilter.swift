public import Core

/// Which accounts are wanted; everything that is nil does not matter.
public struct AccountFilter: Sendable {
    /// A part of the name or the e-mail, in any case.
    public var text: String?
    /// People or services.
    public var kind: Actor.Kind?
    /// A role that it has.
    public var role: Role?
    /// Whether it is shut out.
    public var disabled: Bool?

    /// All accounts.
    public init() {}
}
