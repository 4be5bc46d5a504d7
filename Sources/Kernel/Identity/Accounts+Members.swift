public import Core
public import Store

extension Accounts {
    /// The people of an organisation who may sign in, in the order of their accounts' creation.
    ///
    /// - Parameters:
    ///   - organisation: whose members.
    ///   - reader: the state to read.
    /// - Returns: at most 10,000 accounts.
    /// - Throws: `StoreError`.
    public func people(
        in organisation: ID<Organisation>,
        _ reader: any Reader
    ) throws -> [AccountRecord] {
        try reader.query(
            """
            SELECT \(AccountRecord.columns) FROM identity_membership m
            JOIN identity_account a ON a.id = m.account
            WHERE m.organisation = ? AND a.kind = 'person' AND a.disabled = 0
            ORDER BY m.account LIMIT 10000
            """,
            [.id(organisation)],
            AccountRecord.read
        )
    }

    /// A person of an organisation who may sign in; nil when there is none.
    ///
    /// - Throws: `StoreError`.
    public func person(
        _ id: ID<Account>,
        in organisation: ID<Organisation>,
        _ reader: any Reader
    ) throws -> AccountRecord? {
        try reader.first(
            """
            SELECT \(AccountRecord.columns) FROM identity_membership m
            JOIN identity_account a ON a.id = m.account
            WHERE m.organisation = ? AND m.account = ? AND a.kind = 'person' AND a.disabled = 0
            """,
            [.id(organisation), .id(id)],
            AccountRecord.read
        )
    }
}
