import Vault

/// The private key that access tokens are signed with: ES256, that is ECDSA on P-256 with SHA-256.
public struct SigningKey: Sendable, CustomStringConvertible {
    /// What others check the signatures with.
    public let publicKey: PublicKey

    private let handle: P256Key

    private init(_ handle: P256Key) throws(IdentityError) {
        self.handle = handle
        publicKey = try PublicKey(handle)
    }

    private init(_ make: () throws(VaultError) -> P256Key) throws(IdentityError) {
        let handle: P256Key
        do { handle = try make() } catch { throw IdentityError(error) }
        try self.init(handle)
    }

    /// A new key.
    ///
    /// - Throws: `IdentityError` of code `cryptography`.
    public static func generate() throws(IdentityError) -> SigningKey {
        try SigningKey { () throws(VaultError) in try P256Key.generate() }
    }

    /// The key's id, which is its thumbprint (RFC 7638).
    public var id: String { publicKey.id }

    /// The id, and nothing of the secret.
    public var description: String { "ES256 key \(id)" }

    func sign(_ message: [UInt8]) throws(IdentityError) -> [UInt8] {
        do { return try handle.sign(message) } catch { throw IdentityError(error) }
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
        try SigningKey { () throws(VaultError) in
            try P256Key.loadOrCreate(folder: folder, name: fileName)
        }
    }

    /// The key in the file, nil when there is no file.
    static func load(path: String) throws(IdentityError) -> SigningKey? {
        let pem: [UInt8]?
        do { pem = try PrivateFile.read(path) } catch { throw IdentityError(error) }
        guard let pem else { return nil }
        return try SigningKey { () throws(VaultError) in try P256Key(pem: pem, path: path) }
    }

    /// Writes the key in the place of the one that is in the file.
    func replace(path: String) throws(IdentityError) {
        do { try PrivateFile.replace(handle.pem(), at: path) } catch { throw IdentityError(error) }
    }
}
