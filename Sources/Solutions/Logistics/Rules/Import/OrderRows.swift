import Core

/// One row of a CSV import, its fields found by column.
struct ImportRow: Sendable {
    /// The row's number, the header being 1.
    let number: Int
    private let values: [OrderImport.Column: String]

    init(number: Int, columns: [OrderImport.Column], fields: [String]) {
        self.number = number
        var values: [OrderImport.Column: String] = [:]
        for (column, field) in zip(columns, fields) {
            let trimmed = field.trimmed
            if !trimmed.isEmpty { values[column] = trimmed }
        }
        self.values = values
    }

    /// The field without white space around it, nil when empty.
    subscript(column: OrderImport.Column) -> String? { values[column] }

    /// The field as a JSON number when it looks like one, else as text; nil when empty.
    func number(_ column: OrderImport.Column) -> JSON? {
        guard let text = self[column] else { return nil }
        if let int = Int64(text) { return .int(int) }
        let plain = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x2D }
        if plain, let double = Double(text) { return .double(double) }
        return .string(text)
    }
}

/// The rows of one order, and what is wrong with them.
struct OrderRows: Sendable {
    let reference: String
    var rows: [ImportRow] = []
    private(set) var problems: [OrderImport.Problem] = []

    init(reference: String) {
        self.reference = reference
    }

    /// The order; nil when there are problems.
    mutating func read(directory: ImportDirectory, today: CalendarDate) -> OrderImport.Entry? {
        guard let first = rows.first else { return nil }
        if reference.unicodeScalars.count > 60 {
            report(first, .reference, "must have at most 60 characters")
        }
        let customer = shared(.customer) { text throws(GeneralFault) in
            try directory.customer(text)
        }
        let depot = shared(.depot) { text throws(GeneralFault) in try directory.depot(text) }
        let date = shared(.requestedDate) { text throws(GeneralFault) in
            try JSONReader(.string(text)).date(onOrAfter: today)
        }
        let notes = shared(.notes, required: false) { text throws(GeneralFault) in
            try JSONReader(.string(text)).text(0...2_000, lines: true)
        }
        let stops = rows.map { stop(of: $0) }
        let items = rows.enumerated().map { item($1, number: $0 + 1, stop: stops[$0]) }
        let deliveries = self.deliveries(stops: stops)
        guard problems.isEmpty, let customer, let depot, let date else { return nil }
        let draft = OrderDraft(
            customer: customer,
            reference: reference,
            requestedDate: date,
            depot: depot,
            deliveries: deliveries,
            notes: notes,
            items: items
        )
        // What concerns the order as a whole: the number of lines and pieces, gaps between stops.
        do throws(GeneralFault) {
            let checked = try OrderDraft(reading: JSONReader(draft.json), today: today)
            return OrderImport.Entry(draft: checked, row: first.number)
        } catch {
            problems.append(.init(row: first.number, field: "reference", message: error.message))
            return nil
        }
    }

    private mutating func report(
        _ row: ImportRow,
        _ column: OrderImport.Column,
        _ message: String
    ) {
        problems.append(.init(row: row.number, field: column.rawValue, message: message))
    }

    /// What belongs to the order: given in its first row, and nowhere else differently.
    private mutating func shared<Value>(
        _ column: OrderImport.Column,
        required: Bool = true,
        _ read: (String) throws(GeneralFault) -> Value
    ) -> Value? {
        guard let first = rows.first, let text = first[column] else {
            if required, let first = rows.first { report(first, column, "is required") }
            return nil
        }
        for row in rows.dropFirst() {
            if let other = row[column], other != text {
                report(row, column, "is \"\(other)\", but \"\(text)\" in row \(first.number)")
            }
        }
        do throws(GeneralFault) {
            return try read(text)
        } catch {
            report(first, column, error.message)
            return nil
        }
    }

    private mutating func stop(of row: ImportRow) -> Int {
        guard let value = row.number(.stop) else { return 1 }
        do throws(GeneralFault) {
            return try JSONReader(value).int(in: 1...Delivery.limit)
        } catch {
            report(row, .stop, error.message)
            return 1
        }
    }

