import Core
import Identity
import Platform
import Store

/// `weft key`: the keys that access tokens are signed with.
enum KeyCommand {
    static let usage = """
        usage: weft key list [--data DIR] [--config FILE]
               weft key rotate [--now] [--data DIR] [--config FILE]
          list      the keys: which one signs, until when the others check
          rotate    make a new key that signs from now on; the old one checks for a day more, so
                    nobody notices, and a running server takes the new one within a second
          --now     the old key is good no longer: every access token ends, sessions renew theirs
        Prints {"keys":[{"id","signs","goodUntil"}]}.
        """

    static func list(_ arguments: [String]) async -> Int32 {
        await exitCode(
            of: {
                let options = try CommandOptions(arguments, valued: ["--data", "--config"])
                try options.expectNoWords()
                say(try json(of: ring(options)).text(.pretty))
            },
            usage: usage
        )
    }

    static func rotate(_ arguments: [String]) async -> Int32 {
        await exitCode(
            of: {
                let options = try CommandOptions(
                    arguments,
                    valued: ["--data", "--config"],
                    flags: ["--now"]
                )
                try options.expectNoWords()
                let installation = try await LocalInstallation.open(options)
                try await LocalInstallation.using(installation) {
                    let keeping = !options.flags.contains("--now")
                    let keys = installation.identity.keys
                    let old = keys.active.id
                    let new = try keys.rotate(keeping: keeping).id
                    let audit = installation.identity.audit
                    let scope = Scope.installation(trace: TraceContext(random: SystemRandom()))
                    try await installation.database.transaction { transaction in
                        try audit.append(
                            "signing-key.rotated",
                            subject: "signing-key:\(new)",
                            detail: ["replaced": .string(old), "kept": .bool(keeping)],
                            scope: scope,
                            in: transaction
                        )
                    }
                    say(json(of: keys).text(.pretty))
                }
            },
            usage: usage
        )
    }

    private static func ring(_ options: CommandOptions) throws -> KeyRing {
        let configuration = try ConfigurationFile.load(options)
        try StoreComposition.requireStore(configuration)
        return try KeyRing(
            folder: try DataFolder(configuration.text("data.folder") ?? "weft-data").keys,
            clock: SystemClock()
        )
    }

    private static func json(of keys: KeyRing) -> JSON {
        let list = keys.list.map { key -> JSON in
            [
                "id": .string(key.id), "signs": .bool(key.isActive),
                "goodUntil": key.goodUntil?.json ?? .null,
            ]
        }
        return ["keys": .array(list)]
    }
}
