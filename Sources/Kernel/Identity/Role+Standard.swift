public import Core

extension Role {
    /// Manages the organisation's accounts and settings.
    public static let admin: Role = "admin"
    /// Decides and approves.
    public static let manager: Role = "manager"
    /// Plans work, loads and stock.
    public static let planner: Role = "planner"
    /// Runs the daily operation.
    public static let `operator`: Role = "operator"
    /// Maintains machines and devices.
    public static let technician: Role = "technician"
    /// Loads vehicles.
    public static let loader: Role = "loader"
    /// Answers customers.
    public static let deskAgent: Role = "desk-agent"
    /// Watches over desk agents and shifts.
    public static let supervisor: Role = "supervisor"
    /// Reads, and changes nothing.
    public static let viewer: Role = "viewer"
    /// Sees own records only.
    public static let customer: Role = "customer"
    /// An AI agent's service account, which reaches only its tools.
    public static let aiAgent: Role = "ai-agent"
    /// A device's service account.
    public static let device: Role = "device"

    /// The standard roles with what each is for, from the most to the least trusted.
    public static let catalogue: [(role: Role, purpose: String)] = [
        (.admin, "Manages people, keys and settings of the organisation."),
        (.manager, "Decides and approves, and sees everything."),
        (.planner, "Plans work, loads and stock."),
        (.operator, "Runs the daily operation."),
        (.supervisor, "Watches over desk agents and shifts."),
        (.technician, "Maintains machines and devices."),
        (.deskAgent, "Answers customers."),
        (.loader, "Loads vehicles, and sees what is to be loaded."),
        (.viewer, "Reads, and changes nothing."),
        (.customer, "Sees own records only."),
        (.aiAgent, "An agent's own account: reaches only the tools that the agent lists."),
        (.device, "A device's own account: sends readings, takes commands."),
    ]

    /// Everybody who signs in: all standard roles but those of programs.
    public static let people: Set<Role> = [
        .admin, .manager, .planner, .operator, .technician, .loader, .deskAgent, .supervisor,
        .viewer, .customer,
    ]

    /// Refuses roles that an admin may not give: unknown ones, and programs' roles to people.
    static func checkGiven(_ roles: Set<Role>, to kind: Actor.Kind) throws(IdentityError) {
        try check(roles)
        let known = Set(catalogue.map(\.role))
        for role in roles {
            guard known.contains(role) else {
                let near = nearest(to: role.rawValue, among: known.map(\.rawValue))
                throw IdentityError(
                    .invalidRole,
                    "there is no role \"\(role.rawValue.prefix(64))\""
                        + (near.map { "; did you mean \"\($0)\"?" } ?? ""),
                    pointer: "/roles"
                )
            }
            guard kind == .service || people.contains(role) else {
                throw IdentityError(
                    .invalidRole,
                    "the role \"\(role.rawValue)\" is a program's, not a person's",
                    pointer: "/roles"
                )
            }
        }
    }

    /// Kebab case, at most 64 characters; solutions may add roles of their own.
    var isWellFormed: Bool {
        let bytes = rawValue.utf8
        return (1...64).contains(bytes.count) && bytes.first != UInt8(ascii: "-")
            && bytes.last != UInt8(ascii: "-")
            && bytes.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0)
                    || $0 == UInt8(ascii: "-")
            }
    }

    static func check(_ roles: Set<Role>) throws(IdentityError) {
        guard !roles.isEmpty, roles.count <= 32 else {
            throw IdentityError(.invalidRole, "one to 32 roles are needed", pointer: "/roles")
        }
        for role in roles where !role.isWellFormed {
            throw IdentityError(
                .invalidRole,
                "\"\(role.rawValue.prefix(64))\" is no role: expected kebab case",
                pointer: "/roles"
            )
        }
    }
}

extension ID where Subject == Organisation {
    /// The organisation of installation-wide rows.
    public static var system: ID<Organisation> {
        ID(high: 0x0000_0000_0000_7000, low: 0x8000_0000_0000_0001)
    }
}

extension Scope {
    /// The installation itself, for what nobody signed in for: the first start, schedules, upkeep.
    public static func installation(trace: TraceContext) -> Scope {
        Scope(
            organisation: .system,
            actor: Actor(
                id: installationActor,
                kind: .service,
                name: "weft"
            ),
            roles: [.admin],
            trace: trace
        )
    }

    private static var installationActor: ID<Account> {
        ID(high: 0x0000_0000_0000_7000, low: 0x8000_0000_0000_0002)
    }

    /// Whether the program itself acts, that is whoever sits at the machine.
    var isInstallation: Bool { actor.id == Self.installationActor }

    /// Whether the actor has any of the roles.
    public func has(anyOf needed: Role...) -> Bool {
        needed.contains { roles.contains($0) }
    }

    /// Refuses an actor who has none of the roles; to be called by every command.
    ///
    /// - Throws: `IdentityError` of code `forbidden`.
    public func require(anyOf needed: Set<Role>) throws(IdentityError) {
        guard roles.isDisjoint(with: needed) else { return }
        throw IdentityError(
            .forbidden,
            "this needs the role "
                + needed.map(\.rawValue).sorted().joined(separator: " or ")
        )
    }

    /// Refuses an actor who has none of the roles.
    ///
    /// - Throws: `IdentityError` of code `forbidden`.
    public func require(anyOf needed: Role...) throws(IdentityError) {
        try require(anyOf: Set(needed))
    }

    /// The same actor acting within another organisation, which only the installation's admin may.
    ///
    /// - Throws: `IdentityError` of code `notFound`, as for any foreign id.
    public func entering(_ other: ID<Organisation>) throws(IdentityError) -> Scope {
        guard organisation == other || isInstallationAdmin else {
            throw IdentityError(.notFound, "there is no such organisation")
        }
        var scope = self
        scope.organisation = other
        return scope
    }

    var isInstallationAdmin: Bool { organisation == .system && roles.contains(.admin) }
}
