import COpenSSL
import Synchronization

/// A key under which many small things are sealed: AES-256-GCM whose key schedule is made once.
///
/// A sealed thing is its nonce of 12 random bytes, the ciphertext and a tag of 16 bytes. With random
/// nonces one key is good for 2³² things (NIST SP 800-38D, section 8.3).
public final class SealingKey: Sendable {
    /// The length of a key.
    public static let count = 32
    private static let nonceCount = 12

    /// OpenSSL's contexts, each with its key; freeing them overwrites it.
    private struct Contexts {
        var sealing: OpaquePointer
        var opening: OpaquePointer
    }

    private let contexts: Mutex<Contexts>

    /// A key of 32 bytes.
    ///
    /// - Throws: `VaultError` of code `invalid-key` for another length, or `cryptography`.
    public init(_ key: [UInt8]) throws(VaultError) {
        guard key.count == Self.count else {
            throw VaultError(.invalidKey, "a sealing key has 32 bytes, not \(key.count)")
        }
        let sealing = try Self.context(key, encrypts: true)
        do throws(VaultError) {
            contexts = Mutex(
                Contexts(sealing: sealing, opening: try Self.context(key, encrypts: false))
            )
        } catch {
            EVP_CIPHER_CTX_free(sealing)
            throw error
        }
    }

    deinit {
        contexts.withLock {
            EVP_CIPHER_CTX_free($0.sealing)
            EVP_CIPHER_CTX_free($0.opening)
        }
    }

    private static func context(
        _ key: [UInt8],
        encrypts: Bool
    ) throws(VaultError) -> OpaquePointer {
        guard let context = EVP_CIPHER_CTX_new() else { throw OpenSSL.failure("sealing") }
        guard EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nil, key, nil, encrypts ? 1 : 0) == 1
        else {
            EVP_CIPHER_CTX_free(context)
            throw OpenSSL.failure("sealing")
        }
        return context
    }

    /// Seals `plaintext`; `associated` is authenticated without being hidden.
    ///
    /// - Returns: nonce, ciphertext and tag.
    /// - Throws: `VaultError` of code `cryptography`.
    public func seal(
        _ plaintext: [UInt8],
        associated: [UInt8]
    ) throws(VaultError) -> [UInt8] {
        let start = Self.nonceCount
        var out = [UInt8](repeating: 0, count: start + plaintext.count + GCM.tagCount)
        let sealed = contexts.withLock { contexts in
            out.withUnsafeMutableBufferPointer { out -> Bool in
                guard let base = out.baseAddress else { return false }
                var count: Int32 = 0
                var rest: Int32 = 0
                return RAND_bytes(base, Int32(start)) == 1
                    && EVP_CipherInit_ex(contexts.sealing, nil, nil, nil, base, -1) == 1
                    && (associated.isEmpty
                        || EVP_EncryptUpdate(
                            contexts.sealing,
                            nil,
                            &rest,
                            associated,
                            Int32(associated.count)
                        ) == 1)
                    && (plaintext.isEmpty
                        || EVP_EncryptUpdate(
                            contexts.sealing,
                            base + start,
                            &count,
                            plaintext,
                            Int32(plaintext.count)
                        ) == 1)
                    && EVP_EncryptFinal_ex(contexts.sealing, base + start + Int(count), &rest) == 1
                    && EVP_CIPHER_CTX_ctrl(
                        contexts.sealing,
                        EVP_CTRL_AEAD_GET_TAG,
                        Int32(GCM.tagCount),
                        base + start + plaintext.count
                    ) == 1
            }
        }
        guard sealed else { throw OpenSSL.failure("sealing") }
        return out
    }

    /// What ``seal(_:associated:)`` hid.
    ///
    /// - Throws: `VaultError` of code `cannot-open` when anything differs.
    public func open(_ sealed: [UInt8], associated: [UInt8]) throws(VaultError) -> [UInt8] {
        let start = Self.nonceCount
        let hidden = sealed.count - start - GCM.tagCount
        guard hidden >= 0 else { throw VaultError(.cannotOpen, "the sealed text is too short") }
        var out = [UInt8](repeating: 0, count: hidden + 1)
        var tag = Array(sealed.suffix(GCM.tagCount))
        let opened = contexts.withLock { contexts in
            sealed.withUnsafeBufferPointer { sealed -> Bool in
                guard let base = sealed.baseAddress else { return false }
                var count: Int32 = 0
                var rest: Int32 = 0
                var end = [UInt8](repeating: 0, count: 16)
                return EVP_CipherInit_ex(contexts.opening, nil, nil, nil, base, -1) == 1
                    && (associated.isEmpty
                        || EVP_DecryptUpdate(
                            contexts.opening,
                            nil,
                            &rest,
                            associated,
                            Int32(associated.count)
                        ) == 1)
                    && (hidden == 0
                        || EVP_DecryptUpdate(
                            contexts.opening,
                            &out,
                            &count,
                            base + start,
                            Int32(hidden)
                        ) == 1)
                    && EVP_CIPHER_CTX_ctrl(
                        contexts.opening,
                        EVP_CTRL_AEAD_SET_TAG,
                        Int32(GCM.tagCount),
                        &tag
                    ) == 1
                    && EVP_DecryptFinal_ex(contexts.opening, &end, &rest) == 1
            }
        }
        guard opened else {
            ERR_clear_error()
            throw VaultError(.cannotOpen, "the sealed text does not open")
        }
        out.removeLast()
        return out
    }
}
