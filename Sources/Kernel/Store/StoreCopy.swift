import Core

/// Copies every record of an SQLite store into an empty PostgreSQL database, and proves it.
///
/// The source must be at rest: nobody writes to it meanwhile.
public struct StoreCopy: Sendable {
    /// What was copied of one table.
    public struct Table: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// How many rows it has.
        public var rows: Int
        /// A check sum of all rows, whatever their order, the same on both sides.
        public var checksum: UInt64
    }

    /// A table of the target, with the columns and types it has there.
    private struct Shape: Sendable {
        var name: String
        var columns: [(name: String, type: String)] = []
        var list: String { columns.map(\.name).joined(separator: ", ") }
    }

    private let source: SQLiteDatabase
    private let target: PostgresDatabase
    private let migrations: [Migration]

    /// A copy.
    ///
    /// - Parameters:
    ///   - source: what to copy.
    ///   - target: where to; it must have no rows.
    ///   - migrations: the tables of this program.
    public init(
        from source: SQLiteDatabase,
        to target: PostgresDatabase,
        migrations: [Migration]
    ) {
        self.source = source
        self.target = target
        self.migrations = migrations
    }

    /// Makes the tables, copies all rows, sets the sequences, and compares rows and check sums.
    ///
    /// - Parameter report: hears of each table that was copied and found equal.
    /// - Returns: the tables.
    /// - Throws: `StoreError` of code `migration` when the source is not of this program's version, of
    ///   code `unsupported` when the target holds rows, of code `corrupt` when the copy differs.
    public func run(_ report: @Sendable (Table) -> Void = { _ in }) async throws -> [Table] {
        let pending = try Migration.pending(migrations, applied: await source.appliedMigrations())
        guard pending.isEmpty else {
            throw StoreError(
                .migration,
                "the source is of an older Weft: \(pending.count) steps are missing; apply them with "
                    + "`weft migrate` first"
            )
        }
        let isNew = try await target.appliedMigrations().isEmpty
        try await target.migrate(migrations)
        let shapes = try await shapes()
        if isNew {
            // What migrations put in comes with the source.
            try await target.transaction { transaction in
                for shape in shapes.reversed() {
                    try transaction.execute("DELETE FROM \(shape.name)", [])
                }
            }
        } else {
            try await refuseRows(in: shapes)
        }
        try await refuseStrangers(beside: shapes)
        var tables: [Table] = []
        for shape in shapes {
            let copied = try await copy(shape)
            try await setSequence(of: shape)
            let found = try await summary(of: shape)
            guard copied == found else {
                throw StoreError(
                    .corrupt,
                    "\(shape.name) was not copied well: \(copied.rows) rows with check sum "
                        + "\(copied.checksum), found \(found.rows) with \(found.checksum)"
                )
            }
            tables.append(found)
            report(found)
        }
        return tables
    }

    private func shapes() async throws -> [Shape] {
        let rows = try await target.query(
            """
            SELECT CAST(c.relname AS TEXT), CAST(a.attname AS TEXT),
                CAST(format_type(a.atttypid, NULL) AS TEXT)
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
            WHERE n.nspname = current_schema() AND c.relkind = 'r' AND a.attnum > 0
                AND NOT a.attisdropped AND c.relname NOT LIKE 'weft!_%' ESCAPE '!'
            ORDER BY c.oid, a.attnum
            """,
            []
        ) { (try $0.text(0), try $0.text(1), try $0.text(2)) }
        var shapes: [Shape] = []
        for (table, column, type) in rows {
            if shapes.last?.name != table { shapes.append(Shape(name: table)) }
            shapes[shapes.count - 1].columns.append((column, type))
        }
        return shapes
    }

    private func refuseRows(in shapes: [Shape]) async throws {
        for shape in shapes {
            let rows = try await target.query("SELECT 1 FROM \(shape.name) LIMIT 1", []) { _ in 1 }
            guard rows.isEmpty else {
                throw StoreError(
                    .unsupported,
                    "the target is not empty: \(shape.name) has rows; give a new database"
                )
            }
        }
    }

    private func refuseStrangers(beside shapes: [Shape]) async throws {
        let names = try await source.query(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'",
            []
        ) { try $0.text(0) }
        let known = Set(shapes.map(\.name) + ["weft_migration"])
        guard let stranger = names.first(where: { !known.contains($0) }) else { return }
        throw StoreError(
            .migration,
            "the source has a table \(stranger), which this program does not know"
        )
    }

    private func copy(_ shape: Shape) async throws -> Table {
        let marks = shape.columns.map { _ in "?" }.joined(separator: ", ")
        let insert = "INSERT INTO \(shape.name) (\(shape.list)) VALUES (\(marks))"
        var table = Table(name: shape.name, rows: 0, checksum: 0)
        var after = Int64.min
        while true {
            let page = try await source.query(
                "SELECT rowid, \(shape.list) FROM \(shape.name) WHERE rowid > ? "
                    + "ORDER BY rowid LIMIT \(Self.page)",
                [.int(after)]
            ) { row in
                (
                    place: try row.int(0),
                    values: try shape.columns.indices.map {
                        try value(in: row, at: $0 + 1, shape.columns[$0].type)
                    }
                )
            }
            guard let last = page.last else { return table }
            after = last.place
            let rows = page.map(\.values)
            try await target.transaction { transaction in
                for row in rows { try transaction.execute(insert, row) }
            }
            for row in rows { table.add(row) }
        }
    }

    private static let page = 1_000

    /// Numbers go on where the source's would have, those of deleted rows not used again.
    private func setSequence(of shape: Shape) async throws {
        guard let key = shape.columns.first else { return }
        let counted = try await target.query(
            "SELECT CAST(pg_get_serial_sequence(?, ?) AS TEXT)",
            [.text(shape.name), .text(key.name)]
        ) { try $0.optionalText(0) }
        guard let sequence = counted.first.flatMap({ $0 }) else { return }
        let last = try await source.query(
            "SELECT seq FROM sqlite_sequence WHERE name = ?",
            [.text(shape.name)]
        ) { try $0.int(0) }
        guard let number = last.first, number > 0 else { return }
        try await target.transaction { transaction in
            _ = try transaction.first(
                "SELECT setval(CAST(CAST(? AS TEXT) AS REGCLASS), ?)",
                [.text(sequence), .int(number)]
            ) { try $0.int(0) }
        }
    }

    /// Reads the copy again, through a cursor, as tables may be larger than memory.
    private func summary(of shape: Shape) async throws -> Table {
        try await target.scan { reader in
            var table = Table(name: shape.name, rows: 0, checksum: 0)
            try reader.forEach(
                "DECLARE copied NO SCROLL CURSOR FOR SELECT \(shape.list) FROM \(shape.name)",
                []
            ) { _ in }
            var more = true
            while more {
                more = false
                try reader.forEach("FETCH \(Self.page) FROM copied", []) { row in
                    more = true
                    table.add(
                        try shape.columns.indices.map {
                            try value(in: row, at: $0, shape.columns[$0].type)
                        }
                    )
                }
            }
            return table
        }
    }

    /// The value as the target's column holds it.
    private func value(
        in row: any Row,
        at column: Int,
        _ type: String
    ) throws(StoreError) -> SQLValue {
        if row.isNull(column) { return .null }
        switch type {
        case "bigint", "integer", "boolean": return .int(try row.int(column))
        case "double precision": return .double(try row.double(column))
        case "bytea": return .blob(try row.blob(column))
        default: return .text(try row.text(column))
        }
    }
}

extension StoreCopy.Table {
    /// Counts a row in; the order of rows makes no difference.
    fileprivate mutating func add(_ values: [SQLValue]) {
        rows += 1
        var bytes: [UInt8] = []
        for value in values {
            switch value {
            case .null: bytes.append(0)
            case .int(let number): bytes += [1] + Self.bytes(UInt64(bitPattern: number))
            case .double(let number): bytes += [2] + Self.bytes(number.bitPattern)
            case .text(let text): bytes += [3] + Self.bytes(UInt64(text.utf8.count)) + text.utf8
            case .blob(let blob): bytes += [4] + Self.bytes(UInt64(blob.count)) + blob
            case .uuid(let high, let low): bytes += [5] + Self.bytes(high) + Self.bytes(low)
            }
        }
        checksum &+= fnv1a64(bytes)
    }

    private static func bytes(_ word: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: word >> (UInt64($0) * 8)) }
    }
}
