import Core

/// Rows with a header line (RFC 4180): `name` and `value`, perhaps `time`, `status`, `unit` and `kind`;
/// every other column is a label, which an empty field leaves out.
enum PointRows {
    static func read(_ text: String, into intake: inout SeriesIntake) throws(SeriesError) {
        var reader = RowReader(text)
        guard let header = try reader.next() else { return }
        var seen: Set<String> = []
        for column in header.fields where !seen.insert(column).inserted {
            throw PointLine.fault(header.line, "the column \"\(column)\" is there twice")
        }
        guard seen.isSuperset(of: ["name", "value"]) else {
            throw PointLine.fault(header.line, "expected a header with name and value")
        }
        while let row = try reader.next() {
            if row.fields == [""] { continue }
            guard row.fields.count == header.fields.count else {
                throw PointLine.fault(
                    row.line,
                    "expected \(header.fields.count) fields, found \(row.fields.count)"
                )
            }
            do {
                try take(header.fields, row, into: &intake)
            } catch {
                throw PointLine.at(row.line, error)
            }
        }
    }

    private static func take(
        _ columns: [String],
        _ row: RowReader.Row,
        into intake: inout SeriesIntake
    ) throws(SeriesError) {
        var name = ""
        var labels: [SeriesName.Label] = []
        var point = SeriesPoint(at: intake.now, value: .nan)
        var unit: String?
        var kind: SeriesKind?
        for (column, field) in zip(columns, row.fields) {
            switch column {
            case "name": name = field
            case "value":
                guard let value = Double(field) else { throw wrong("a number", column, field) }
                point.value = value
            case "time" where !field.isEmpty:
                guard let at = PointLine.time(field) else {
                    throw wrong("a time, RFC 3339 or microseconds since 1970,", column, field)
                }
                point.at = at
            case "status" where !field.isEmpty:
                guard let status = UInt32(field) else {
                    throw wrong("a whole number from 0", column, field)
                }
                point.status = status
            case "kind" where !field.isEmpty:
                kind = SeriesKind(rawValue: field)
                guard kind != nil else { throw wrong("gauge or counter", column, field) }
            case "unit" where !field.isEmpty: unit = field
            case "time", "status", "kind", "unit": break
            default:
                if !field.isEmpty { labels.append(.init(key: column, value: field)) }
            }
        }
        try intake.take(
            point,
            of: try SeriesName(name, labels: labels),
            unit: unit,
            kind: kind,
            place: PointLine.place(row.line)
        )
    }

    private static func wrong(_ what: String, _ column: String, _ found: String) -> SeriesError {
        SeriesError(.malformed, "expected \(what) in \(column), found \"\(found.prefix(40))\"")
    }
}

/// Rows of fields separated by commas, quoted where they hold a comma, a quote or a line's end.
struct RowReader {
    /// One row, and the line it begins on.
    struct Row {
        var line: Int
        var fields: [String]
    }

    private let bytes: [UInt8]
    private var at = 0
    private var line = 1

    init(_ text: String) { bytes = Array(text.utf8) }

    /// The next row; nil after the last one.
    mutating func next() throws(SeriesError) -> Row? {
        guard at < bytes.count else { return nil }
        let first = line
        var fields: [String] = []
        while true {
            fields.append(try field(first))
            guard at < bytes.count else { break }
            let separator = bytes[at]
            at += 1
            if separator == UInt8(ascii: ",") { continue }
            if separator == 0x0D, at < bytes.count, bytes[at] == 0x0A { at += 1 }
            line += 1
            break
        }
        return Row(line: first, fields: fields)
    }

    private mutating func field(_ row: Int) throws(SeriesError) -> String {
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else {
            let start = at
            while at < bytes.count, !Self.isEnd(bytes[at]) { at += 1 }
            return String(decoding: bytes[start..<at], as: UTF8.self)
        }
        at += 1
        var field: [UInt8] = []
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == UInt8(ascii: "\"") {
                guard at < bytes.count, bytes[at] == byte else {
                    guard at == bytes.count || Self.isEnd(bytes[at]) else { break }
                    return String(decoding: field, as: UTF8.self)
                }
                at += 1
            }
            if byte == 0x0A { line += 1 }
            field.append(byte)
        }
        throw PointLine.fault(
            row,
            "a quoted field must end with \" before a comma or the line's end"
        )
    }

    private static func isEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == 0x0A || byte == 0x0D
    }
}
