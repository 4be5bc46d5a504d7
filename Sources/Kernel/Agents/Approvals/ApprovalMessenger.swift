public import Core
public import Store

/// Tells people that they are asked; the notices of `Channels`, in the program.
public protocol ApprovalMessenger: Sendable {
    /// Those with one of the roles may decide.
    ///
    /// - Parameters:
    ///   - approval: what is asked.
    ///   - roles: whom to tell.
    ///   - now: the moment.
    ///   - transaction: the caller's.
    /// - Throws: what keeps it from being told; the transaction then fails.
    func ask(
        _ approval: Approval,
        roles: Set<Role>,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws

    /// It is closed: what was told and not read yet need not disturb anybody any more.
    ///
    /// - Throws: what keeps it from being told; the transaction then fails.
    func close(_ approval: Approval, scope: Scope, in transaction: any Transaction) throws
}
