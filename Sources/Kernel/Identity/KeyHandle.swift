import COpenSSL

/// A P-256 key of OpenSSL's.
///
/// `@unchecked Sendable`: the `EVP_PKEY` is never changed after `init`, and OpenSSL lets any number of
/// threads sign and verify with one key, each in a context of its own.
final class KeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes ownership.
    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        EVP_PKEY_free(pointer)
    }

    static func generate() throws(IdentityError) -> KeyHandle {
        let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil)
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1,
            EVP_PKEY_CTX_set_group_name(context, "P-256") == 1,
            EVP_PKEY_generate(context, &key) == 1, let key
        else { throw OpenSSL.failure("making a key") }
        return KeyHandle(key)
    }

    /// A public key from its point's coordinates; nil when the point is not on the curve.
    static func point(x: [UInt8], y: [UInt8]) -> KeyHandle? {
        let point = [0x04] + x + y
        guard let key = weft_ec_public_key("P-256", point, point.count) else {
            ERR_clear_error()
            return nil
        }
        return KeyHandle(key)
    }

    /// The point's coordinates, 32 bytes each.
    func coordinates() throws(IdentityError) -> (x: [UInt8], y: [UInt8]) {
        var name = [CChar](repeating: 0, count: 64)
        guard EVP_PKEY_get_group_name(pointer, &name, name.count, nil) == 1,
            String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                == "prime256v1"
        else {
            ERR_clear_error()
            throw IdentityError(.signingKey, "the signing key is not on the curve P-256")
        }
        var x: OpaquePointer?
        var y: OpaquePointer?
        defer {
            BN_free(x)
            BN_free(y)
        }
        var xs = [UInt8](repeating: 0, count: 32)
        var ys = [UInt8](repeating: 0, count: 32)
        guard EVP_PKEY_get_bn_param(pointer, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1,
            EVP_PKEY_get_bn_param(pointer, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1,
            BN_bn2binpad(x, &xs, 32) == 32, BN_bn2binpad(y, &ys, 32) == 32
        else { throw OpenSSL.failure("reading a key") }
        return (xs, ys)
    }

    /// r and s of ECDSA with SHA-256, 32 bytes each (RFC 7518 section 3.4).
    func sign(_ message: [UInt8]) throws(IdentityError) -> [UInt8] {
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
    func verify(_ raw: [UInt8], of message: ArraySlice<UInt8>) -> Bool {
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
