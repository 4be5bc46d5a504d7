public import Core
import Glibc
import Objects
public import Store

/// A verified copy of everything an installation keeps: a folder with the store, the objects, the
/// keys and a manifest.
///
/// The manifest is written last, so a folder without one is no backup.
public struct Backup: Sendable {
    /// One file of a backup.
    public struct File: Sendable, Hashable {
        /// Where it is within the backup, for instance `keys/signing-key.pem`.
        public var path: String
        /// Its size in bytes.
        public var size: Int
        /// SHA-256 of its content in hexadecimal.
        public var sha256: String
    }

    /// The name of the manifest.
    public static let manifestName = "weft-backup.json"

    /// Where the backup is.
    public let path: String
    /// When it was begun; the records are those of that moment or a little later.
    public let at: Timestamp
    /// The version of the program that made it.
    public let version: String
    /// Everything in it but the manifest.
    public let files: [File]

    /// `{"path","at","version","files","bytes"}` with the number of files and their size.
    public var json: JSON {
        [
            "path": .string(path), "at": at.json, "version": .string(version),
            "files": .int(files.count), "bytes": .int(files.reduce(0) { $0 + $1.size }),
        ]
    }
}

extension Backup {
    /// Copies an installation while it works, and verifies the copy by opening it.
    ///
    /// - Parameters:
    ///   - folder: what to copy.
    ///   - database: its open store.
    ///   - path: where to; an empty folder, or none.
    ///   - version: the program's version.
    ///   - clock: what time it is.
    /// - Returns: the backup.
    /// - Throws: a fault that says what is in the way or what is damaged; what was copied until then
    ///   is removed.
    public static func take(
        of folder: DataFolder,
        database: any Database,
        to path: String,
        version: String,
        clock: any WallClock
    ) async throws -> Backup {
        try FileTree.makeEmptyFolder(path)
        do {
            let at = clock.now()
            // The store goes first: an object that its snapshot knows was kept before, and nothing
            // that a version refers to is ever swept.
            let store = path + "/weft.db"
            try await database.backup(to: store)
            guard chmod(store, 0o600) == 0 else { throw FileTree.failure("protect", store) }
            try FileTree.sync(store)
            var files = [try FileTree.checksummed("weft.db", in: path)]
            let sources =
                try FileTree.files(in: folder.path, under: "objects/blobs")
                + FileTree.files(in: folder.path, under: "keys").filter { !$0.hasSuffix(".new") }
            var folders: Set<String> = []
            for source in sources {
                // Nil: swept since it was listed, so the snapshot does not need it.
                let copied = try FileTree.copy(
                    source,
                    from: folder.path,
                    to: path,
                    made: &folders
                )
                if let copied { files.append(copied) }
            }
            try await verify(objectsAndStoreIn: path, clock: clock)
            for folder in folders { try FileTree.sync(path + "/" + folder) }
            let backup = Backup(path: path, at: at, version: version, files: files)
            try WholeFile.write(backup.manifest.bytes(.pretty), to: path + "/" + manifestName)
            try FileTree.sync(path)
            try FileTree.sync(nameOf: path)
            return backup
        } catch {
            FileTree.removeContents(of: path)
            throw error
        }
    }

    /// Opens a copy of the copied store, since opening changes a file, and looks at everything.
    private static func verify(objectsAndStoreIn path: String, clock: any WallClock) async throws {
        let trial = path + "/trial"
        guard mkdir(trial, 0o700) == 0 else { throw FileTree.failure("create", trial) }
        defer { FileTree.removeContents(of: trial, andItself: true) }
        var folders: Set<String> = []
        _ = try FileTree.copy("weft.db", from: path, to: trial, made: &folders)
        let database = try SQLiteDatabase(path: trial + "/weft.db")
        defer { database.close() }
        let problems = try await database.problems()
        let objects = try FileObjectStore(
            path: path + "/objects",
            database: database,
            clock: clock
        )
        let report = try await objects.verify()
        rmdir(path + "/objects/staging")
        let found =
            problems.map { "store: \($0)" } + report.damaged.map { "damaged object \($0)" }
            + report.missing.map { "missing object \($0)" }
        guard found.isEmpty else {
            throw GeneralFault(
                .conflict,
                code: "backup-damaged",
                "the data has damage, so the backup was not kept; `weft doctor` tells more: "
                    + found.prefix(5).joined(separator: "; "),
                details: ["errors": .array(found.map { .string($0) })]
            )
        }
    }

    private var manifest: JSON {
        [
            "format": 1, "version": .string(version), "at": at.json,
            "files": .array(
                files.map {
                    [
                        "path": .string($0.path), "size": .int($0.size),
                        "sha256": .string($0.sha256),
                    ]
                }
            ),
        ]
    }
}
