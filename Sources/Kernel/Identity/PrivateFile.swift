import Glibc

/// Small files that only their owner may read: keys.
enum PrivateFile {
    /// The bytes, nil when there is no file.
    ///
    /// - Throws: `IdentityError` of code `signingKey` when others may read it, or it cannot be read.
    static func read(_ path: String) throws(IdentityError) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(path, "open")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure(path, "inspect") }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0 else {
            throw IdentityError(
                .signingKey,
                "\(path) must be a file that only its owner can read (chmod 600)"
            )
        }
        // A PKCS #8 file of a P-256 key has some 240 bytes.
        var bytes = [UInt8](repeating: 0, count: 8_192)
        let count = Glibc.read(file, &bytes, bytes.count)
        guard count >= 0 else { throw failure(path, "read") }
        return Array(bytes.prefix(count))
    }

    /// Writes the file unless there is one; nobody ever sees half of it.
    static func create(_ bytes: [UInt8], at path: String) throws(IdentityError) {
        let temporary = try write(bytes, beside: path)
        defer { unlink(temporary) }
        // A link, unlike a rename, does not replace what another program put there first.
        guard link(temporary, path) == 0 || errno == EEXIST else { throw failure(path, "create") }
        try syncFolder(of: path)
    }

    /// Writes the file in the place of the one that is there.
    static func replace(_ bytes: [UInt8], at path: String) throws(IdentityError) {
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
    ) throws(IdentityError) -> String {
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

    static func syncFolder(of path: String) throws(IdentityError) {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        let folder = open(String(path[..<end]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure(path, "sync") }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure(path, "sync") }
    }

    static func failure(_ path: String, _ doing: String) -> IdentityError {
        IdentityError(
            .signingKey,
            "cannot \(doing) \(path): \(String(cString: strerror(errno)))"
        )
    }
}
