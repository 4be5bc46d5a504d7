import COpenSSL

/// A key on P-256, for ECDH and for ES256 signatures: a private one, or a public one that only checks.
///
/// `@unchecked Sendable`: the `EVP_PKEY` is never changed after `init`, and OpenSSL lets any number of
/// threads use one key, each in a context of its own.
public final class P256Key: @unchecked Sendable {
    private let pointer: OpaquePointer
    /// The public point, uncompressed: 4, x, y; 65 bytes.
    public let publicPoint: [UInt8]

    /// Takes ownership.
    private init(_ pointer: OpaquePointer) throws(VaultError) {
        self.pointer = pointer
        var group = [CChar](repeating: 0, count: 64)
        guard EVP_PKEY_get_group_name(pointer, &group, group.count, nil) == 1,
            String(decoding: group.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                == "prime256v1"
        else {
            EVP_PKEY_free(pointer)
            ERR_clear_error()
            throw VaultError(.invalidKey, "the key is not on the curve P-256")
        }
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
    public static func generate() throws(VaultError) -> P256Key {
        let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil)
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1,
            EVP_PKEY_CTX_set_group_name(context, "P-256") == 1,
            EVP_PKEY_generate(context, &key) == 1, let key
        else { throw OpenSSL.failure("making a key") }
        return try P256Key(key)
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

    /// The public key of a point; nil when it is not on the curve.
    ///
    /// - Parameter publicPoint: 4, x, y; 65 bytes.
    public convenience init?(publicPoint: [UInt8]) {
        guard publicPoint.count == 65, publicPoint[0] == 4,
            let key = weft_ec_public_key("P-256", publicPoint, publicPoint.count)
        else {
            ERR_clear_error()
            return nil
        }
        try? self.init(key)
    }

    /// The private key of a PEM file that is not encrypted; `path` names it in the error.
    ///
    /// - Throws: `VaultError` of code `invalid-key`.
    public convenience init(pem: [UInt8], path: String) throws(VaultError) {
        let source = BIO_new_mem_buf(pem, Int32(pem.count))
        defer { BIO_free(source) }
        guard let key = weft_read_plain_private_key(source) else {
            ERR_clear_error()
            throw VaultError(.invalidKey, "\(path) is no private key in PEM form")
        }
        try self.init(key)
    }

    /// The key in the folder's file, made there when there is none.
    ///
    /// - Throws: `VaultError` of code `invalid-key`.
    public static func loadOrCreate(folder: String, name: String) throws(VaultError) -> P256Key {
        let path = folder + "/" + name
        let pem = try PrivateFile.readOrCreate(path) { () throws(VaultError) in
            try generate().pem()
        }
        return try P256Key(pem: pem, path: path)
    }

    /// The private key as PEM (PKCS #8, not encrypted).
    ///
    /// - Throws: `VaultError` of code `cryptography`.
    public func pem() throws(VaultError) -> [UInt8] {
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

    /// The secret that this key and another's public point share (ECDH), 32 bytes.
    ///
    /// - Throws: `VaultError` of code `invalid-key` when the point is not on the curve.
    public func agree(with point: [UInt8]) throws(VaultError) -> [UInt8] {
        guard let peer = P256Key(publicPoint: point) else {
            throw VaultError(.invalidKey, "the other side's key is no point on P-256")
        }
        let context = EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil)
        defer { EVP_PKEY_CTX_free(context) }
        var secret = [UInt8](repeating: 0, count: 32)
        var count = secret.count
        guard EVP_PKEY_derive_init(context) == 1,
            EVP_PKEY_derive_set_peer(context, peer.pointer) == 1,
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

    /// Whether `raw`, r and s of 32 bytes each, signs the message.
    public func verify(_ raw: [UInt8], of message: ArraySlice<UInt8>) -> Bool {
        guard raw.count == 64, let signature = ECDSA_SIG_new() else { return false }
        defer { ECDSA_SIG_free(signature) }
        let numbers = raw.withUnsafeBufferPointer { raw -> Bool in
            guard let start = raw.baseAddress, let r = BN_bin2bn(start, 32, nil) else {
                return false
            }
            guard let s = BN_bin2bn(start + 32, 32, nil) else {
                BN_free(r)
                return false
            }
            return ECDSA_SIG_set0(signature, r, s) == 1
        }
        guard numbers else { return false }
        var der = [UInt8](repeating: 0, count: 80)
        let length = der.withUnsafeMutableBufferPointer { buffer -> Int32 in
            var start = buffer.baseAddress
            return i2d_ECDSA_SIG(signature, &start)
        }
        guard length > 0 else { return false }
        let context = EVP_MD_CTX_new()
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        return message.withUnsafeBufferPointer { message in
            EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, pointer) == 1
                && EVP_DigestVerify(context, der, Int(length), message.baseAddress, message.count)
                    == 1
        }
    }
}
