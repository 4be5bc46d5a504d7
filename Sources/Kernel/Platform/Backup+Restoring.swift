import Core
import Glibc

extension Backup {
    /// Opens a backup and compares every file with the manifest.
    ///
    /// - Parameter path: the folder of the backup.
    /// - Throws: a fault of code `no-backup` or `invalid-manifest`, or `backup-damaged` with all that
    ///   differs.
    public init(verifying path: String) throws {
        guard access(path + "/" + Self.manifestName, F_OK) == 0 else {
            throw GeneralFault(
                .notFound,
                code: "no-backup",
                "\(path) is no backup, or an unfinished one: it has no \(Self.manifestName)"
            )
        }
        let json: JSON
        do {
            json = try JSON(parsing: WholeFile.read(path + "/" + Self.manifestName))
        } catch let error as JSONSyntaxError {
            throw Self.invalid(path, String(describing: error))
        }
        guard json["format"]?.int == 1 else {
            throw Self.invalid(path, "its format is not 1; a newer weft may have made it")
        }
        guard let at = json["at"]?.string.flatMap({ Timestamp($0) }),
            let version = json["version"]?.string, let entries = json["files"]?.array
        else { throw Self.invalid(path, "expected format, version, at and files") }
        var files: [File] = []
        for entry in entries {
            guard let name = entry["path"]?.string, Self.isWithin(name),
                let size = entry["size"]?.int, let sha256 = entry["sha256"]?.string
            else { throw Self.invalid(path, "a file must have path, size and sha256") }
            files.append(File(path: name, size: size, sha256: sha256))
        }
        guard files.contains(where: { $0.path == "weft.db" }) else {
            throw Self.invalid(path, "the store is not listed")
        }
        self.init(path: path, at: at, version: version, files: files)
        let differences = try files.compactMap(difference)
        guard differences.isEmpty else {
            throw GeneralFault(
                .conflict,
                code: "backup-damaged",
                "the backup \(path) is damaged, nothing was restored: "
                    + differences.prefix(5).joined(separator: "; "),
                details: ["errors": .array(differences.map { .string($0) })]
            )
        }
    }

    /// Copies the backup into a new data folder.
    ///
    /// The store comes last and under another name until it is whole, so that a restoration which was
    /// cut short is not taken for data.
    ///
    /// - Parameter target: an empty folder, or none.
    /// - Throws: a fault that says what is in the way; what was copied until then is removed.
    public func restore(to target: String) throws {
        try FileTree.makeEmptyFolder(target)
        do {
            let folder = try DataFolder(target)
            var folders: Set<String> = ["keys", "objects"]
            for file in files where file.path != "weft.db" {
                try copy(file, to: target, made: &folders)
            }
            for folder in folders { try FileTree.sync(target + "/" + folder) }
            let trial = target + "/restoring"
            guard mkdir(trial, 0o700) == 0 else { throw FileTree.failure("create", trial) }
            for file in files where file.path == "weft.db" {
                try copy(file, to: trial, made: &folders)
            }
            guard rename(trial + "/weft.db", folder.store) == 0, rmdir(trial) == 0 else {
                throw FileTree.failure("rename", trial)
            }
            try FileTree.sync(target)
            try FileTree.sync(nameOf: target)
        } catch {
            FileTree.removeContents(of: target)
            throw error
        }
    }

    private func copy(
        _ file: File,
        to target: String,
        made folders: inout Set<String>
    ) throws(GeneralFault) {
        guard
            try FileTree.copy(file.path, from: path, to: target, made: &folders) == file
        else {
            throw GeneralFault(
                .conflict,
                code: "backup-damaged",
                "\(path)/\(file.path) changed while it was being restored"
            )
        }
    }

    private func difference(_ file: File) throws(GeneralFault) -> String? {
        guard access(path + "/" + file.path, F_OK) == 0 else { return "\(file.path) is missing" }
        let found = try FileTree.checksummed(file.path, in: path)
        return found == file ? nil : "\(file.path) is not what was backed up"
    }

    /// A manifest of others must not reach out of the folder.
    private static func isWithin(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return name == "weft.db"
            || ((name.hasPrefix("keys/") || name.hasPrefix("objects/blobs/"))
                && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." })
    }

    private static func invalid(_ path: String, _ why: String) -> GeneralFault {
        GeneralFault(.invalid, code: "invalid-manifest", "\(path)/\(manifestName): \(why)")
    }
}
