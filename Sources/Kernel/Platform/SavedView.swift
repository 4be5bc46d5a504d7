import Agents
import Core
import Store

/// A list of the console with its filters, kept under a name by a person.
enum SavedView {
    /// How many one person may keep.
    static let limit = 200

    static let migrations: [Migration] = [
        Migration(
            "views",
            1,
            "saved views",
            [
                """
                CREATE TABLE saved_view (
                    id TEXT NOT NULL, organisation TEXT NOT NULL, account TEXT NOT NULL,
                    account_name TEXT NOT NULL, page TEXT NOT NULL, name TEXT NOT NULL,
                    query TEXT NOT NULL, shared BIGINT NOT NULL, at BIGINT NOT NULL,
                    PRIMARY KEY (organisation, id), UNIQUE (organisation, account, page, name))
                """
            ]
        )
    ]

    static let shape = Shape.record(
        "Saved view",
        [
            ("id", Shape.id), ("page", Shape.text), ("name", Shape.text), ("query", Shape.text),
            ("shared", Shape.described(Shape.flag, "Whether all in the organisation see it.")),
            ("owner", Shape.named),
        ]
    )

    static let columns = "id, page, name, query, shared, account, account_name"

    static func json(_ row: any Row) throws -> JSON {
        [
            "id": .string(try row.text(0)), "page": .string(try row.text(1)),
            "name": .string(try row.text(2)), "query": .string(try row.text(3)),
            "shared": .bool(try row.bool(4)),
            "owner": ["id": .string(try row.text(5)), "name": .string(try row.text(6))],
        ]
    }
}
