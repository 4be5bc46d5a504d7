public import Core

/// What is to be different about an account; everything that is nil stays.
public struct AccountChange: Sendable {
    /// The name.
    public var name: String?
    /// The roles within the organisation.
    public var roles: Set<Role>?
    /// Whether it is shut out.
    public var disabled: Bool?
    /// Whether the second factor is taken away, for somebody who lost it.
    public var removesSecondFactor = false
    /// Why, for the audit log, 1 to 500 characters.
    public var reason: String

    /// No change.
    public init(reason: String) {
        self.reason = reason
    }
}
