import COpenSSL
import Core

/// Time-based one-time passwords (RFC 6238): SHA-1, 6 digits, steps of 30 s, as every app has them.
enum OneTimePassword {
    /// The seconds of a step.
    static let step: Int64 = 30
    /// How many steps two clocks may be apart.
    static let tolerance: Int64 = 1

    /// The number of the step that a moment lies in.
    static func step(at moment: Timestamp) -> Int64 { moment.microseconds / 1_000_000 / step }

    /// The password of a step: HOTP (RFC 4226 section 5.3) of its number.
    static func code(
        secret: [UInt8],
        step: Int64,
        digits: Int = 6
    ) throws(IdentityError) -> String {
        let counter = withUnsafeBytes(of: step.bigEndian) { Array($0) }
        var mac = [UInt8](repeating: 0, count: 20)
        var length = 0
        let made = EVP_Q_mac(
            nil,
            "HMAC",
            nil,
            "SHA1",
            nil,
            secret,
            secret.count,
            counter,
            counter.count,
            &mac,
            mac.count,
            &length
        )
        guard made != nil, length == 20 else { throw OpenSSL.failure("a one-time password") }
        let at = Int(mac[19] & 15)
        let number =
            UInt32(mac[at] & 0x7F) << 24 | UInt32(mac[at + 1]) << 16 | UInt32(mac[at + 2]) << 8
            | UInt32(mac[at + 3])
        var modulus: UInt32 = 1
        for _ in 0..<digits { modulus *= 10 }
        let text = String(number % modulus)
        return String(repeating: "0", count: digits - text.count) + text
    }

    /// The step, later than `last`, that the password is of, within a step of the moment; nil for none.
    static func match(
        _ code: String,
        secret: [UInt8],
        at moment: Timestamp,
        after last: Int64
    ) throws(IdentityError) -> Int64? {
        let now = step(at: moment)
        var found: Int64?
        // All steps are computed, so that the time taken does not say which one it was.
        for step in (now - tolerance)...(now + tolerance) {
            if try self.code(secret: secret, step: step) == code, step > last { found = step }
        }
        return found
    }
}
