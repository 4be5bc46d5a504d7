/// What a new password must be like (after NIST SP 800-63B section 5.1.1.2: length and a list of
/// bad ones, no rules about sorts of characters).
public enum PasswordRules {
    /// The least and most characters, counted in code points.
    public static let length = 10...128

    private static let common: Set<String> = [
        "1234567890", "0123456789", "0987654321", "12345678910", "123456789a", "1q2w3e4r5t",
        "1qaz2wsx3edc", "abcdefghij", "administrator", "changeme123", "changemenow", "football123",
        "iloveyou123", "letmein123", "letmeinnow", "password01", "password12", "password123",
        "password1234", "passw0rd123", "princess123", "qwerty12345", "qwerty123456", "qwertyuiop",
        "qwertzuiop", "sunshine123", "superman123", "trustno1234", "welcome123", "welcome1234",
    ]

    /// Refuses a password that is too short, too long, or among the first that anybody tries.
    ///
    /// - Throws: `IdentityError` of code `weakPassword`.
    public static func check(_ password: Secret, for email: EmailAddress?) throws(IdentityError) {
        let text = password.exposed
        guard length.contains(text.unicodeScalars.count) else {
            throw refusal(
                "a password has \(length.lowerBound) to \(length.upperBound) characters"
            )
        }
        guard Set(text).count >= 4 else {
            throw refusal("the password repeats too few characters")
        }
        let lowered = text.lowercased()
        guard !common.contains(lowered) else {
            throw refusal("the password is one of the most common ones")
        }
        if let email, lowered == email.text || lowered.hasPrefix(email.local + "@") {
            throw refusal("the password is the e-mail address")
        }
    }

    private static func refusal(_ message: String) -> IdentityError {
        IdentityError(.weakPassword, message, pointer: "/password")
    }
}
