import Core
import Identity
import Platform
import Store

/// `weft user add`: adds a person to an organisation, also while a server works on the folder.
enum UserCommand {
    static let usage = """
        usage: weft user add --email E --name N [--roles planner,viewer] [--organisation NAME]
                             [--password-file F] [--data DIR] [--config FILE]
          --email E            the e-mail address to sign in with
          --name N             the person's name
          --roles R,R          what the person may do; default viewer
                               \(roleNames)
          --organisation NAME  needed only where there are several
          --password-file F    a file whose first line is the password; - is standard input
        Without a password file it is asked for on a terminal, else generated and printed once.
        Prints {"account","password"?}.
        """

    // Of the standard roles those that people have; solutions that add some extend this list.
    private static let roles: [Role] = [
        .admin, .manager, .planner, .operator, .technician, .loader, .deskAgent, .supervisor,
        .viewer, .customer,
    ]

    private static var roleNames: String { roles.map(\.rawValue).joined(separator: ", ") }

    static func run(_ arguments: [String]) async -> Int32 {
        await exitCode(of: { try await add(arguments) }, usage: usage)
    }

    private static func add(_ arguments: [String]) async throws {
        let options = try CommandOptions(
            arguments,
            valued: [
                "--email", "--name", "--roles", "--organisation", "--password-file", "--data",
                "--config",
            ]
        )
        try options.expectNoWords()
        let email = try EmailAddress(try options.required("--email"))
        let name = try options.required("--name")
        let roles = try roles(named: options.values["--roles"] ?? "viewer")
        let installation = try await LocalInstallation.open(options)
        try await LocalInstallation.using(installation) {
            let scope = try await installation.administrator(of: options.values["--organisation"])
            let accounts = installation.identity.accounts
            guard try await !accounts.list(scope: scope).contains(where: { $0.email == email.text })
            else {
                throw GeneralFault(
                    .conflict,
                    code: "email-taken",
                    "there is an account with the e-mail \(email)"
                )
            }
            let password = try NewPassword(options, for: email)
            let hash = try await installation.identity.passwords.hash(password.secret)
            let account = try await installation.database.transaction { transaction in
                try accounts.createPerson(
                    email: email,
                    name: name,
                    password: hash,
                    roles: roles,
                    scope: scope,
                    in: transaction
                )
            }
            var result: JSON = [
                "account": [
                    "id": account.id.json, "email": .string(email.text),
                    "name": .string(account.name),
                    "roles": .array(roles.map(\.rawValue).sorted().map { .string($0) }),
                ]
            ]
            if password.isGenerated { result["password"] = .string(password.secret.exposed) }
            say(result.text(.pretty))
        }
    }

    private static func roles(named text: String) throws(UsageError) -> Set<Role> {
        var found: Set<Role> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let name = String(part.filter { $0 != " " })
            // A misspelt role would be kept and allow nothing.
            guard let role = roles.first(where: { $0.rawValue == name }) else {
                let near = nearest(to: name, among: roles.map(\.rawValue))
                    .map { "; did you mean \"\($0)\"?" }
                throw UsageError("\"\(name)\" is no role\(near ?? "")")
            }
            found.insert(role)
        }
        return found
    }
}
