import COpenSSL

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
        guard let bytes = try PrivateFile.read(path) else { return nil }
        return try SigningKey(pem: bytes, path: path)
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

    func pem() throws(IdentityError) -> [UInt8] {
        let sink = BIO_new(BIO_s_mem())
        defer { BIO_free(sink) }
        guard PEM_write_bio_PKCS8PrivateKey(sink, handle.pointer, nil, nil, 0, nil, nil) == 1
        else { throw OpenSSL.failure("writing a key") }
        var start: UnsafeMutablePointer<CChar>?
        let count = weft_bio_mem_data(sink, &start)
        guard let start, count > 0 else { throw OpenSSL.failure("writing a key") }
        return UnsafeRawBufferPointer(start: start, count: count).map { $0 }
    }

    /// Writes the file unless there is one.
    func save(path: String) throws(IdentityError) {
        try PrivateFile.create(pem(), at: path)
    }
}
