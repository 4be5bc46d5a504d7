public import Core

/// How a list is sorted and paged: by columns, stable while rows come and go.
///
/// A page begins after the last row of the one before (keyset paging), so a row that is added or
/// removed meanwhile moves nothing. The last column must tell all rows apart.
public struct ListQuery: Sendable {
    /// A column that a list can be sorted by.
    public struct Column: Sendable {
        /// The name in `sort`, for instance `createdAt`.
        public var name: String
        /// The column or expression in SQL; never null.
        public var sql: String
        /// Whether it holds whole numbers or times rather than text.
        public var isNumber: Bool

        /// A column.
        public init(_ name: String, _ sql: String, isNumber: Bool = false) {
            self.name = name
            self.sql = sql
            self.isNumber = isNumber
        }
    }

    /// How many rows a page has at most.
    public let limit: Int
    private let order: [(column: Column, descends: Bool)]
    /// The last row's values of the sorted columns, where the page begins; nil for the first page.
    public let after: [SQLValue]?
    private let list: String

    /// The largest page.
    public static let largest = 200

    /// Reads `limit`, `sort` and `cursor`.
    ///
    /// - Parameters:
    ///   - reader: the tool's input; its other members are the filters, and a cursor is good for the
    ///     same ones only.
    ///   - columns: what may be sorted by.
    ///   - standard: the order when none is asked for, as in `sort`.
    ///   - key: the column that tells rows apart, added last.
    ///   - limit: rows of a page when nothing is asked; default 50.
    /// - Throws: faults of code `unknown-sort` and `invalid-cursor`.
    public init(
        reading reader: JSONReader,
        columns: [Column],
        standard: String,
        key: Column,
        limit: Int = 50
    ) throws(GeneralFault) {
        self.limit = try reader.optional("limit")?.int(in: 1...Self.largest) ?? limit
        let sort = try reader.optional("sort")
        let text = try sort?.string(length: 1...200) ?? standard
        var order: [(column: Column, descends: Bool)] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            let name = word.hasPrefix("-") ? word.dropFirst() : word
            guard let column = columns.first(where: { $0.name == name }) else {
                let known = columns.map(\.name)
                let near = nearest(to: String(name), among: known).map {
                    "; did you mean \"\($0)\"?"
                }
                throw GeneralFault(
                    .malformed,
                    code: "unknown-sort",
                    "\"\(name.prefix(60))\" is nothing to sort by"
                        + (near ?? "; known are \(known.joined(separator: ", "))"),
                    pointer: sort?.pointer ?? "/sort"
                )
            }
            if !order.contains(where: { $0.column.name == column.name }) {
                order.append((column, word.hasPrefix("-")))
            }
        }
        // The key runs as the first column does, so that an index serves both.
        if !order.contains(where: { $0.column.sql == key.sql }) {
            order.append((key, order.first?.descends ?? false))
        }
        self.order = order
        list = columns.map(\.name).joined(separator: ",") + Self.identity(of: reader, sort: text)
        if let cursor = try reader.optional("cursor") {
            let values = try PageCursor.values(reading: cursor, of: list)
            var after: [SQLValue] = []
            for (value, entry) in zip(values, order) {
                if entry.column.isNumber, case .number(let number) = value, let int = number.int {
                    after.append(.int(int))
                } else if !entry.column.isNumber, let text = value.string {
                    after.append(.text(text))
                }
            }
            guard after.count == order.count, values.count == order.count else {
                throw GeneralFault(
                    .malformed,
                    code: "invalid-cursor",
                    "this is no cursor of this list",
                    pointer: cursor.pointer
                )
            }
            self.after = after
        } else {
            after = nil
        }
    }

    private static func identity(of reader: JSONReader, sort: String) -> String {
        var filters = reader.value
        for key in ["limit", "cursor", "sort"] { filters[key] = nil }
        return sort + filters.text(.canonical)
    }

    /// The condition that a row belongs to this page or a later one, to be joined with AND; empty on
    /// the first page.
    public var condition: String {
        guard after != nil else { return "" }
        var alternatives: [String] = []
        for at in order.indices {
            let equal = order[..<at].map { "\($0.column.sql) = ?" }
            let beyond = "\(order[at].column.sql) \(order[at].descends ? "<" : ">") ?"
            alternatives.append("(" + (equal + [beyond]).joined(separator: " AND ") + ")")
        }
        return " AND (" + alternatives.joined(separator: " OR ") + ")"
    }

    /// The values of ``condition``'s question marks.
    public var parameters: [SQLValue] {
        guard let after else { return [] }
        return order.indices.flatMap { Array(after[...$0]) }
    }

    /// ` ORDER BY … LIMIT n`, one row more than a page, to know whether there is another.
    public var ending: String {
        let columns = order.map { "\($0.column.sql)\($0.descends ? " DESC" : "")" }
        return " ORDER BY \(columns.joined(separator: ", ")) LIMIT \(limit + 1)"
    }

    /// The sorted columns, to be selected after the row's own; see ``place(in:from:)``.
    public var columns: String { order.map { ", \($0.column.sql)" }.joined() }

    /// The row's values of ``columns``, which begin at column `first` of the result.
    public func place(in row: any Row, from first: Int) throws -> [JSON] {
        try order.enumerated().map { offset, entry in
            entry.column.isNumber
                ? .int(try row.int(first + offset)) : .string(try row.text(first + offset))
        }
    }

    /// The rows of this page, and the cursor of the next one; null when there is none.
    public func page<Value>(_ rows: [(value: Value, place: [JSON])]) -> (items: [Value], next: JSON)
    {
        let shown = rows.prefix(limit)
        guard rows.count > limit, let last = shown.last else { return (shown.map(\.value), .null) }
        return (
            shown.map(\.value), .string(PageCursor(list: list, values: last.place).text)
        )
    }

    /// A page of a list that is in memory and sorted by `key`.
    public static func page<Value>(
        _ values: [Value],
        reading reader: JSONReader,
        limit: Int = 200,
        by key: (Value) -> String
    ) throws(GeneralFault) -> (items: [Value], next: JSON) {
        let column = Column("name", "name")
        let query = try ListQuery(
            reading: reader,
            columns: [column],
            standard: "name",
            key: column,
            limit: limit
        )
        let descends = query.order.first?.descends ?? false
        var sorted = values.map { (value: $0, key: key($0)) }.sorted {
            descends ? $0.key > $1.key : $0.key < $1.key
        }
        if case .text(let last)? = query.after?.first {
            sorted.removeAll { descends ? $0.key >= last : $0.key <= last }
        }
        return query.page(
            sorted.prefix(query.limit + 1).map { (value: $0.value, place: [.string($0.key)]) }
        )
    }

    /// The properties that a tool's input has for what this reads.
    public static func properties(sort columns: [String]) -> [(String, JSON)] {
        [
            (
                "sort",
                [
                    "type": "string", "minLength": 1, "maxLength": 200,
                    "description": .string(
                        "Fields separated by commas, - for the largest first: "
                            + columns.joined(separator: ", ") + "."
                    ),
                ]
            ),
            (
                "limit",
                [
                    "type": "integer", "minimum": 1, "maximum": .int(Self.largest),
                    "description": "How many at most.",
                ]
            ),
            (
                "cursor",
                [
                    "type": "string", "minLength": 1, "maxLength": 2000,
                    "description": "`nextCursor` of the page before.",
                ]
            ),
        ]
    }
}
