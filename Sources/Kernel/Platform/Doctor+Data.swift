import Core
import Glibc
import Identity
import Objects
import Store

extension Doctor {
    func data() async -> [Finding] {
        if let openServer { return await server(openServer) }
        var status = stat()
        guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            let why =
                errno == ENOENT ? "there is no data folder \(folder)" : "\(folder) is no folder"
            return [
                Finding(
                    .warning,
                    why,
                    advice: "`weft init --data \(folder)` or `weft serve --demo` makes it"
                )
            ]
        }
        var findings = [permissions(status)]
        guard access(folder + "/weft.db", F_OK) == 0 else {
            findings.append(
                Finding(
                    .warning,
                    "\(folder) holds no store",
                    advice: "`weft init --data \(folder)` or `weft serve --demo` makes it"
                )
            )
            return findings
        }
        guard access(folder + "/weft.db", R_OK | W_OK) == 0 else {
            findings.append(
                Finding(
                    .problem,
                    "\(folder)/weft.db may not be read and written",
                    advice: "run weft as its owner"
                )
            )
            return findings
        }
        findings.append(lock())
        findings += await store()
        findings.append(signingKey())
        return findings
    }

    func permissions(_ status: stat) -> Finding {
        guard access(folder, R_OK | W_OK | X_OK) == 0 else {
            return Finding(
                .problem,
                "\(folder) may not be read and written",
                advice: "run weft as its owner, or chown it"
            )
        }
        guard status.st_mode & 0o077 == 0 else {
            return Finding(
                .warning,
                "others may look into \(folder)",
                advice: "chmod 700 \(folder)"
            )
        }
        return Finding(.ok, "\(folder) is its owner's alone")
    }

    /// Tries the server's lock in shared mode, and lets go at once.
    private func lock() -> Finding {
        let file = open(folder + "/weft.lock", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return Finding(.ok, "no server works on \(folder)") }
        defer { close(file) }
        guard flock(file, LOCK_SH | LOCK_NB) == 0 else {
            return Finding(.ok, "a server works on \(folder)")
        }
        flock(file, LOCK_UN)
        return Finding(.ok, "no server works on \(folder)")
    }

    private func store() async -> [Finding] {
        let restore = "stop the server and restore the last backup with `weft restore`"
        let database: SQLiteDatabase
        do {
            database = try SQLiteDatabase(path: folder + "/weft.db")
        } catch {
            let what = "the store cannot be opened: \(Self.message(of: error))"
            return [Finding(.problem, what, advice: restore)]
        }
        defer { database.close() }
        var findings: [Finding] = []
        do {
            let problems = try await database.problems()
            findings.append(
                problems.isEmpty
                    ? Finding(.ok, "the store is sound")
                    : Finding(
                        .problem,
                        "the store is damaged: " + problems.prefix(3).joined(separator: "; "),
                        advice: restore
                    )
            )
        } catch {
            let what = "the store cannot be checked: \(Self.message(of: error))"
            return [Finding(.problem, what, advice: restore)]
        }
        findings.append(await objects(database))
        return findings
    }

    func objects(_ database: any Database) async -> Finding {
        do {
            let report = try await FileObjectStore(
                path: folder + "/objects",
                database: database,
                clock: clock
            ).verify()
            guard report.isSound else {
                let names = (report.missing + report.damaged).prefix(3).joined(separator: ", ")
                return Finding(
                    .problem,
                    "\(report.missing.count) objects are missing, \(report.damaged.count) are "
                        + "damaged: \(names)",
                    advice: "copy them from a backup's objects/blobs to the same place"
                )
            }
            return Finding(.ok, "\(report.checked) objects are sound")
        } catch {
            return Finding(
                .problem,
                "the objects cannot be checked: \(Self.message(of: error))",
                advice: "start `weft serve` once, which brings the tables up to date"
            )
        }
    }

    func signingKey() -> Finding {
        let path = folder + "/keys/signing-key.pem"
        var status = stat()
        guard lstat(path, &status) == 0 else {
            return Finding(
                .warning,
                "there is no signing key",
                advice: "`weft serve` makes one; everybody signs in again"
            )
        }
        do {
            _ = try SigningKey.loadOrCreate(folder: folder + "/keys")
            return Finding(.ok, "the signing key is its owner's alone")
        } catch {
            return Finding(
                .problem,
                Self.message(of: error),
                advice: status.st_mode & 0o077 == 0
                    ? "restore it from a backup, or move it away and let `weft serve` make one"
                    : "chmod 600 \(path)"
            )
        }
    }
}
