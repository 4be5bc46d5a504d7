public import Core

/// Which rows a list shows: conditions joined with AND, and their values.
public struct RowFilter: Sendable {
    /// The conditions, with question marks.
    public private(set) var sql: String
    /// The values of the question marks.
    public private(set) var parameters: [SQLValue]

    /// What every row must fulfil.
    public init(_ condition: String, _ parameters: [SQLValue]) {
        sql = condition
        self.parameters = parameters
    }

    /// Adds a condition with as many values as question marks.
    public mutating func add(_ condition: String, _ values: SQLValue...) {
        sql += " AND " + condition
        parameters += values
    }

    /// Adds a condition on a value, for every question mark, when there is one; nothing for null.
    public mutating func add(_ condition: String, ifAny value: SQLValue) {
        guard value != .null else { return }
        sql += " AND " + condition
        parameters += Array(repeating: value, count: condition.count { $0 == "?" })
    }

    /// Adds that a column has one of some values, when there are any.
    public mutating func add(_ column: String, in values: [SQLValue]) {
        guard !values.isEmpty else { return }
        sql += " AND \(column) IN (\(values.map { _ in "?" }.joined(separator: ", ")))"
        parameters += values
    }
}

extension ListQuery {
    /// Reads this page of a table.
    ///
    /// - Parameters:
    ///   - columns: what `read` reads of a row, separated by commas.
    ///   - count: how many columns these are.
    ///   - table: the table, or tables joined.
    ///   - filter: which rows.
    ///   - reader: the state to read.
    ///   - read: makes a value of a row.
    /// - Returns: the values, and the cursor of the next page; null when there is none.
    /// - Throws: `StoreError`, or what `read` throws.
    public func page<Value>(
        _ columns: String,
        count: Int,
        of table: String,
        where filter: RowFilter,
        in reader: any Reader,
        _ read: (any Row) throws -> Value
    ) throws -> (items: [Value], next: JSON) {
        let rows = try reader.query(
            "SELECT \(columns)\(self.columns) FROM \(table) WHERE \(filter.sql)\(condition)\(ending)",
            filter.parameters + parameters
        ) { row in (value: try read(row), place: try place(in: row, from: count)) }
        return page(rows)
    }
}
