public import Core
public import Identity
public import Vault

/// The tokens in messages by which one person can decide one question without a sign-in.
///
/// A token says which question, which account and until when, and carries the vault's code over that. It
/// is good once because a question is decided once. It stands in no table but the outbox, where the mail it
/// goes by has it sealed.
public struct ApprovalLinks: Sendable {
    /// What a token is good for.
    public struct Content: Sendable, Hashable {
        /// The question.
        public var approval: ID<Approval>
        /// Who was asked.
        public var account: ID<Account>
        /// Until when; whole seconds.
        public var until: Timestamp

        /// What a token is good for.
        public init(approval: ID<Approval>, account: ID<Account>, until: Timestamp) {
            self.approval = approval
            self.account = account
            self.until = until
        }
    }

    /// How long a link is good when the question has no end, or a later one.
    public static let life = Duration.seconds(7 * 86_400)

    /// Until when a link is good that is sent now.
    ///
    /// - Parameters:
    ///   - now: the moment; whom an escalation reaches weeks later has as long as the first.
    ///   - end: the question's own end.
    /// - Returns: the question's end, or ``life`` from now when that is sooner.
    public static func until(from now: Timestamp, end: Timestamp?) -> Timestamp {
        end.map { min($0, now + life) } ?? now + life
    }

    private static let purpose = "approval-link"
    /// A version, two ids, seconds, and the code.
    private static let count = 1 + 16 + 16 + 8 + 32
    private static let signed = count - 32

    private let vault: Vault

    /// Links that this vault signs.
    public init(vault: Vault) {
        self.vault = vault
    }

    /// A token: 98 characters of base64url.
    ///
    /// - Throws: `VaultError` of code `cryptography`.
    public func token(_ content: Content) throws(VaultError) -> Secret {
        var bytes: [UInt8] = [1]
        func append(_ word: UInt64) {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        append(content.approval.high)
        append(content.approval.low)
        append(content.account.high)
        append(content.account.low)
        append(UInt64(bitPattern: content.until.microseconds / 1_000_000))
        let code = try vault.code(of: bytes, for: Self.purpose)
        return Secret(Base64.encodeForURL(bytes + code))
    }

    /// What a token is good for.
    ///
    /// - Parameters:
    ///   - token: what stood in the link.
    ///   - now: the moment.
    /// - Returns: its content.
    /// - Throws: faults of code `invalid-approval-link` when it is not one of ours, and
    ///   `approval-link-expired`; `VaultError` of code `cryptography`.
    public func read(_ token: Secret, at now: Timestamp) throws -> Content {
        guard token.exposed.utf8.count <= 200,
            let bytes = Base64.decodeForURL(token.exposed), bytes.count == Self.count,
            bytes[0] == 1,
            // One form alone: of the last character some bits are not used.
            Base64.encodeForURL(bytes) == token.exposed,
            try vault.proves(
                Array(bytes[Self.signed...]),
                Array(bytes[..<Self.signed]),
                for: Self.purpose
            )
        else {
            throw GeneralFault(
                .invalid,
                code: "invalid-approval-link",
                "this link is not one of ours, or not all of it arrived",
                pointer: "/token"
            )
        }
        func word(_ start: Int) -> UInt64 {
            bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        let content = Content(
            approval: ID(high: word(1), low: word(9)),
            account: ID(high: word(17), low: word(25)),
            until: Timestamp(microseconds: Int64(bitPattern: word(33)) &* 1_000_000)
        )
        guard now < content.until else {
            throw GeneralFault(
                .invalid,
                code: "approval-link-expired",
                "this link was good until \(content.until); sign in to decide",
                pointer: "/token"
            )
        }
        return content
    }
}
