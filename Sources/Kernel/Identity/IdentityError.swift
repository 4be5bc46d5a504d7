public import Core
import Vault

/// Why somebody was not let in, or a change to people was refused.
public struct IdentityError: Fault {
    /// The sorts of failure.
    public enum Code: String, Sendable {
        /// The e-mail or the password is wrong, or the account is disabled: never said which.
        case invalidCredentials = "invalid-credentials"
        /// The access token is no token of ours.
        case invalidToken = "invalid-token"
        /// The access token was good once.
        case expiredToken = "expired-token"
        /// The access token was revoked: a sign-out, a disabled account, changed roles.
        case revokedToken = "revoked-token"
        /// The refresh token is unknown, used, expired or revoked.
        case invalidRefreshToken = "invalid-refresh-token"
        /// Too many failed attempts; `retryAfterSeconds` in the details says how long to wait.
        case throttled = "too-many-attempts"
        /// Too many passwords wait to be checked.
        case busy = "sign-in-busy"
        /// The roles do not allow it.
        case forbidden = "forbidden"
        /// There is no such thing in the caller's organisation.
        case notFound = "not-found"
        /// Another account has the e-mail.
        case emailTaken = "email-taken"
        /// Another organisation has the name.
        case nameTaken = "name-taken"
        /// The text is no e-mail address we accept.
        case invalidEmail = "invalid-email"
        /// The password breaks a rule; the message says which.
        case weakPassword = "weak-password"
        /// A name is empty or too long.
        case invalidName = "invalid-name"
        /// A role's name is malformed, or there are none.
        case invalidRole = "invalid-role"
        /// The account has a second factor, and no code was given.
        case totpRequired = "totp-required"
        /// The code is wrong, or was used before.
        case invalidCode = "invalid-code"
        /// The second factor is on already.
        case secondFactorOn = "totp-enabled"
        /// The link to set a password is unknown, used or too old.
        case invalidResetToken = "invalid-reset-token"
        /// The password that was to confirm a change is wrong.
        case wrongPassword = "wrong-password"
        /// The change would leave the organisation without an admin.
        case lastAdmin = "last-admin"
        /// Nobody changes their own rights.
        case ownAccount = "own-account"
        /// There are as many as are allowed.
        case tooMany = "too-many"
        /// A lifetime outside of its range.
        case invalidLifetime = "invalid-lifetime"
        /// The identity provider's answer, or what the browser brought back, is not to be trusted.
        case providerRefused = "oidc-refused"
        /// The identity provider cannot be reached or answers nonsense.
        case providerUnavailable = "oidc-unavailable"
        /// The identity provider knows the person; we do not.
        case providerAccount = "oidc-no-account"
        /// The one-time code of a federated sign-in is unknown, used, too old or another browser's.
        case invalidExchange = "invalid-exchange"
        /// The signing key cannot be read, written or trusted.
        case signingKey = "signing-key"
        /// A cryptographic library refused to work.
        case cryptography = "cryptography"
    }

    /// The sort of failure.
    public var reason: Code
    /// What went wrong, for a person; never contains a secret.
    public var message: String
    /// The offending part of the input.
    public var pointer: String?
    /// More members for the answer.
    public var details: JSONObject

    /// An error.
    public init(
        _ reason: Code,
        _ message: String,
        pointer: String? = nil,
        details: JSONObject = JSONObject()
    ) {
        self.reason = reason
        self.message = message
        self.pointer = pointer
        self.details = details
    }

    /// A key or its file that is not good.
    init(_ error: VaultError) {
        self.init(error.reason == .cryptography ? .cryptography : .signingKey, error.message)
    }

    /// The stable code in kebab case.
    public var code: String { reason.rawValue }

    /// How each edge tells it.
    public var kind: FaultKind {
        switch reason {
        case .invalidCredentials, .invalidToken, .expiredToken, .revokedToken,
            .invalidRefreshToken, .totpRequired, .invalidCode, .providerRefused, .invalidExchange:
            .unauthenticated
        case .throttled, .busy: .rateLimited
        case .forbidden, .ownAccount, .wrongPassword, .providerAccount: .forbidden
        case .notFound: .notFound
        case .emailTaken, .nameTaken, .secondFactorOn, .lastAdmin, .tooMany: .conflict
        case .invalidEmail, .weakPassword, .invalidName, .invalidRole, .invalidResetToken,
            .invalidLifetime:
            .invalid
        case .providerUnavailable: .unavailable
        case .signingKey, .cryptography: .internal
        }
    }
}

extension IdentityError: CustomStringConvertible {
    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
