import Core
import Identity
import Platform
import Store

/// The demonstration company and the sign-in to it, made once and kept in the data folder.
struct Demonstration {
    let email: String
    let password: String

    /// Makes the company when the folder has none, and tells how to sign in.
    static func prepare(_ installation: Installation) async throws -> Demonstration {
        let found = try kept(installation.folder)
        let demonstration =
            found
            ?? Demonstration(
                email: "demo@weft.example",
                password: "demo-" + String(SystemRandom().next(), radix: 36)
            )
        if found == nil {
            let json: JSON = [
                "email": .string(demonstration.email), "password": .string(demonstration.password),
            ]
            try WholeFile.write(json.bytes(.pretty), to: installation.folder.demonstration)
        }
        let scope = try await Founding.found(
            installation,
            organisation: "Weft Demo Freight",
            email: demonstration.email,
            name: "Demo Planner",
            password: demonstration.password,
            roles: [.admin, .planner],
            unlessThere: true
        )
        for solution in installation.solutions {
            try await solution.demonstrate(on: installation.kernel, scope: scope)
        }
        return demonstration
    }

    private static func kept(_ folder: DataFolder) throws -> Demonstration? {
        guard let bytes = try? WholeFile.read(folder.demonstration, limit: 4_096) else {
            return nil
        }
        let json = try JSON(parsing: bytes)
        guard let email = json["email"]?.string, let password = json["password"]?.string else {
            throw GeneralFault(
                .invalid,
                code: "demonstration",
                "\(folder.demonstration) does not hold {\"email\",\"password\"}"
            )
        }
        return Demonstration(email: email, password: password)
    }
}

/// Makes organisations with their first person.
enum Founding {
    /// Makes an organisation and a person in it, in one transaction, and answers the person's scope.
    ///
    /// With `unlessThere` an organisation that is there already is no error.
    static func found(
        _ installation: Installation,
        organisation name: String,
        email: String,
        name person: String,
        password: String,
        roles: Set<Role>,
        unlessThere: Bool
    ) async throws -> Scope {
        let accounts = installation.identity.accounts
        let trace = TraceContext(random: SystemRandom())
        let system = Scope.installation(trace: trace)
        let there = try await accounts.organisations(scope: system).first { $0.name == name }
        if let there, unlessThere {
            let scope = try system.entering(there.id)
            let known = try await accounts.list(scope: scope).first { $0.email == email }
            guard let known else {
                throw GeneralFault(
                    .conflict,
                    code: "not-the-demonstration",
                    "the folder holds \"\(name)\", but without \(email)"
                )
            }
            return Scope(
                organisation: there.id,
                actor: known.actor,
                roles: known.roles,
                trace: trace
            )
        }
        let address = try EmailAddress(email)
        try PasswordRules.check(Secret(password), for: address)
        let hash = try await installation.identity.passwords.hash(Secret(password))
        return try await installation.database.transaction { transaction in
            let organisation = try accounts.createOrganisation(
                name: name,
                scope: system,
                in: transaction
            )
            let account = try accounts.createPerson(
                email: address,
                name: person,
                password: hash,
                roles: roles,
                scope: try system.entering(organisation.id),
                in: transaction
            )
            let scope = Scope(
                organisation: organisation.id,
                actor: account.actor,
                roles: roles,
                trace: trace
            )
            try installation.intents.propose(
                on: installation.kernel,
                scope: scope,
                in: transaction
            )
            return scope
        }
    }
}
