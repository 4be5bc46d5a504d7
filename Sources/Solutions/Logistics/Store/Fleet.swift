import Core
import Store

/// Customers, depots and vehicles of an organisation.
struct Fleet {
    let scope: Scope

    func customer(_ id: ID<Customer>, in reader: any Reader) throws -> Customer {
        try one("logistics_customer", "customer", id, in: reader, Customer.init(reading:))
    }

    func depot(_ id: ID<Depot>, in reader: any Reader) throws -> Depot {
        try one("logistics_depot", "depot", id, in: reader, Depot.init(reading:))
    }

    func vehicle(_ id: ID<Vehicle>, in reader: any Reader) throws -> Vehicle {
        try one("logistics_vehicle", "vehicle", id, in: reader, Vehicle.init(reading:))
    }

    func depots(in reader: any Reader) throws -> [Depot] {
        try list("logistics_depot", in: reader, Depot.init(reading:))
    }

    func vehicles(in reader: any Reader) throws -> [Vehicle] {
        try list("logistics_vehicle", in: reader, Vehicle.init(reading:))
    }

    func customers(matching text: String?, in reader: any Reader) throws -> [Customer] {
        try reader.query(
            """
            SELECT body FROM logistics_customer
            WHERE organisation = ? AND search LIKE ? ESCAPE '!' ORDER BY name LIMIT 1000
            """,
            [.id(scope.organisation), .text("%" + SearchText.escaped(text ?? "") + "%")]
        ) { try Customer(reading: JSONReader(try $0.json(0))) }
    }

    /// One page of the customers whose name, e-mail or city has `text`.
    func customers(
        matching text: String?,
        _ query: ListQuery,
        in reader: any Reader
    ) throws -> (items: [Customer], next: JSON) {
        let sql = """
            SELECT body\(query.columns) FROM logistics_customer
            WHERE organisation = ? AND search LIKE ? ESCAPE '!'
            """
        let pattern = "%" + SearchText.escaped(text ?? "") + "%"
        let rows = try reader.query(
            sql + query.condition + query.ending,
            [.id(scope.organisation), .text(pattern)] + query.parameters
        ) { row in
            (
                value: try Customer(reading: JSONReader(try row.json(0))),
                place: try query.place(in: row, from: 1)
            )
        }
        return query.page(rows)
    }

    /// The vehicles that nobody has booked on `date` and that nothing keeps in the yard.
    func available(on date: CalendarDate, in reader: any Reader) throws -> [Vehicle] {
        let away = Set(
            try Unavailabilities(scope: scope).list(from: date, to: date, in: reader)
                .map(\.vehicle.description)
        )
        let taken = away.union(
            try reader.query(
                """
                SELECT vehicle FROM logistics_booking
                WHERE organisation = ? AND date = ? AND status <> 'released'
                """,
                [.id(scope.organisation), .date(date)]
            ) { try $0.text(0) }
        )
        return try vehicles(in: reader).filter { !taken.contains($0.id.description) }
    }

    func add(_ customer: Customer, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO logistics_customer (id, organisation, name, search, body)
            VALUES (?, ?, ?, ?, ?) ON CONFLICT (organisation, id) DO NOTHING
            """,
            [
                .id(customer.id), .id(scope.organisation), .text(customer.name),
                .text(SearchText.of(customer.name, customer.email, customer.address.city)),
                .json(customer.json),
            ]
        )
    }

    func add(_ depot: Depot, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO logistics_depot (id, organisation, name, body) VALUES (?, ?, ?, ?)
            ON CONFLICT (organisation, id) DO NOTHING
            """,
            [.id(depot.id), .id(scope.organisation), .text(depot.name), .json(depot.json)]
        )
    }

    func add(_ vehicle: Vehicle, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO logistics_vehicle (id, organisation, name, depot, body)
            VALUES (?, ?, ?, ?, ?) ON CONFLICT (organisation, id) DO NOTHING
            """,
            [
                .id(vehicle.id), .id(scope.organisation), .text(vehicle.name),
                .id(vehicle.depot), .json(vehicle.record),
            ]
        )
    }

    private func one<Value, Subject>(
        _ table: String,
        _ noun: String,
        _ id: ID<Subject>,
        in reader: any Reader,
        _ read: (JSONReader) throws -> Value
    ) throws -> Value {
        let found = try reader.first(
            "SELECT body FROM \(table) WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .id(id)]
        ) { try read(JSONReader(try $0.json(0))) }
        guard let found else {
            throw GeneralFault(.notFound, code: "\(noun)-not-found", "there is no \(noun) \(id)")
        }
        return found
    }

    private func list<Value>(
        _ table: String,
        in reader: any Reader,
        _ read: (JSONReader) throws -> Value
    ) throws -> [Value] {
        try reader.query(
            "SELECT body FROM \(table) WHERE organisation = ? ORDER BY name",
            [.id(scope.organisation)]
        ) { try read(JSONReader(try $0.json(0))) }
    }
}

/// Text as it is searched: lower case, and escaped where it is looked for.
enum SearchText {
    static func of(_ parts: String?...) -> String {
        parts.compactMap { $0?.lowercased() }.joined(separator: " ")
    }

    /// `LIKE`'s wildcards would match anything: they are left out of what is looked for; `!` escapes.
    static func escaped(_ text: String) -> String {
        text.lowercased().filter { $0 != "%" && $0 != "_" }.replacing("!", with: "!!")
    }
}
