public import Core
public import Store

/// Sends letters within the transaction that decides so.
public protocol IdentityMailer: Sendable {
    /// Whether letters leave the house at all.
    var isConfigured: Bool { get }

    /// Notes that the letter is to be sent.
    ///
    /// - Throws: what keeps it from being noted; the transaction then fails.
    func send(_ mail: IdentityMail, scope: Scope, in transaction: any Transaction) throws
}
