import Core
import Platform
import Store

/// `weft store`: moves the records from one store to another.
enum StoreCommand {
    static let usage = """
        usage: weft store copy --from sqlite:DIR --to postgres://…
          --from      the data folder whose records to copy; no server may work on it
          --to        an empty PostgreSQL database; - takes store.url of the configuration, so that
                      no password stands in a list of processes
        Makes the tables, copies every record, sets the sequences, then reads the copy again and
        compares. Prints {"tables":[{"table","rows","checksum"}],"rows"}. The source stays as it is.
        Afterwards set store.url, and keep the data folder: objects and keys stay in it.
        """

    static func copy(_ arguments: [String]) async -> Int32 {
        await exitCode(of: { try await copyStore(arguments) }, usage: usage)
    }

    private static func copyStore(_ arguments: [String]) async throws {
        let options = try CommandOptions(arguments, valued: ["--from", "--to", "--config"])
        try options.expectNoWords()
        let from = try options.required("--from")
        guard from.hasPrefix("sqlite:"), from.count > 7 else {
            throw UsageError("--from is sqlite: and a data folder, for instance sqlite:weft-data")
        }
        let configuration = try ConfigurationFile.load(options)
        var to = try options.required("--to")
        if to == "-" {
            guard let url = configuration.text("store.url"), !url.isEmpty else {
                throw UsageError("--to - takes store.url, which is not configured")
            }
            to = url
        }
        let path = String(from.dropFirst(7))
        try StoreComposition.requireFile(path)
        let folder = try DataFolder(path)
        try folder.lock()
        let source = try SQLiteDatabase(path: folder.store)
        defer { source.close() }
        let target = try PostgresDatabase(PostgresConfiguration(url: to))
        defer { target.close() }
        let tables = try await StoreCopy(
            from: source,
            to: target,
            migrations: StoreComposition.migrations(Installation.allSolutions)
        ).run()
        let result: JSON = [
            "tables": .array(
                tables.map {
                    [
                        "table": .string($0.name), "rows": .int($0.rows),
                        "checksum": .string(String($0.checksum, radix: 16)),
                    ]
                }
            ),
            "rows": .int(tables.reduce(0) { $0 + $1.rows }),
        ]
        say(result.text(.pretty))
    }
}
