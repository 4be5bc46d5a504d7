import Core
import Glibc
import Identity
import Platform

/// `weft init`: makes an organisation with its first administrator.
enum InitCommand {
    static let usage = """
        usage: weft init [--organisation NAME] [--email E] [--name N] [--password-file F]
                         [--data DIR] [--config FILE]
          --organisation NAME  the organisation to make
          --email E            the administrator's e-mail address, to sign in with
          --name N             the administrator's name; default Administrator
          --password-file F    a file whose first line is the password; - is standard input
          --data DIR           keep everything there instead of in the configured folder
        What is not given is asked for on a terminal; without one, a password is generated and
        printed once. Prints {"organisation","account","password"?}.
        """

    static func run(_ arguments: [String]) async -> Int32 {
        await exitCode(of: { try await found(arguments) }, usage: usage)
    }

    private static func found(_ arguments: [String]) async throws {
        let options = try CommandOptions(
            arguments,
            valued: [
                "--organisation", "--email", "--name", "--password-file", "--data", "--config",
            ]
        )
        try options.expectNoWords()
        let organisation = try Terminal.value(
            of: "--organisation",
            in: options,
            asking: "Organisation: "
        )
        let email = try Terminal.value(of: "--email", in: options, asking: "Your e-mail address: ")
        let address = try EmailAddress(email)
        let installation = try await LocalInstallation.make(options)
        try await LocalInstallation.using(installation) {
            let known = try await installation.identity.accounts.organisations(
                scope: .installation(trace: TraceContext(random: SystemRandom()))
            )
            // Founding refuses it too; here it is refused before a password is asked for.
            guard !known.contains(where: { $0.name == organisation }) else {
                throw GeneralFault(
                    .conflict,
                    code: "name-taken",
                    "there is an organisation \"\(organisation)\" already; `weft user add` adds people"
                )
            }
            let password = try NewPassword(options, for: address)
            let name = options.values["--name"] ?? "Administrator"
            let scope = try await Founding.found(
                installation,
                organisation: organisation,
                email: address.text,
                name: name,
                password: password.secret.exposed,
                roles: [.admin, .planner],
                unlessThere: false
            )
            var result: JSON = [
                "organisation": ["id": scope.organisation.json, "name": .string(organisation)],
                "account": [
                    "id": scope.actor.id.json, "email": .string(address.text),
                    "name": .string(name),
                    "roles": .array(scope.roles.map(\.rawValue).sorted().map { .string($0) }),
                ],
            ]
            if password.isGenerated { result["password"] = .string(password.secret.exposed) }
            say(result.text(.pretty))
        }
    }
}
