import COpenSSL
import Core

/// SHA-256 in hexadecimal.
enum Checksum {
    static func sha256(_ bytes: [UInt8]) throws(ObjectError) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil) == 1 else {
            ERR_clear_error()
            throw ObjectError(.io, "OpenSSL failed at SHA-256")
        }
        return hexadecimal(digest)
    }

    /// Whether the text is one that `sha256` makes.
    static func isChecksum(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
