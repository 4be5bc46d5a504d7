import Core
import Platform
import Store

/// `weft migrate`: brings the tables up to date, or shows what it would do.
enum MigrateCommand {
    static let usage = """
        usage: weft migrate [--dry-run] [--data DIR] [--config FILE]
          --dry-run   change nothing
          --data DIR  that folder instead of the configured one; store.url goes before it
        Prints {"store","applied":[{"module","version","name"}],"pending":[…],"done"}: the steps that
        were there before, those that were not, and whether these have now been applied. `weft serve`
        applies them too when it starts; here it can be done, and looked at, before.
        """

    static func run(_ arguments: [String]) async -> Int32 {
        await exitCode(of: { try await migrate(arguments) }, usage: usage)
    }

    private static func migrate(_ arguments: [String]) async throws {
        let options = try CommandOptions(
            arguments,
            valued: ["--data", "--config"],
            flags: ["--dry-run"]
        )
        try options.expectNoWords()
        let configuration = try ConfigurationFile.load(options)
        try StoreComposition.requireStore(configuration)
        let folder = configuration.text("data.folder") ?? "weft-data"
        let database = try StoreComposition.open(configuration, file: folder + "/weft.db")
        defer { database.close() }
        let migrations = StoreComposition.migrations(Installation.allSolutions)
        let applied = try await database.appliedMigrations()
        let pending = try Migration.pending(migrations, applied: applied)
        let isDry = options.flags.contains("--dry-run")
        if !isDry { try await database.migrate(migrations) }
        let known = migrations.filter { step in
            !pending.contains { $0.module == step.module && $0.version == step.version }
        }
        let result: JSON = [
            "store": .string(database.dialect.rawValue),
            "applied": .array(known.map(json)),
            "pending": .array(pending.map(json)),
            "done": .bool(!isDry),
        ]
        say(result.text(.pretty))
    }

    private static func json(_ step: Migration) -> JSON {
        [
            "module": .string(step.module), "version": .int(step.version),
            "name": .string(step.name),
        ]
    }
}
