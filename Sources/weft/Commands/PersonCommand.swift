import Core
import Platform
import Privacy
import Store

/// `weft person`: gives out and erases what is kept about a person, also beside a running server.
enum PersonCommand {
    static let usage = """
        usage: weft person export SUBJECT [--organisation NAME] [--data DIR] [--config FILE]
               weft person erase SUBJECT --reason R [--organisation NAME] [--data DIR]
                                 [--config FILE]
               weft person readmit SUBJECT --reason R [--organisation NAME] [--data DIR]
                                   [--config FILE]
               weft person erasures [--organisation NAME] [--data DIR] [--config FILE]
          SUBJECT              for instance customer:<id>
          export               everything that is kept about the person, as JSON
          erase                drop the person's key and remove what is kept in clear; prints the receipt.
                               Nothing brings it back but a backup from before. The store is written
                               anew, of whatever size; a running server cannot write meanwhile
          readmit              let an erased person be known again; nothing comes back
          erasures             who was erased and when: to be erased again after an older backup was
                               put back
          --reason R           why, for the audit log; must not say who the person is
          --organisation NAME  needed only where there are several
        """

    static func export(_ arguments: [String]) async -> Int32 {
        await exitCode(
            of: {
                try await run(arguments) { persons, subject, _, scope in
                    try await persons.export(subject(persons), scope: scope)
                }
            },
            usage: usage
        )
    }

    static func erase(_ arguments: [String]) async -> Int32 {
        await exitCode(
            of: {
                try await run(arguments, needsReason: true) { persons, subject, reason, scope in
                    try await persons.erase(
                        subject(persons),
                        reason: reason,
                        scope: scope,
                        rewritingAtMost: .max
                    )
                }
            },
            usage: usage
        )
    }

    static func readmit(_ arguments: [String]) async -> Int32 {
        await exitCode(
            of: {
                try await run(arguments, needsReason: true) { persons, subject, reason, scope in
                    try await persons.readmit(subject(persons), reason: reason, scope: scope)
                }
            },
            usage: usage
        )
    }

    static func erasures(_ arguments: [String]) async -> Int32 {
        await exitCode(
            of: {
                let options = try CommandOptions(arguments, valued: Set(common))
                try options.expectNoWords()
                try await with(options) { installation, scope in
                    let persons = installation.persons
                    return try await installation.database.read {
                        try persons.erasures(scope: scope, in: $0)
                    }
                }
            },
            usage: usage
        )
    }

    private static let common = ["--organisation", "--data", "--config"]

    private static func run(
        _ arguments: [String],
        needsReason: Bool = false,
        _ body: (
            PersonRegister, (PersonRegister) throws -> DataSubject, JSONReader, Scope
        ) async throws -> JSON
    ) async throws {
        let options = try CommandOptions(
            arguments,
            valued: Set(common + (needsReason ? ["--reason"] : []))
        )
        let word = try options.onlyWord("a SUBJECT")
        let reason = needsReason ? try options.required("--reason") : ""
        try await with(options) { installation, scope in
            try await body(
                installation.persons,
                { try $0.subject(JSONReader(.string(word), pointer: "SUBJECT")) },
                JSONReader(.string(reason), pointer: "--reason"),
                scope
            )
        }
    }

    private static func with(
        _ options: CommandOptions,
        _ body: (Installation, Scope) async throws -> JSON
    ) async throws {
        let installation = try await LocalInstallation.open(options)
        try await LocalInstallation.using(installation) {
            let scope = try await installation.administrator(of: options.values["--organisation"])
            say(try await body(installation, scope).text(.pretty))
        }
    }
}
