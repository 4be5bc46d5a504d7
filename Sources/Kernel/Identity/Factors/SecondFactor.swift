public import Core
public import Store
import Vault

/// One-time passwords as a second factor: enrolment, checks, recovery codes.
///
/// The secret is kept encrypted, recovery codes as SHA-256. An enrolment counts once a password of it
/// was shown to be right.
public struct SecondFactor: Sendable {
    /// How many recovery codes there are.
    static let recoveryCodes = 10

    let audit: AuditLog
    let vault: Vault
    let issuer: String
    let clock: any WallClock
    let random: any RandomSource

    private struct Stored {
        var secret: [UInt8]
        var confirmed: Bool
        var lastStep: Int64
    }

    /// What is shown once, to be put into an authenticator app.
    public struct Enrolment: Sendable {
        /// The secret in Base32.
        public let secret: Secret
        /// The `otpauth` address, for a QR code; it holds the secret.
        public let uri: Secret
    }

    /// Whether the account has a second factor that counts.
    ///
    /// - Throws: `StoreError`.
    public func isOn(_ account: ID<Account>, in reader: any Reader) throws -> Bool {
        try reader.exists(
            "SELECT 1 FROM identity_totp WHERE account = ? AND confirmed_at IS NOT NULL",
            [.id(account)]
        )
    }

