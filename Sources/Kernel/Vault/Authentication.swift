import COpenSSL

/// Codes that prove who made a message, and what is derived with them.
public enum Authentication {
    /// HMAC with SHA-256 (RFC 2104), 32 bytes.
    ///
    /// - Throws: `VaultError` of code `cryptography`.
    public static func hmac256(
        key: [UInt8],
        _ message: [UInt8]
    ) throws(VaultError) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 32)
        var length = 0
        // A missing pointer would mean to OpenSSL: no key at all.
        let some = key.isEmpty ? [0] : key
        guard
            EVP_Q_mac(
                nil,
                "HMAC",
                nil,
                "SHA256",
                nil,
                some,
                key.count,
                message,
                message.count,
                &code,
                code.count,
                &length
            ) != nil, length == 32
        else { throw OpenSSL.failure("authenticating") }
        return code
    }

    /// HKDF with SHA-256 (RFC 5869) for up to 32 bytes.
    ///
    /// - Throws: `VaultError` of code `cryptography`.
    public static func hkdf256(
        salt: [UInt8],
        secret: [UInt8],
        info: [UInt8],
        count: Int
    ) throws(VaultError) -> [UInt8] {
        precondition((1...32).contains(count), "one block of output at most")
        let key = try hmac256(key: salt, secret)
        return Array(try hmac256(key: key, info + [1]).prefix(count))
    }

    /// Whether both are the same, in a time that depends on their length alone.
    public static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
    }

    /// SHA-256 (FIPS 180-4), 32 bytes.
    ///
    /// - Throws: `VaultError` of code `cryptography`.
    public static func sha256(_ message: [UInt8]) throws(VaultError) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_Digest(message, message.count, &digest, nil, EVP_sha256(), nil) == 1 else {
            throw OpenSSL.failure("digesting")
        }
        return digest
    }
}

/// What this room needs of OpenSSL.
enum OpenSSL {
    /// The library's newest complaint as an error; clears its queue.
    static func failure(_ doing: String) -> VaultError {
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(ERR_get_error(), &text, text.count)
        ERR_clear_error()
        let used = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return VaultError(
            .cryptography,
            "OpenSSL failed at \(doing): \(String(decoding: used, as: UTF8.self))"
        )
    }

    /// Random bytes.
    static func random(_ count: Int) throws(VaultError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard RAND_bytes(&bytes, Int32(count)) == 1 else { throw failure("making random bytes") }
        return bytes
    }
}
