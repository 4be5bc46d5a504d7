import COpenSSL
import Core
import Glibc

/// The private key that access tokens are signed with: ES256, that is ECDSA on P-256 with SHA-256.
public struct SigningKey: Sendable, CustomStringConvertible {
    /// What others check the signatures with.
    public let publicKey: PublicKey

    let handle: KeyHandle

    init(_ handle: KeyHandle) throws(IdentityError) {
        self.handle = handle
        publicKey = try PublicKey(handle)
    }

    /// A new key.
    ///
    /// - Throws: `IdentityError` of code `cryptography`.
    public static func generate() throws(IdentityError) -> SigningKey {
        try SigningKey(try KeyHandle.generate())
    }

    /// The key's id, which is its thumbprint (RFC 7638).
    public var id: String { publicKey.id }

    /// The id, and nothing of the secret.
    public var description: String { "ES256 key \(id)" }

    func sign(_ message: [UInt8]) throws(IdentityError) -> [UInt8] {
        try handle.sign(message)
    }
}

extension SigningKey {
    /// The name of the key's file.
    static let fileName = "signing-key.pem"

    /// The key in the folder's `signing-key.pem`, made there when there is none.
    ///
    /// The file is readable for its owner only, appears whole or not at all, and when several programs
    /// start at once the first one's key stays.
    ///
    /// - Parameter folder: an existing folder.
    /// - Returns: the key, the same at every start.
    /// - Throws: `IdentityError` of code `signingKey` when the file is no such key, or others may read it.
    public static func loadOrCreate(folder: String) throws(IdentityError) -> SigningKey {
        let path = folder + "/" + fileName
        if let key = try load(path: path) { return key }
        let key = try generate()
        try key.save(path: path)
        guard let kept = try load(path: path) else {
            throw IdentityError(.signingKey, "\(path) vanished")
        }
        return kept
    }

    /// The key in the file, nil when there is no file.
    static func load(path: String) throws(IdentityError) -> SigningKey? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw fileError(path, "open")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw fileError(path, "inspect") }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0 else {
            throw IdentityError(
                .signingKey,
                "\(path) must be a file that only its owner can read (chmod 600)"
            )
        }
        // A PKCS #8 file of a P-256 key has some 240 bytes.
        var bytes = [UInt8](repeating: 0, count: 8_192)
        let count = read(file, &bytes, bytes.count)
        guard count >= 0 else { throw fileError(path, "read") }
        return try SigningKey(pem: Array(bytes.prefix(count)), path: path)
    }

    private init(pem: [UInt8], path: String) throws(IdentityError) {
        let key = pem.withUnsafeBufferPointer { pem -> OpaquePointer? in
            let source = BIO_new_mem_buf(pem.baseAddress, Int32(pem.count))
            defer { BIO_free(source) }
            return weft_read_plain_private_key(source)
        }
        guard let key else {
            ERR_clear_error()
            throw IdentityError(.signingKey, "\(path) is no private key in PEM form")
        }
        try self.init(KeyHandle(key))
    }

    private func pem() throws(IdentityError) -> [UInt8] {
        let sink = BIO_new(BIO_s_mem())
        defer { BIO_free(sink) }
        guard PEM_write_bio_PKCS8PrivateKey(sink, handle.pointer, nil, nil, 0, nil, nil) == 1
        else { throw OpenSSL.failure("writing a key") }
        var start: UnsafeMutablePointer<CChar>?
        let count = weft_bio_mem_data(sink, &start)
        guard let start, count > 0 else { throw OpenSSL.failure("writing a key") }
        return UnsafeRawBufferPointer(start: start, count: count).map { $0 }
    }

    /// Writes the file unless there is one; nobody ever sees half a key.
    func save(path: String) throws(IdentityError) {
        let bytes = try pem()
        let temporary = path + ".\(getpid()).\(UInt64.random(in: 0...UInt64.max))"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw Self.fileError(temporary, "create") }
        defer { unlink(temporary) }
        let written = write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
        let failed = written ? nil : Self.fileError(temporary, "write")
        close(file)
        if let failed { throw failed }
        // A link, unlike a rename, does not replace what another program put there first.
        guard link(temporary, path) == 0 || errno == EEXIST else {
            throw Self.fileError(path, "create")
        }
        let end = path.lastIndex(of: "/") ?? path.startIndex
        let folder = open(String(path[..<end]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw Self.fileError(path, "sync") }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw Self.fileError(path, "sync") }
    }

    private static func fileError(_ path: String, _ doing: String) -> IdentityError {
        IdentityError(
            .signingKey,
            "cannot \(doing) \(path): \(String(cString: strerror(errno)))"
        )
    }
}
