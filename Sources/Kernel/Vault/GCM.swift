import COpenSSL

/// AES in Galois/Counter Mode (NIST SP 800-38D) with a nonce of 12 and a tag of 16 bytes.
public enum GCM {
    /// The length of the tag that follows the ciphertext.
    public static let tagCount = 16

    /// Encrypts and authenticates; answers ciphertext and tag.
    ///
    /// - Parameters:
    ///   - key: 16 or 32 bytes.
    ///   - nonce: 12 bytes, never twice with one key.
    ///   - plaintext: what to hide.
    ///   - associated: what is authenticated without being hidden.
    /// - Returns: the ciphertext followed by its tag.
    /// - Throws: `VaultError`.
    public static func seal(
        key: [UInt8],
        nonce: [UInt8],
        _ plaintext: [UInt8],
        associated: [UInt8] = []
    ) throws(VaultError) -> [UInt8] {
        let context = try context(key, nonce, encrypts: true)
        defer { EVP_CIPHER_CTX_free(context) }
        var out = [UInt8](repeating: 0, count: plaintext.count + tagCount)
        var count: Int32 = 0
        var rest: Int32 = 0
        var tag = [UInt8](repeating: 0, count: tagCount)
        guard
            associated.isEmpty
                || EVP_EncryptUpdate(context, nil, &rest, associated, Int32(associated.count)) == 1,
            plaintext.isEmpty
                || EVP_EncryptUpdate(context, &out, &count, plaintext, Int32(plaintext.count)) == 1,
            EVP_EncryptFinal_ex(context, &tag, &rest) == 1, rest == 0,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagCount), &tag) == 1
        else { throw OpenSSL.failure("sealing") }
        out.replaceSubrange(plaintext.count..., with: tag)
        return out
    }

    /// Checks and decrypts what `seal` made.
    ///
    /// - Throws: `VaultError` of code `cannot-open` when anything differs.
    public static func open(
        key: [UInt8],
        nonce: [UInt8],
        _ sealed: [UInt8],
        associated: [UInt8] = []
    ) throws(VaultError) -> [UInt8] {
        guard sealed.count >= tagCount else {
            throw VaultError(.cannotOpen, "the sealed text is too short")
        }
        let context = try context(key, nonce, encrypts: false)
        defer { EVP_CIPHER_CTX_free(context) }
        let hidden = Array(sealed.dropLast(tagCount))
        var tag = Array(sealed.suffix(tagCount))
        var out = [UInt8](repeating: 0, count: hidden.count + 1)
        var count: Int32 = 0
        var rest: Int32 = 0
        var end = [UInt8](repeating: 0, count: 16)
        guard
            associated.isEmpty
                || EVP_DecryptUpdate(context, nil, &rest, associated, Int32(associated.count)) == 1,
            hidden.isEmpty
                || EVP_DecryptUpdate(context, &out, &count, hidden, Int32(hidden.count)) == 1,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagCount), &tag) == 1,
            EVP_DecryptFinal_ex(context, &end, &rest) == 1
        else {
            ERR_clear_error()
            throw VaultError(.cannotOpen, "the sealed text does not open")
        }
        return Array(out.prefix(hidden.count))
    }

    private static func context(
        _ key: [UInt8],
        _ nonce: [UInt8],
        encrypts: Bool
    ) throws(VaultError) -> OpaquePointer {
        precondition(key.count == 16 || key.count == 32, "a key of 16 or 32 bytes")
        precondition(nonce.count == 12, "a nonce of 12 bytes")
        let cipher = key.count == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm()
        guard let context = EVP_CIPHER_CTX_new() else { throw OpenSSL.failure("sealing") }
        guard EVP_CipherInit_ex(context, cipher, nil, key, nonce, encrypts ? 1 : 0) == 1 else {
            EVP_CIPHER_CTX_free(context)
            throw OpenSSL.failure("sealing")
        }
        return context
    }
}
