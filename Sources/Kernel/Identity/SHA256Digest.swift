import COpenSSL
import Core

/// A SHA-256 value: what tokens are looked up by, so that no table holds a token.
struct SHA256Digest: Sendable, Hashable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init(_ text: String) throws(IdentityError) {
        var text = text
        let bytes = text.withUTF8 { OpenSSL.sha256($0) }
        guard let bytes else { throw OpenSSL.failure("SHA-256") }
        words = bytes
    }

    init(_ bytes: [UInt8]) throws(IdentityError) {
        let words = bytes.withUnsafeBufferPointer { OpenSSL.sha256($0) }
        guard let words else { throw OpenSSL.failure("SHA-256") }
        self.words = words
    }

    /// The 32 bytes.
    var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            (0..<8).map { UInt8(word >> UInt64(56 - 8 * $0) & 0xFF) }
        }
    }

    /// 64 hexadecimal digits.
    var hexadecimal: String { Core.hexadecimal(bytes) }

    static func == (lhs: SHA256Digest, rhs: SHA256Digest) -> Bool { lhs.words == rhs.words }

    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

/// What the files of this room need of OpenSSL.
enum OpenSSL {
    /// A fetched algorithm.
    ///
    /// `@unchecked Sendable`: an `EVP_MD` is never changed after it was fetched, and lives as long as
    /// the program.
    private struct Algorithm: @unchecked Sendable {
        let handle: OpaquePointer?
    }

    // Fetched once: an implicit fetch at each use costs more than hashing a token.
    private static let algorithm = Algorithm(handle: EVP_MD_fetch(nil, "SHA256", nil))

    static func sha256(
        _ bytes: UnsafeBufferPointer<UInt8>
    ) -> (UInt64, UInt64, UInt64, UInt64)? {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { out in
            guard let handle = algorithm.handle,
                EVP_Digest(bytes.baseAddress, bytes.count, out.baseAddress, nil, handle, nil) == 1
            else { return nil }
            let words = UnsafeRawBufferPointer(out)
            return (
                UInt64(bigEndian: words.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(bigEndian: words.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                UInt64(bigEndian: words.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
                UInt64(bigEndian: words.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
            )
        }
    }

    /// The digest of any algorithm by OpenSSL's name, for instance `SHA384`; nil when it has none.
    static func digest(_ name: String, _ bytes: [UInt8]) -> [UInt8]? {
        var out = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length = 0
        guard EVP_Q_digest(nil, name, nil, bytes, bytes.count, &out, &length) == 1 else {
            ERR_clear_error()
            return nil
        }
        return Array(out.prefix(length))
    }

    /// The library's newest complaint as an error; clears its queue.
    static func failure(_ doing: String) -> IdentityError {
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(ERR_get_error(), &text, text.count)
        ERR_clear_error()
        let used = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return IdentityError(
            .cryptography,
            "OpenSSL failed at \(doing): \(String(decoding: used, as: UTF8.self))"
        )
    }
}
