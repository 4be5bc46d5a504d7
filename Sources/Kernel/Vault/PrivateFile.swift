import Glibc

/// Small files that only their owner may read: keys.
public enum PrivateFile {
    /// The bytes, nil when there is no file.
    ///
    /// - Throws: `VaultError` of code `invalid-key` when others may read it, or it cannot be read.
    public static func read(_ path: String) throws(VaultError) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(path, "open")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure(path, "inspect") }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0 else {
            throw VaultError(
                .invalidKey,
                "\(path) must be a file that only its owner can read (chmod 600)"
            )
        }
        // A PKCS #8 file of a P-256 key has some 240 bytes.
        var bytes = [UInt8](repeating: 0, count: 8_192)
        let count = Glibc.read(file, &bytes, bytes.count)
        guard count >= 0 else { throw failure(path, "read") }
        return Array(bytes.prefix(count))
    }

    /// The file's bytes, which `make` gives when there is none; of several programs the first one's stay.
    ///
    /// - Throws: `VaultError` of code `invalid-key`, or what `make` throws.
    public static func readOrCreate(
        _ path: String,
        _ make: () throws(VaultError) -> [UInt8]
    ) throws(VaultError) -> [UInt8] {
        if let known = try read(path) { return known }
        try create(try make(), at: path)
        guard let kept = try read(path) else { throw VaultError(.invalidKey, "\(path) vanished") }
        return kept
    }

    /// Writes the file unless there is one; nobody ever sees half of it.
    ///
    /// - Throws: `VaultError` of code `invalid-key` when it cannot be written.
    public static func create(_ bytes: [UInt8], at path: String) throws(VaultError) {
        let temporary = try write(bytes, beside: path)
        defer { unlink(temporary) }
        // A link, unlike a rename, does not replace what another program put there first.
        guard link(temporary, path) == 0 || errno == EEXIST else { throw failure(path, "create") }
        try syncFolder(of: path)
    }

    /// Writes the file in the place of the one that is there.
    ///
    /// - Throws: `VaultError` of code `invalid-key` when it cannot be written.
    public static func replace(_ bytes: [UInt8], at path: String) throws(VaultError) {
        let temporary = try write(bytes, beside: path)
        guard rename(temporary, path) == 0 else {
            let error = failure(path, "replace")
            unlink(temporary)
            throw error
        }
        try syncFolder(of: path)
    }

    private static func write(
        _ bytes: [UInt8],
        beside path: String
    ) throws(VaultError) -> String {
        let temporary = path + ".\(getpid()).\(UInt64.random(in: 0...UInt64.max))"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure(temporary, "create") }
        let written = Glibc.write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
        let failed = written ? nil : failure(temporary, "write")
        close(file)
        if let failed {
            unlink(temporary)
            throw failed
        }
        return temporary
    }

    private static func syncFolder(of path: String) throws(VaultError) {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        let folder = open(String(path[..<end]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure(path, "sync") }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure(path, "sync") }
    }

    /// The system's newest complaint as an error.
    public static func failure(_ path: String, _ doing: String) -> VaultError {
        VaultError(
            .invalidKey,
            "cannot \(doing) \(path): \(String(cString: strerror(errno)))"
        )
    }
}
