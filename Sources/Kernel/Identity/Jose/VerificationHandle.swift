import COpenSSL

/// A public key of OpenSSL's, of any sort that signatures are checked with.
///
/// `@unchecked Sendable`: the `EVP_PKEY` is never changed after `init`, and OpenSSL lets any number of
/// threads verify with one key, each in a context of its own.
final class VerificationHandle: @unchecked Sendable {
    private let pointer: OpaquePointer

    /// Takes ownership.
    private init?(_ pointer: OpaquePointer?) {
        guard let pointer else {
            ERR_clear_error()
            return nil
        }
        self.pointer = pointer
    }

    deinit {
        EVP_PKEY_free(pointer)
    }

    static func point(
        on curve: Curve,
        x: [UInt8],
        y: [UInt8]
    ) throws(IdentityError) -> VerificationHandle {
        let point = [0x04] + x + y
        guard
            let handle = VerificationHandle(
                weft_ec_public_key(curve.rawValue, point, point.count)
            )
        else { throw refusal("its point is not on \(curve.rawValue)") }
        return handle
    }

    static func edwards(_ bytes: [UInt8]) throws(IdentityError) -> VerificationHandle {
        guard let handle = VerificationHandle(weft_ed25519_public_key(bytes)) else {
            throw refusal("it is no Ed25519 key")
        }
        return handle
    }

    /// An RSA key and the length of its signatures in bytes.
    ///
    /// 2,048 bits at least and an odd exponent from 65,537 (NIST SP 800-131A, SP 800-56B); keys that
    /// broken Infineon chips made (CVE-2017-15361) are refused, since their factors can be found.
    static func rsa(
        modulus: [UInt8],
        exponent: [UInt8]
    ) throws(IdentityError) -> (handle: VerificationHandle, length: Int) {
        guard let n = BN_bin2bn(modulus, Int32(modulus.count), nil) else {
            throw OpenSSL.failure("reading a key")
        }
        defer { BN_free(n) }
        guard let e = BN_bin2bn(exponent, Int32(exponent.count), nil) else {
            throw OpenSSL.failure("reading a key")
        }
        defer { BN_free(e) }
        guard BN_num_bits(n) >= 2_048 else { throw refusal("it has less than 2048 bits") }
        guard BN_num_bits(e) >= 17, BN_is_odd(e) == 1, BN_is_odd(n) == 1 else {
            throw refusal("its exponent is even or below 65537")
        }
        guard !isInfineon(n) else {
            throw refusal("its factors can be found (CVE-2017-15361)")
        }
        guard let handle = VerificationHandle(weft_rsa_public_key(n, e)) else {
            throw refusal("it is no RSA key")
        }
        return (handle, Int(BN_num_bits(n) + 7) / 8)
    }

    /// Whether the modulus is a power of 65,537 modulo every prime up to 167, as those chips' are
    /// (Nemec et al., "The Return of Coppersmith's Attack", CCS 2017, section 3).
    private static func isInfineon(_ n: OpaquePointer) -> Bool {
        let primes: [UInt] = [
            3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89,
            97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
        ]
        return primes.allSatisfy { prime in
            let rest = UInt(BN_mod_word(n, UInt(prime)))
            var power: UInt = 1
            repeat {
                if power == rest { return true }
                power = power * 65_537 % prime
            } while power != 1
            return false
        }
    }

    func verifies(
        _ signature: [UInt8],
        of message: ArraySlice<UInt8>,
        by algorithm: SignatureAlgorithm
    ) -> Bool {
        message.withUnsafeBufferPointer { message in
            switch algorithm.scheme {
            case .ecdsa:
                weft_verify_ecdsa(
                    pointer,
                    algorithm.digest,
                    signature,
                    signature.count,
                    message.baseAddress,
                    message.count
                ) == 1
            case .pkcs1, .pss, .edwards:
                weft_verify(
                    pointer,
                    algorithm.digest,
                    algorithm.scheme == .pss ? 1 : 0,
                    signature,
                    signature.count,
                    message.baseAddress,
                    message.count
                ) == 1
            }
        }
    }

    private static func refusal(_ why: String) -> IdentityError {
        IdentityError(.signingKey, "the key cannot be used: \(why)")
    }
}
