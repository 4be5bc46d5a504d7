public import Core
import Store

/// An organisation as it is stored.
public struct OrganisationRecord: Sendable, Hashable {
    /// The id.
    public var id: ID<Organisation>
    /// The name, unique in the installation.
    public var name: String
    /// When it was created.
    public var createdAt: Timestamp

    /// `{"id","name"}`.
    public var json: JSON { ["id": id.json, "name": .string(name)] }

    static func read(_ row: any Row) throws -> OrganisationRecord {
        OrganisationRecord(
            id: try row.id(0),
            name: try row.text(1),
            createdAt: try row.timestamp(2)
        )
    }
}

/// An account as one organisation sees it.
public struct AccountRecord: Sendable, Hashable {
    /// The id.
    public var id: ID<Account>
    /// A person or a service.
    public var kind: Actor.Kind
    /// The normalised e-mail; nil for services.
    public var email: String?
    /// The name as people read it.
    public var name: String
    /// Whether the account is shut out.
    public var disabled: Bool
    /// Its roles within the organisation that asks.
    public var roles: Set<Role>
    /// When it was created.
    public var createdAt: Timestamp

    /// The account as an actor.
    public var actor: Actor { Actor(id: id, kind: kind, name: name) }

    /// `{"id","kind","email","name","disabled","roles","createdAt"}`.
    public var json: JSON {
        [
            "id": id.json, "kind": .string(kind.rawValue), "email": .optional(email),
            "name": .string(name), "disabled": .bool(disabled), "roles": roles.json,
            "createdAt": createdAt.json,
        ]
    }

    static let columns = "a.id, a.kind, a.email, a.name, a.disabled, a.created_at, m.roles"

    static func read(_ row: any Row) throws -> AccountRecord {
        AccountRecord(
            id: try row.id(0),
            kind: try kind(row.text(1)),
            email: try row.optionalText(2),
            name: try row.text(3),
            disabled: try row.bool(4),
            roles: Set(json: try row.json(6)),
            createdAt: try row.timestamp(5)
        )
    }

    static func kind(_ text: String) throws(StoreError) -> Actor.Kind {
        guard let kind = Actor.Kind(rawValue: text) else {
            throw StoreError(.corrupt, "\"\(text)\" is no kind of account")
        }
        return kind
    }
}

extension Set<Role> {
    var json: JSON { .array(map(\.rawValue).sorted().map(JSON.string)) }

    init(json: JSON) {
        self = Set((json.array ?? []).compactMap(\.string).map(Role.init(rawValue:)))
    }
}
