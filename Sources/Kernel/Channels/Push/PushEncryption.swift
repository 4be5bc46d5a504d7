import Vault

/// Message encryption for Web Push (RFC 8291) in the coding aes128gcm (RFC 8188), in one record.
enum PushEncryption {
    /// The record's size in the header; a push service takes 4,096 bytes in all.
    private static let recordSize: UInt32 = 4_096
    /// The longest text that fits: the header has 86 bytes, the tag 16, the delimiter one.
    static let limit = 4_096 - 86 - 16 - 1

    /// The body to post.
    ///
    /// - Parameters:
    ///   - text: at most `limit` bytes.
    ///   - point: the browser's public key, 65 bytes.
    ///   - secret: the browser's authentication secret, 16 bytes.
    ///   - key: a key for this message alone.
    ///   - salt: 16 random bytes.
    /// - Returns: header and ciphertext.
    /// - Throws: `VaultError`.
    static func body(
        _ text: [UInt8],
        point: [UInt8],
        secret: [UInt8],
        key: P256Key,
        salt: [UInt8]
    ) throws(VaultError) -> [UInt8] {
        let shared = try key.agree(with: point)
        let material = try Authentication.hkdf256(
            salt: secret,
            secret: shared,
            info: Array("WebPush: info".utf8) + [0] + point + key.publicPoint,
            count: 32
        )
        let content = try Authentication.hkdf256(
            salt: salt,
            secret: material,
            info: Array("Content-Encoding: aes128gcm".utf8) + [0],
            count: 16
        )
        let nonce = try Authentication.hkdf256(
            salt: salt,
            secret: material,
            info: Array("Content-Encoding: nonce".utf8) + [0],
            count: 12
        )
        // The delimiter 2 says that this record is the last.
        let sealed = try GCM.seal(key: content, nonce: nonce, text + [2])
        let size = (0..<4).map { UInt8(recordSize >> UInt32(24 - 8 * $0) & 0xFF) }
        return salt + size + [UInt8(key.publicPoint.count)] + key.publicPoint + sealed
    }
}
