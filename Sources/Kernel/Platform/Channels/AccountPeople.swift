public import Channels
public import Core
public import Identity
public import Store

/// The people that messages go to: the accounts of organisations.
public struct AccountPeople: People {
    private let accounts: Accounts

    /// The people of `accounts`.
    public init(_ accounts: Accounts) {
        self.accounts = accounts
    }

    /// See ``People``.
    ///
    /// - Throws: `StoreError`.
    public func people(
        with roles: Set<Role>,
        in organisation: ID<Organisation>,
        _ reader: any Reader
    ) throws -> [Recipient] {
        try accounts.people(in: organisation, reader)
            .filter { !$0.roles.isDisjoint(with: roles) }
            .map { Recipient(id: $0.id, name: $0.name, email: $0.email) }
    }

    /// See ``People``.
    ///
    /// - Throws: `StoreError`.
    public func person(
        _ id: ID<Account>,
        in organisation: ID<Organisation>,
        _ reader: any Reader
    ) throws -> Recipient? {
        try accounts.person(id, in: organisation, reader).map {
            Recipient(id: $0.id, name: $0.name, email: $0.email)
        }
    }
}
