import Core
import Identity
import Platform

/// `weft backup`: copies everything, verified, also while a server works on the folder.
enum BackupCommand {
    static let usage = """
        usage: weft backup DIR [--data DIR] [--config FILE]
          DIR         a new or empty folder for the copy; it holds keys, so keep it safe
          --data DIR  what to copy, instead of the configured folder
        Prints {"path","at","version","files","bytes","auditHeads"}. `weft restore` puts the copy
        back; keep the heads elsewhere, `weft audit verify --head` checks a log against one.
        """

    static func run(_ arguments: [String]) async -> Int32 {
        await exitCode(of: { try await take(arguments) }, usage: usage)
    }

    private static func take(_ arguments: [String]) async throws {
        let options = try CommandOptions(arguments, valued: ["--data", "--config"])
        let target = try options.onlyWord("a DIR for the copy")
        if StoreComposition.isOnServer(try ConfigurationFile.load(options)) {
            throw GeneralFault(
                .invalid,
                code: "backup-by-postgres",
                "the records are on PostgreSQL: back them up with pg_dump, pg_basebackup or the "
                    + "provider's snapshots, and then copy the folders objects and keys of the data "
                    + "folder; docs/store.md shows how"
            )
        }
        let installation = try await LocalInstallation.open(options)
        try await LocalInstallation.using(installation) {
            let backup = try await Backup.take(
                of: installation.folder,
                database: installation.database,
                to: target,
                version: Weft.version,
                clock: installation.clock
            )
            var json = backup.json
            json["auditHeads"] = .array(
                try await installation.identity.audit.heads().map {
                    ["organisation": $0.organisation.json, "head": .string($0.head.text)]
                }
            )
            say(json.text(.pretty))
        }
    }
}

/// `weft restore`: puts a backup into a new data folder.
enum RestoreCommand {
    static let usage = """
        usage: weft restore BACKUP --data DIR
          BACKUP      a folder that `weft backup` made; it is verified first
          --data DIR  a new or empty folder
        Prints {"path","at","version","files","bytes"} of the backup.
        """

    static func run(_ arguments: [String]) async -> Int32 {
        await exitCode(of: { try restore(arguments) }, usage: usage)
    }

    private static func restore(_ arguments: [String]) throws {
        let options = try CommandOptions(arguments, valued: ["--data"])
        let source = try options.onlyWord("a BACKUP")
        let target = try options.required("--data")
        let backup = try Backup(verifying: source)
        try backup.restore(to: target)
        say(backup.json.text(.pretty))
    }
}
