import Glibc

/// A small file with a key, for its owner alone.
enum KeyFile {
    /// The file's bytes, nil when there is no file.
    ///
    /// - Throws: `VaultError` of code `invalid-key` when others may read it or it cannot be read.
    static func load(_ path: String) throws(VaultError) -> [UInt8]? {
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
        var bytes = [UInt8](repeating: 0, count: 8_192)
        let count = read(file, &bytes, bytes.count)
        guard count >= 0 else { throw failure(path, "read") }
        return Array(bytes.prefix(count))
    }

    /// The file's bytes, which `make` gives when there is none; of several programs the first one's stay.
    static func loadOrCreate(
        _ path: String,
        _ make: () throws(VaultError) -> [UInt8]
    ) throws(VaultError) -> [UInt8] {
        if let known = try load(path) { return known }
        try save(try make(), path)
        guard let kept = try load(path) else { throw VaultError(.invalidKey, "\(path) vanished") }
        return kept
    }

    /// Writes the file unless there is one; nobody ever sees half a key.
    private static func save(_ bytes: [UInt8], _ path: String) throws(VaultError) {
        let temporary = path + ".\(getpid()).\(UInt64.random(in: 0...UInt64.max))"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure(temporary, "create") }
        defer { unlink(temporary) }
        let written = write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
        let problem = written ? nil : failure(temporary, "write")
        close(file)
        if let problem { throw problem }
        // A link, unlike a rename, does not replace what another program put there first.
        guard link(temporary, path) == 0 || errno == EEXIST else { throw failure(path, "create") }
        let end = path.lastIndex(of: "/") ?? path.startIndex
        let folder = open(String(path[..<end]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure(path, "sync") }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure(path, "sync") }
    }

    private static func failure(_ path: String, _ doing: String) -> VaultError {
        VaultError(.invalidKey, "cannot \(doing) \(path): \(String(cString: strerror(errno)))")
    }
}
