import Core
import Store

/// The rules of an organisation about goods that are kept apart.
struct KeepApartRecords {
    static let migrations: [Migration] = [
        Migration(
            "logistics-keep-apart",
            1,
            "goods that are kept apart",
            [
                """
                CREATE TABLE logistics_keep_apart (
                    organisation TEXT PRIMARY KEY, body TEXT NOT NULL)
                """
            ]
        )
    ]

    let scope: Scope

    /// What the organisation said; nil when it never did and the standard holds.
    func own(in reader: any Reader) throws -> KeepApartRules? {
        try reader.first(
            "SELECT body FROM logistics_keep_apart WHERE organisation = ?",
            [.id(scope.organisation)]
        ) { try KeepApartRules(reading: JSONReader(try $0.json(0))) }
    }

    /// The rules that hold.
    func rules(in reader: any Reader) throws -> KeepApartRules {
        try own(in: reader) ?? .standard
    }

    func set(_ rules: KeepApartRules, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO logistics_keep_apart (organisation, body) VALUES (?, ?)
            ON CONFLICT (organisation) DO UPDATE SET body = excluded.body
            """,
            [.id(scope.organisation), .json(rules.json)]
        )
    }
}
