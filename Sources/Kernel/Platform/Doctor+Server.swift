import Core
import Glibc
import Store

extension Doctor {
    /// The checks of a store on a server, and of what stays in the data folder beside it.
    func server(_ open: @Sendable () throws -> any Database) async -> [Finding] {
        var findings: [Finding] = []
        var status = stat()
        let hasFolder = stat(folder, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        if hasFolder {
            findings.append(permissions(status))
        } else {
            findings.append(
                Finding(
                    .warning,
                    "there is no data folder \(folder), which holds objects and keys",
                    advice: "`weft init` or `weft serve` makes it"
                )
            )
        }
        let database: any Database
        do {
            database = try open()
        } catch {
            return findings + [
                Finding(
                    .problem,
                    Self.message(of: error),
                    advice: "check store.url, and that the server lets this machine in"
                )
            ]
        }
        defer { database.close() }
        do {
            findings += try await settings(database)
            guard try await !database.appliedMigrations().isEmpty else {
                return findings + [
                    Finding(
                        .warning,
                        "the database holds no tables of Weft",
                        advice: "`weft init` or `weft migrate` makes them"
                    )
                ]
            }
        } catch {
            return findings + [
                Finding(
                    .problem,
                    "the database cannot be read: \(Self.message(of: error))",
                    advice: "look into the server's log"
                )
            ]
        }
        guard hasFolder else { return findings }
        return findings + [await objects(database), signingKey()]
    }

    private func settings(_ database: any Database) async throws -> [Finding] {
        let found = try await database.query(
            """
            SELECT current_setting('server_version'), current_setting('fsync'),
                current_setting('full_page_writes'), current_setting('synchronous_commit'),
                CASE WHEN coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)
                    THEN 1 ELSE 0 END,
                CASE WHEN inet_server_addr() IS NULL THEN 1 ELSE 0 END
            """,
            []
        ) { row in
            (
                version: try row.text(0), syncs: try row.text(1), wholePages: try row.text(2),
                commits: try row.text(3), isEncrypted: try row.bool(4), isLocal: try row.bool(5)
            )
        }
        guard let server = found.first else { return [] }
        var findings = [Finding(.ok, "PostgreSQL \(server.version) answers")]
        for (name, value) in [("fsync", server.syncs), ("full_page_writes", server.wholePages)]
        where value != "on" {
            findings.append(
                Finding(
                    .problem,
                    "the server runs with \(name) = \(value): a power cut can destroy it",
                    advice: "set \(name) = on"
                )
            )
        }
        if server.commits == "off" {
            findings.append(
                Finding(
                    .warning,
                    "the server commits without waiting for the disk; Weft asks for it all the same",
                    advice: "set synchronous_commit = on"
                )
            )
        }
        if !server.isLocal, !server.isEncrypted {
            findings.append(
                Finding(
                    .warning,
                    "the connection to the database is not encrypted",
                    advice: "add sslmode=verify-full to store.url"
                )
            )
        }
        return findings
    }
}
