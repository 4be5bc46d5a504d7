import COpenSSL

/// A private key on P-256, for ECDH and for ES256 signatures.
///
/// `@unchecked Sendable`: the `EVP_PKEY` is never changed after `init`, and OpenSSL lets any number of
/// threads use one key, each in a context of its own.
public final class AgreementKey: @unchecked Sendable {
    private let pointer: OpaquePointer
    /// The public point, uncompressed: 4, x, y; 65 bytes.
    public let publicPoint: [UInt8]

    private init(_ pointer: OpaquePointer) throws(VaultError) {
        self.pointer = pointer
        var point = [UInt8](repeating: 0, count: 65)
        var count = 0
        let known = EVP_PKEY_get_octet_string_param(
            pointer,
            OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY,
            &point,
            point.count,
            &count
        )
        guard known == 1, count == 65, point[0] == 4 else {
            EVP_PKEY_free(pointer)
            throw OpenSSL.failure("reading a key")
        }
        publicPoint = point
    }

    deinit {
        EVP_PKEY_free(pointer)
    }

    /// A new key.
    ///
    /// - Throws: `VaultError` of code `cryptography`.
    public static func generate() throws(VaultError) -> AgreementKey {
        let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil)
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1,
            EVP_PKEY_CTX_set_group_name(context, "P-256") == 1,
            EVP_PKEY_generate(context, &key) == 1, let key
        else { throw OpenSSL.failure("making a key") }
        return try AgreementKey(key)
    }

    /// The key of a private number and its public point, as standards' examples give them.
    ///
    /// - Throws: `VaultError` of code `invalid-key`.
    public convenience init(scalar: [UInt8], publicPoint: [UInt8]) throws(VaultError) {
        guard scalar.count == 32, publicPoint.count == 65,
            let key = weft_p256_private_key(publicPoint, publicPoint.count, scalar, scalar.count)
        else {
            ERR_clear_error()
            throw VaultError(.invalidKey, "this is no key on P-256")
        }
        try self.init(key)
    }

    /// The key in the folder's file, made there when there is none.
    ///
    /// - Throws: `VaultError` of code `invalid-key`.
    public static func loadOrCreate(
        folder: String,
        name: String
    ) throws(VaultError) -> AgreementKey {
        let path = folder + "/" + name
        let pem = try KeyFile.loadOrCreate(path) { () throws(VaultError) in try generate().pem() }
        let source = BIO_new_mem_buf(pem, Int32(pem.count))
        defer { BIO_free(source) }
        guard let key = weft_read_plain_private_key(source) else {
            ERR_clear_error()
            throw VaultError(.invalidKey, "\(path) is no private key in PEM form")
        }
        return try AgreementKey(key)
    }

    private func pem() throws(VaultError) -> [UInt8] {
        let sink = BIO_new(BIO_s_mem())
        defer { BIO_free(sink) }
        guard PEM_write_bio_PKCS8PrivateKey(sink, pointer, nil, nil, 0, nil, nil) == 1 else {
            throw OpenSSL.failure("writing a key")
        }
        var start: UnsafeMutablePointer<CChar>?
        let count = weft_bio_mem_data(sink, &start)
        guard let start, count > 0 else { throw OpenSSL.failure("writing a key") }
        return UnsafeRawBufferPointer(start: start, count: count).map { $0 }
    }

    /// Whether 65 bytes are a point on the curve.
    public static func isPublicPoint(_ point: [UInt8]) -> Bool {
        guard let key = Self.peer(point) else { return false }
        EVP_PKEY_free(key)
        return true
    }

    private static func peer(_ point: [UInt8]) -> OpaquePointer? {
        guard point.count == 65, point[0] == 4,
            let key = weft_p256_public_key(point, point.count)
        else {
            ERR_clear_error()
            return nil
        }
        let check = EVP_PKEY_CTX_new_from_pkey(nil, key, nil)
        defer { EVP_PKEY_CTX_free(check) }
        guard EVP_PKEY_public_check(check) == 1 else {
            ERR_clear_error()
            EVP_PKEY_free(key)
            return nil
        }
        return key
    }

    /// The secret that this key and another's public point share (ECDH), 32 bytes.
    ///
    /// - Throws: `VaultError` of code `invalid-key` when the point is not on the curve.
    public func agree(with point: [UInt8]) throws(VaultError) -> [UInt8] {
        guard let peer = Self.peer(point) else {
            throw VaultError(.invalidKey, "the other side's key is no point on P-256")
        }
        defer { EVP_PKEY_free(peer) }
        let context = EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil)
        defer { EVP_PKEY_CTX_free(context) }
        var secret = [UInt8](repeating: 0, count: 32)
        var count = secret.count
        guard EVP_PKEY_derive_init(context) == 1, EVP_PKEY_derive_set_peer(context, peer) == 1,
            EVP_PKEY_derive(context, &secret, &count) == 1, count == 32
        else { throw OpenSSL.failure("agreeing on a secret") }
        return secret
    }

    /// r and s of ECDSA with SHA-256, 32 bytes each: ES256 (RFC 7518 section 3.4).
    ///
    /// - Throws: `VaultError` of code `cryptography`.
    public func sign(_ message: [UInt8]) throws(VaultError) -> [UInt8] {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        // A DER signature over P-256 has at most 72 bytes.
        var der = [UInt8](repeating: 0, count: 80)
        var length = der.count
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, pointer) == 1,
            EVP_DigestSign(context, &der, &length, message, message.count) == 1
        else { throw OpenSSL.failure("signing") }
        let signature = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var start = buffer.baseAddress
            return d2i_ECDSA_SIG(nil, &start, length)
        }
        guard let signature else { throw OpenSSL.failure("signing") }
        defer { ECDSA_SIG_free(signature) }
        var r = [UInt8](repeating: 0, count: 32)
        var s = [UInt8](repeating: 0, count: 32)
        guard BN_bn2binpad(ECDSA_SIG_get0_r(signature), &r, 32) == 32,
            BN_bn2binpad(ECDSA_SIG_get0_s(signature), &s, 32) == 32
        else { throw OpenSSL.failure("signing") }
        return r + s
    }
}
