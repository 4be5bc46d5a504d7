import Foundation
import Glibc
import Synchronization

/// A PostgreSQL server that a test starts, stops and breaks: `scripts/postgres` does it.
///
/// It goes when the test's process has ended, however that came.
public final class PostgresServer: Sendable {
    /// The folder of its data and its socket.
    public let folder: String

    /// Whether PostgreSQL is installed on this machine.
    public static let isInstalled: Bool = {
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql"))
        return !(folders ?? []).isEmpty
    }()

    /// The one that tests share which do not break it; started when first asked for.
    public static let shared = Result { try PostgresServer() }

    /// Makes and starts a server.
    ///
    /// - Parameter settings: lines of its configuration, `name=value`.
    /// - Throws: when it does not start.
    public init(_ settings: String...) throws {
        folder = Self.freshFolder()
        try Self.run(["with", "\(ProcessInfo.processInfo.processIdentifier)", folder])
        try Self.run(["start", folder] + settings)
    }

    /// Makes and starts a streaming standby of another server.
    ///
    /// - Throws: when it does not start.
    public init(standbyOf primary: PostgresServer) throws {
        folder = Self.freshFolder()
        try Self.run(["with", "\(ProcessInfo.processInfo.processIdentifier)", folder])
        try Self.run(["standby", folder, primary.folder])
    }

    deinit { try? Self.run(["remove", folder]) }

    /// Short, as a socket's path may have 107 bytes only.
    private static func freshFolder() -> String {
        "/tmp/wpg-" + UUID().uuidString.prefix(8).lowercased()
    }

    /// The address of one of its databases.
    public func url(_ database: String = "postgres") -> String {
        "host=\(folder) user=weft dbname=\(database)"
    }

    /// The address of an empty schema of the shared server, which is made much faster than a database.
    ///
    /// - Throws: when there is no server, or more than 2,000 were asked for.
    public static func freshSchema() throws -> String {
        let server = try shared.get()
        let number = schemas.withLock { number in
            number += 1
            return number
        }
        if number == 1 {
            try server.psql(
                "DO $$ BEGIN FOR i IN 1..2000 LOOP EXECUTE 'CREATE SCHEMA s' || i; END LOOP; END $$"
            )
            made.signal()
        } else {
            made.wait()
            made.signal()
        }
        return server.url() + " options='-c search_path=s\(number)'"
    }

    private static let schemas = Mutex(0)
    private static let made = DispatchSemaphore(value: 0)

    /// Runs a statement as somebody else would, and answers what `psql` prints.
    ///
    /// - Throws: when it fails.
    @discardableResult
    public func psql(_ sql: String, in database: String = "postgres") throws -> String {
        try Self.run(
            "/usr/bin/psql",
            ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url(database), "-c", sql]
        )
    }

    /// Does one of `scripts/postgres`: `stop`, `again`, `restart`, `promote`.
    ///
    /// - Throws: when it fails.
    public func control(_ action: String, _ mode: String...) throws {
        try Self.run([action, folder] + mode)
    }

    private static func run(_ arguments: [String]) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        try run(root.appending(path: "scripts/postgres").path, arguments)
    }

    // Not with `Process`: it would wait for the server, which is its grandchild.
    @discardableResult
    private static func run(_ program: String, _ arguments: [String]) throws -> String {
        let out = "/tmp/wpg-out-" + UUID().uuidString
        defer { unlink(out) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var child = pid_t()
        let spawned = posix_spawn(&child, program, &actions, nil, words, environ)
        guard spawned == 0 else {
            throw ServerFailure(message: "\(program): \(String(cString: strerror(spawned)))")
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        let text = (try? String(contentsOfFile: out, encoding: .utf8)) ?? ""
        guard status == 0 else {
            throw ServerFailure(message: "\(program) \(arguments): \(text)")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// What a server could not do.
public struct ServerFailure: Error, CustomStringConvertible {
    /// What it said.
    public var message: String
    /// What it said.
    public var description: String { message }
}
