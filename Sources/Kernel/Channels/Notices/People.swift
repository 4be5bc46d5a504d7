public import Core
public import Store

/// Somebody who can be told something.
public struct Recipient: Sendable, Hashable {
    /// The account.
    public var id: ID<Account>
    /// The person's name.
    public var name: String
    /// Where mail goes; nil when there is none.
    public var email: String?

    /// A recipient.
    public init(id: ID<Account>, name: String, email: String?) {
        self.id = id
        self.name = name
        self.email = email
    }
}

/// Knows who the people of an organisation are; the accounts of `Identity`, in the program.
public protocol People: Sendable {
    /// The people of the organisation who have one of the roles and may sign in.
    ///
    /// - Throws: `StoreError`.
    func people(
        with roles: Set<Role>,
        in organisation: ID<Organisation>,
        _ reader: any Reader
    ) throws -> [Recipient]

    /// A person of the organisation who may sign in; nil when there is none.
    ///
    /// - Throws: `StoreError`.
    func person(
        _ id: ID<Account>,
        in organisation: ID<Organisation>,
        _ reader: any Reader
    ) throws -> Recipient?
}
