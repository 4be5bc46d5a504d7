import Core

/// Keeps secrets in the store unreadable for whoever has the store alone.
///
/// AES-256-GCM under a key in the data folder's key folder. Each secret is sealed for a purpose, for
/// instance `webhook:<id>`, and opens for that purpose only: a row's sealed text means nothing in another
/// row.
public struct Vault: Sendable {
    /// The key's file in the key folder.
    static let fileName = "vault.key"
    private static let prefix = "v1."

    private let key: [UInt8]

    /// A vault over a key of 32 bytes.
    ///
    /// - Throws: `VaultError` of code `invalid-key`.
    public init(key: [UInt8]) throws(VaultError) {
        guard key.count == 32 else {
            throw VaultError(.invalidKey, "the vault's key must have 32 bytes, not \(key.count)")
        }
        self.key = key
    }

    /// The vault whose key is in the folder's `vault.key`, made there when there is none.
    ///
    /// Without that file nothing that was sealed can be opened again: it belongs into every backup.
    ///
    /// - Throws: `VaultError` of code `invalid-key`.
    public static func loadOrCreate(folder: String) throws(VaultError) -> Vault {
        let key = try PrivateFile.readOrCreate(folder + "/" + fileName) { () throws(VaultError) in
            try OpenSSL.random(32)
        }
        return try Vault(key: key)
    }

    /// The secret as text for the store; different each time.
    ///
    /// - Throws: `VaultError` of code `cryptography`.
    public func seal(_ secret: [UInt8], for purpose: String) throws(VaultError) -> String {
        let nonce = try OpenSSL.random(12)
        let sealed = try GCM.seal(
            key: key,
            nonce: nonce,
            secret,
            associated: Array(purpose.utf8)
        )
        return Self.prefix + Base64.encodeForURL(nonce + sealed)
    }

    /// The secret that was sealed for the same purpose.
    ///
    /// - Throws: `VaultError` of code `cannot-open`.
    public func open(_ sealed: String, for purpose: String) throws(VaultError) -> [UInt8] {
        guard sealed.hasPrefix(Self.prefix),
            let bytes = Base64.decodeForURL(sealed.dropFirst(Self.prefix.count)),
            bytes.count >= 12
        else { throw VaultError(.cannotOpen, "this is no sealed text") }
        return try GCM.open(
            key: key,
            nonce: Array(bytes[0..<12]),
            Array(bytes[12...]),
            associated: Array(purpose.utf8)
        )
    }

    /// Random bytes for new secrets.
    ///
    /// - Throws: `VaultError` of code `cryptography`.
    public static func random(_ count: Int) throws(VaultError) -> [UInt8] {
        try OpenSSL.random(count)
    }

    /// A code that proves that a message is this vault's: HMAC-SHA-256 under a key that is derived for the
    /// purpose (HKDF), 32 bytes.
    ///
    /// - Throws: `VaultError` of code `cryptography`.
    public func code(of message: [UInt8], for purpose: String) throws(VaultError) -> [UInt8] {
        let own = try Authentication.hkdf256(
            salt: [],
            secret: key,
            info: Array("code:\(purpose)".utf8),
            count: 32
        )
        return try Authentication.hmac256(key: own, message)
    }

    /// Whether a code is that of the message for the purpose; takes as long whichever byte differs.
    ///
    /// - Throws: `VaultError` of code `cryptography`.
    public func proves(
        _ code: [UInt8],
        _ message: [UInt8],
        for purpose: String
    ) throws(VaultError) -> Bool {
        Authentication.areEqual(code, try self.code(of: message, for: purpose))
    }
}
