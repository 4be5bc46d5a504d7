import Core

/// Comma-separated values read into rows of fields (RFC 4180).
///
/// Lines may end in CRLF or LF, a byte-order mark is skipped, quoted fields may hold separators,
/// line ends and doubled quotes. The separator is a semicolon when the first line has one and no
/// comma, as spreadsheet programs write it where the comma is the decimal mark. Empty lines are
/// skipped but counted.
struct CSVTable: Sendable {
    /// What is read at most.
    struct Limits: Sendable {
        /// Rows, the header included.
        var rows = 20_001
        /// Fields in a row.
        var columns = 100
        /// Bytes in a field.
        var fieldBytes = 8_000
    }

    /// One row.
    struct Row: Sendable {
        /// Its number as spreadsheet programs count: the header is row 1.
        var number: Int
        /// Its fields, unquoted.
        var fields: [String]
    }

    /// The rows, the header first.
    private(set) var rows: [Row] = []

    /// Reads the whole text; throws where it is not CSV, with row and column.
    init(parsing bytes: some Collection<UInt8>, limits: Limits = Limits()) throws(GeneralFault) {
        var reader = CSVReader(bytes: Array(bytes), limits: limits)
        rows = try reader.read()
    }
}

/// The reader's state while it goes over the bytes once.
private struct CSVReader {
    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    let bytes: [UInt8]
    let limits: CSVTable.Limits
    let separator: UInt8
    var at = 0
    var number = 1
    var fields: [String] = []

    init(bytes: [UInt8], limits: CSVTable.Limits) {
        self.bytes = bytes
        self.limits = limits
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        at = start
        let first = bytes[start...].prefix { $0 != Self.lineFeed }
        let comma = UInt8(ascii: ",")
        let semicolon = UInt8(ascii: ";")
        separator = first.contains(semicolon) && !first.contains(comma) ? semicolon : comma
    }

    mutating func read() throws(GeneralFault) -> [CSVTable.Row] {
        var rows: [CSVTable.Row] = []
        while at < bytes.count {
            fields.removeAll(keepingCapacity: true)
            try readRow()
            if fields != [""] {
                guard rows.count < limits.rows else {
                    throw fault("there are more than \(limits.rows - 1) rows", .tooLarge)
                }
                rows.append(CSVTable.Row(number: number, fields: fields))
            }
            number += 1
        }
        return rows
    }

    private mutating func readRow() throws(GeneralFault) {
        while true {
            guard fields.count < limits.columns else {
                throw fault("there are more than \(limits.columns) fields", .tooLarge)
            }
            fields.append(
                at < bytes.count && bytes[at] == Self.quote ? try quoted() : try plain()
            )
            guard at < bytes.count else { return }
            let next = bytes[at]
            at += 1
            if next == separator { continue }
            if next == Self.carriageReturn { at += 1 }
            return
        }
    }

    /// Reads up to a separator or line end and stops there.
    private mutating func plain() throws(GeneralFault) -> String {
        let start = at
        while at < bytes.count, bytes[at] != separator, !atLineEnd {
            if bytes[at] == Self.quote {
                throw fault("a quote stands within a field that does not begin with one")
            }
            if bytes[at] == Self.carriageReturn {
                throw fault("a carriage return stands without a line feed")
            }
            at += 1
        }
        return try text(bytes[start..<at])
    }

    /// Reads from the opening quote to behind the closing one.
    private mutating func quoted() throws(GeneralFault) -> String {
        at += 1
        var value: [UInt8] = []
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte != Self.quote {
                value.append(byte)
            } else if at < bytes.count, bytes[at] == Self.quote {
                value.append(byte)
                at += 1
            } else {
                guard at == bytes.count || bytes[at] == separator || atLineEnd else {
                    throw fault("something follows the closing quote")
                }
                return try text(value[...])
            }
            if value.count > limits.fieldBytes { return try text(value[...]) }
        }
        throw fault("a quote is not closed")
    }

    private var atLineEnd: Bool {
        bytes[at] == Self.lineFeed
            || (bytes[at] == Self.carriageReturn && at + 1 < bytes.count
                && bytes[at + 1] == Self.lineFeed)
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(GeneralFault) -> String {
        guard bytes.count <= limits.fieldBytes else {
            throw fault("the field is longer than \(limits.fieldBytes) bytes", .tooLarge)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw fault("the field is not UTF-8")
        }
        return text
    }

    private func fault(_ message: String, _ kind: FaultKind = .malformed) -> GeneralFault {
        let column = fields.count + 1
        return GeneralFault(
            kind,
            code: "invalid-csv",
            "row \(number), column \(column): \(message)",
            details: JSONObject([("row", .int(number)), ("column", .int(column))])
        )
    }
}