    /// Begins an enrolment, in the place of one that was begun and not confirmed.
    ///
    /// - Parameters:
    ///   - email: names the account in the app.
    ///   - scope: whose.
    ///   - transaction: what the change belongs to.
    /// - Returns: the secret, to be shown once.
    /// - Throws: `IdentityError` of code `secondFactorOn`; `StoreError`.
    public func begin(
        email: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> Enrolment {
        let account = scope.actor.id
        guard try !isOn(account, in: transaction) else {
            throw IdentityError(
                .secondFactorOn,
                "the second factor is on already; turn it off first"
            )
        }
        // RFC 4226 section 4 asks for 160 bits.
        let text = Base32.encode(random.bytes(20))
        let sealed = try vault.seal(Array(text.utf8), for: Self.purpose(account))
        try transaction.execute(
            """
            INSERT INTO identity_totp (account, secret, last_step, created_at) VALUES (?, ?, 0, ?)
            ON CONFLICT (account) DO UPDATE
            SET secret = excluded.secret, last_step = 0, created_at = excluded.created_at
            """,
            [.id(account), .text(sealed), .time(clock.now())]
        )
        let label = Self.escaped(issuer) + ":" + Self.escaped(email)
        return Enrolment(
            secret: Secret(text),
            uri: Secret(
                "otpauth://totp/\(label)?secret=\(text)&issuer=\(Self.escaped(issuer))"
                    + "&algorithm=SHA1&digits=6&period=30"
            )
        )
    }

    /// Ends an enrolment with a password of it: from now on every sign-in asks for one.
    ///
    /// - Returns: the recovery codes, which cannot be had again; nil when the code is wrong.
    /// - Throws: `IdentityError` of code `secondFactorOn` or `notFound`; `StoreError`.
    public func confirm(
        _ code: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> [Secret]? {
        let account = scope.actor.id
        guard let stored = try stored(account, in: transaction) else {
            throw IdentityError(.notFound, "no enrolment was begun")
        }
        guard !stored.confirmed else {
            throw IdentityError(.secondFactorOn, "the second factor is on already")
        }
        let now = clock.now()
        guard
            let step = try OneTimePassword.match(
                code,
                secret: stored.secret,
                at: now,
                after: stored.lastStep
            )
        else { return nil }
        try transaction.execute(
            "UPDATE identity_totp SET confirmed_at = ?, last_step = ? WHERE account = ?",
            [.time(now), .int(step), .id(account)]
        )
        try transaction.execute(
            "DELETE FROM identity_recovery_code WHERE account = ?",
            [.id(account)]
        )
        let codes = (0..<Self.recoveryCodes).map { _ in freshRecoveryCode() }
        for code in codes {
            try transaction.execute(
                "INSERT INTO identity_recovery_code (account, hash) VALUES (?, ?)",
                [.id(account), .text(try Self.hash(code.exposed))]
            )
        }
        try audit.note("second-factor.on", account, [:], scope, transaction)
        return codes
    }

    /// Removes the second factor; does nothing when there is none.
    ///
    /// - Throws: `StoreError`.
    public func remove(
        from account: ID<Account>,
        detail: JSON = [:],
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        let was = try isOn(account, in: transaction)
        try transaction.execute("DELETE FROM identity_totp WHERE account = ?", [.id(account)])
        try transaction.execute(
            "DELETE FROM identity_recovery_code WHERE account = ?",
            [.id(account)]
        )
        if was { try audit.note("second-factor.off", account, detail, scope, transaction) }
    }

    /// What a check found.
    enum Check: Sendable {
        /// The account has no second factor.
        case none
        /// It was a one-time password.
        case password
        /// It was a recovery code; so many are left.
        case recovery(left: Int)
        /// It was wrong, or used before.
        case wrong
    }

    /// Checks a code at sign-in and uses it up.
    func use(
        _ code: String?,
        of account: ID<Account>,
        in transaction: any Transaction
    ) throws -> Check {
        guard let stored = try stored(account, in: transaction), stored.confirmed else {
            return .none
        }
        guard let code else {
            throw IdentityError(
                .totpRequired,
                "the account has a second factor: give its 6 digits, or a recovery code, as \"code\""
            )
        }
        let digits = code.filter { $0 != " " }
        if digits.utf8.count == 6, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            let step = try OneTimePassword.match(
                digits,
                secret: stored.secret,
                at: clock.now(),
                after: stored.lastStep
            )
            guard let step else { return .wrong }
            try transaction.execute(
                "UPDATE identity_totp SET last_step = ? WHERE account = ?",
                [.int(step), .id(account)]
            )
            return .password
        }
        let removed = try transaction.executeCounting(
            "DELETE FROM identity_recovery_code WHERE account = ? AND hash = ?",
            [.id(account), .text(try Self.hash(code))]
        )
        guard removed == 1 else { return .wrong }
        let left = try transaction.first(
            "SELECT count(*) FROM identity_recovery_code WHERE account = ?",
            [.id(account)]
        ) { Int(try $0.int(0)) }
        return .recovery(left: left ?? 0)
    }

    private func stored(_ account: ID<Account>, in reader: any Reader) throws -> Stored? {
        try reader.first(
            "SELECT secret, confirmed_at, last_step FROM identity_totp WHERE account = ?",
            [.id(account)]
        ) { row in
            let opened = try? vault.open(try row.text(0), for: Self.purpose(account))
            guard let opened, let secret = Base32.decode(opened) else {
                throw IdentityError(
                    .cryptography,
                    "the second factor of account \(account) was not sealed by this key folder"
                )
            }
            return Stored(
                secret: secret,
                confirmed: !row.isNull(1),
                lastStep: try row.int(2)
            )
        }
    }

    /// 80 random bits as `xxxx-xxxx-xxxx-xxxx`: too many to be tried against a plain hash.
    private func freshRecoveryCode() -> Secret {
        let text = Base32.encode(random.bytes(10)).lowercased()
        var groups: [Substring] = []
        var rest = text[...]
        while !rest.isEmpty {
            groups.append(rest.prefix(4))
            rest = rest.dropFirst(4)
        }
        return Secret(groups.joined(separator: "-"))
    }

    /// Of the letters alone, so that it can be typed with or without dashes, in any case.
    private static func hash(_ code: String) throws(IdentityError) -> String {
        let plain = code.lowercased().filter { $0 != "-" && $0 != " " }
        return try SHA256Digest("recovery:" + plain).hexadecimal
    }

    private static func purpose(_ account: ID<Account>) -> String { "totp:\(account)" }

    /// Percent-encodes all but unreserved characters (RFC 3986 section 2.3).
    static func escaped(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        let bytes = text.utf8.flatMap { byte -> [UInt8] in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: [byte]
            default: [0x25, hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
