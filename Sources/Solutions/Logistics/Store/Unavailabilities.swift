import Core
import Store

/// The days on which vehicles of an organisation cannot be booked.
struct Unavailabilities {
    let scope: Scope

    /// Those that touch a period, by vehicle and day.
    func list(
        from: CalendarDate,
        to: CalendarDate,
        vehicle: ID<Vehicle>? = nil,
        in reader: any Reader
    ) throws -> [Unavailability] {
        var sql = """
            SELECT id, vehicle, from_date, to_date, reason FROM logistics_unavailability
            WHERE organisation = ? AND to_date >= ? AND from_date <= ?
            """
        var parameters: [SQLValue] = [.id(scope.organisation), .date(from), .date(to)]
        if let vehicle {
            sql += " AND vehicle = ?"
            parameters.append(.id(vehicle))
        }
        return try reader.query(
            sql + " ORDER BY vehicle, from_date, id LIMIT 20000",
            parameters,
            Self.read
        )
    }

    /// Refuses a day on which the vehicle cannot be booked.
    func check(_ vehicle: ID<Vehicle>, on date: CalendarDate, in reader: any Reader) throws {
        guard let found = try list(from: date, to: date, vehicle: vehicle, in: reader).first else {
            return
        }
        throw GeneralFault(
            .conflict,
            code: "vehicle-unavailable",
            "the vehicle cannot be booked on \(date): \(found.reason) "
                + "(\(found.from) to \(found.to)); choose another vehicle or day"
        )
    }

    func add(_ period: Unavailability, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO logistics_unavailability (id, organisation, vehicle, from_date, to_date,
                reason) VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                .id(period.id), .id(scope.organisation), .id(period.vehicle), .date(period.from),
                .date(period.to), .text(period.reason),
            ]
        )
    }

    /// Removes a period of the vehicle and answers what it was; nil when there is none.
    func remove(
        _ id: ID<Unavailability>,
        of vehicle: ID<Vehicle>,
        in transaction: any Transaction
    ) throws -> Unavailability? {
        let found = try transaction.first(
            """
            SELECT id, vehicle, from_date, to_date, reason FROM logistics_unavailability
            WHERE organisation = ? AND id = ? AND vehicle = ?
            """,
            [.id(scope.organisation), .id(id), .id(vehicle)],
            Self.read
        )
        guard let found else { return nil }
        try transaction.execute(
            "DELETE FROM logistics_unavailability WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .id(id)]
        )
        return found
    }

    private static func read(_ row: any Row) throws -> Unavailability {
        guard let from = CalendarDate(try row.text(2)), let to = CalendarDate(try row.text(3))
        else {
            throw StoreError(.corrupt, "a period of unavailability has no dates")
        }
        return Unavailability(
            id: try row.id(0),
            vehicle: try row.id(1),
            from: from,
            to: to,
            reason: try row.text(4)
        )
    }
}
