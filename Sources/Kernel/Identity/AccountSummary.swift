public import Core
import Store

/// An account as the administration lists it.
public struct AccountSummary: Sendable {
    /// The account.
    public var record: AccountRecord
    /// Whether it has a second factor.
    public var hasSecondFactor: Bool
    /// When the person last signed in; nil when never.
    public var lastSignInAt: Timestamp?

    /// The account with camelCase members.
    public var json: JSON {
        var json = record.json
        json["totp"] = .bool(hasSecondFactor)
        json["lastSignInAt"] = lastSignInAt?.json ?? .null
        return json
    }

    static let columns = """
        \(AccountRecord.columns), a.last_sign_in_at,
        (SELECT count(*) FROM identity_totp t
            WHERE t.account = a.id AND t.confirmed_at IS NOT NULL)
        """

    static func read(_ row: any Row) throws -> AccountSummary {
        AccountSummary(
            record: try AccountRecord.read(row),
            hasSecondFactor: try row.int(8) > 0,
            lastSignInAt: try row.optionalTimestamp(7)
        )
    }
}
