public import Core

extension OrderImport {
    /// The columns of a CSV import; a file may have them in any order.
    ///
    /// One row is one line of an order; rows with the same `reference` are one order, wherever they
    /// stand. What belongs to the order (customer, requestedDate, depot, notes) may be left empty
    /// after its first row, and what belongs to a stop (the address) after the stop's first row.
    /// Rows without any address go to the customer's own.
    public enum Column: String, CaseIterable, Sendable {
        /// What the sender calls the order; required.
        case reference
        /// The customer's e-mail, name or id; required.
        case customer
        /// `YYYY-MM-DD`; required.
        case requestedDate
        /// The depot's name or id; required.
        case depot
        /// Notes on the order.
        case notes
        /// The stop's number from 1; empty means 1.
        case stop
        /// Who receives at the stop; empty means `Stop 1`, `Stop 2` and so on.
        case recipient
        /// Street and number of the stop.
        case street
        /// Postcode of the stop.
        case postcode
        /// Town of the stop.
        case city
        /// Country of the stop, two letters.
        case country
        /// Degrees north.
        case latitude
        /// Degrees east.
        case longitude
        /// What the pieces are; required.
        case name
        /// Length of a piece in millimetres; required.
        case lengthMm
        /// Width of a piece in millimetres; required.
        case widthMm
        /// Height of a piece in millimetres; required.
        case heightMm
        /// Mass of a piece in grams; required.
        case weightGrams
        /// Number of pieces; required.
        case quantity
        /// Which dimensions may stand vertical, separated by `|`; empty means `height`.
        case upright
        /// What a piece carries on top, in grams; empty means no limit.
        case maxLoadGrams
        /// `true` or `false`; empty means `false`.
        case fragile
        /// What the goods are, in kebab case; empty means anything that goes with everything.
        case goodsClass
        /// `0` to `9`, higher first when not everything fits; empty means 0.
        case priority

        static let required: [Column] = [
            .reference, .customer, .requestedDate, .depot, .name, .lengthMm, .widthMm, .heightMm,
            .weightGrams, .quantity,
        ]
        static let ofAddress: [Column] = [
            .recipient, .street, .postcode, .city, .country, .latitude, .longitude,
        ]
    }

    /// Reads CSV (RFC 4180, UTF-8) with a header row.
    ///
    /// Throws only when the file as a whole cannot be read: no CSV, no header, unknown or missing
    /// columns. What is wrong in a row becomes a problem, and rejects the order it belongs to.
    public init(
        csv bytes: some Collection<UInt8>,
        directory: ImportDirectory,
        today: CalendarDate
    ) throws(GeneralFault) {
        let table = try CSVTable(parsing: bytes)
        guard let header = table.rows.first else {
            throw GeneralFault(.malformed, code: "empty-file", "the file is empty")
        }
        let columns = try Self.columns(of: header)
        guard table.rows.count > 1 else {
            throw GeneralFault(.invalid, code: "empty-file", "the file has a header but no rows")
        }
        self.init(orders: [], rejected: 0, problems: [])
        var order: [String] = []
        var groups: [String: OrderRows] = [:]
        for row in table.rows.dropFirst() {
            guard row.fields.count == columns.count else {
                rejected += 1
                let text = "has \(row.fields.count) fields, the header has \(columns.count)"
                add(Problem(row: row.number, field: "", message: text))
                continue
            }
            let cells = ImportRow(number: row.number, columns: columns, fields: row.fields)
            guard let reference = cells[.reference] else {
                rejected += 1
                add(Problem(row: row.number, field: "reference", message: "is required"))
                continue
            }
            if groups[reference] == nil { order.append(reference) }
            groups[reference, default: OrderRows(reference: reference)].rows.append(cells)
        }
        guard order.count <= Self.orderLimit else {
            throw GeneralFault(
                .tooLarge,
                code: "too-many-orders",
                "an import has at most \(Self.orderLimit) orders, this one has \(order.count)"
            )
        }
        for reference in order {
            guard var group = groups[reference] else { continue }
            if let entry = group.read(directory: directory, today: today) {
                orders.append(entry)
            } else {
                rejected += 1
                group.problems.forEach { add($0) }
            }
        }
        problems.sort { $0.row < $1.row }
    }

    private static func columns(of header: CSVTable.Row) throws(GeneralFault) -> [Column] {
        var columns: [Column] = []
        for (index, text) in header.fields.enumerated() {
            let known = Column.allCases.map(\.rawValue)
            let place = "row 1, column \(index + 1): "
            guard let column = Column(rawValue: text) else {
                let near = nearest(to: text, among: known).map { "; did you mean \"\($0)\"?" }
                let names = "; known are " + known.joined(separator: ", ")
                throw GeneralFault(
                    .invalid,
                    code: "unknown-column",
                    "\(place)\"\(text)\" is not a known column\(near ?? names)"
                )
            }
            guard !columns.contains(column) else {
                throw GeneralFault(
                    .invalid,
                    code: "repeated-column",
                    "\(place)\"\(text)\" is there twice"
                )
            }
            columns.append(column)
        }
        let missing = Column.required.filter { !columns.contains($0) }.map(\.rawValue)
        guard missing.isEmpty else {
            throw GeneralFault(
                .invalid,
                code: "missing-column",
                "row 1: the header lacks " + missing.joined(separator: ", ")
            )
        }
        return columns
    }
}