    private mutating func item(_ row: ImportRow, number: Int, stop: Int) -> OrderItem {
        var json: JSON = ["stop": .int(stop)]
        json["name"] = row[.name].map(JSON.string)
        json["goodsClass"] = row[.goodsClass].map(JSON.string)
        for column in [
            OrderImport.Column.lengthMm, .widthMm, .heightMm, .weightGrams, .quantity,
            .maxLoadGrams, .priority,
        ] {
            json[column.rawValue] = row.number(column)
        }
        if let text = row[.upright] {
            json["upright"] = .array(text.split(separator: "|").map { .string(String($0).trimmed) })
        }
        if let text = row[.fragile] {
            json["fragile"] = ["true": true, "false": false][text.lowercased()] ?? .string(text)
        }
        let sound = OrderItem(
            id: "item-\(number)",
            name: "-",
            lengthMm: 1,
            widthMm: 1,
            heightMm: 1,
            weightGrams: 1,
            quantity: 1
        )
        return readAll(row, json, instead: sound.json) { reader throws(GeneralFault) in
            try OrderItem(reading: reader, number: number)
        } ?? sound
    }

    private mutating func deliveries(stops: [Int]) -> [Delivery]? {
        let addressed = rows.contains { row in
            OrderImport.Column.ofAddress.contains { row[$0] != nil }
        }
        guard addressed else { return nil }
        var deliveries: [Int: Delivery] = [:]
        for (row, stop) in zip(rows, stops) {
            let given = OrderImport.Column.ofAddress.filter { row[$0] != nil }
            guard !given.isEmpty || deliveries[stop] == nil else { continue }
            guard let address = address(row, stop: stop) else { continue }
            if let earlier = deliveries[stop], earlier.address != address {
                report(row, .stop, "stop \(stop) has another address in an earlier row")
            } else {
                deliveries[stop] = Delivery(stop: stop, address: address)
            }
        }
        return deliveries.values.sorted { $0.stop < $1.stop }
    }

    private mutating func address(_ row: ImportRow, stop: Int) -> Address? {
        var json: JSON = ["name": .string(row[.recipient] ?? "Stop \(stop)")]
        for column in [OrderImport.Column.street, .postcode, .city, .country] {
            json[column.rawValue] = row[column].map(JSON.string)
        }
        json["latitude"] = row.number(.latitude)
        json["longitude"] = row.number(.longitude)
        let sound: JSON = [
            "name": "-", "street": "-", "postcode": "-", "city": "-", "country": "DE",
            "latitude": 0, "longitude": 0,
        ]
        return readAll(row, json, instead: sound) { reader throws(GeneralFault) in
            try Address(reading: reader)
        }
    }

    /// Reads a row's part and reports every field that is wrong, not only the first.
    ///
    /// After a problem the field gets a sound value and reading starts again.
    private mutating func readAll<Value>(
        _ row: ImportRow,
        _ json: JSON,
        instead sound: JSON,
        _ read: (JSONReader) throws(GeneralFault) -> Value
    ) -> Value? {
        var json = json
        var replaced: Set<String> = []
        while true {
            do throws(GeneralFault) {
                return try read(JSONReader(json))
            } catch {
                let pointer = error.pointer ?? ""
                let field = String(pointer.dropFirst().prefix { $0 != "/" })
                let column = field == "name" && sound["street"] != nil ? "recipient" : field
                problems.append(.init(row: row.number, field: column, message: error.message))
                guard let value = sound[field], replaced.insert(field).inserted else { return nil }
                json[field] = value
            }
        }
    }
}

extension String {
    /// The text without white space at either end.
    var trimmed: String {
        var rest = self[...]
        while let first = rest.first, first.isWhitespace {
            rest.removeFirst()
        }
        while let last = rest.last, last.isWhitespace {
            rest.removeLast()
        }
        return String(rest)
    }
}
