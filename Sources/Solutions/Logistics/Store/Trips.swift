import Core
import Store

/// The shared trips of an organisation and the plans that they come from.
struct Trips {
    let scope: Scope

    private static let columns = """
        id, reference, plan, date, depot, vehicle, status, version, created_at, updated_at, body
        """

    // MARK: Trips

    func trip(_ id: ID<TripRecord>, in reader: any Reader) throws -> TripRecord {
        let found = try reader.first(
            "SELECT \(Self.columns) FROM logistics_trip WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .id(id)],
            Self.read
        )
        guard let found else { throw Self.missing(id.description) }
        return found
    }

    static func missing(_ text: String) -> GeneralFault {
        GeneralFault(
            .notFound,
            code: "trip-not-found",
            "there is no trip \"\(text.prefix(60))\""
        )
    }

    /// The open trip that an order belongs to; of several proposals the accepted one.
    func open(of order: ID<Order>, in reader: any Reader) throws -> TripRecord? {
        try reader.first(
            """
            SELECT \(Self.columns) FROM logistics_trip WHERE organisation = ?
                AND status IN ('proposed', 'accepted')
                AND id IN (SELECT trip FROM logistics_trip_order
                    WHERE organisation = ? AND order_id = ?)
            ORDER BY status, created_at DESC, id LIMIT 1
            """,
            [.id(scope.organisation), .id(scope.organisation), .id(order)],
            Self.read
        )
    }

    /// The proposals of a day and depot.
    func proposals(
        on date: CalendarDate,
        depot: ID<Depot>,
        in reader: any Reader
    ) throws -> [TripRecord] {
        try reader.query(
            """
            SELECT \(Self.columns) FROM logistics_trip WHERE organisation = ? AND date = ?
                AND depot = ? AND status = 'proposed' ORDER BY created_at, id
            """,
            [.id(scope.organisation), .date(date), .id(depot)],
            Self.read
        )
    }

    /// The trips that a plan proposed, as they are now.
    func trips(of plan: ID<TripPlanRecord>, in reader: any Reader) throws -> [TripRecord] {
        try reader.query(
            """
            SELECT \(Self.columns) FROM logistics_trip WHERE organisation = ? AND plan = ?
            ORDER BY reference
            """,
            [.id(scope.organisation), .id(plan)],
            Self.read
        )
    }

    /// What a list can be sorted by.
    static let sortable: [ListQuery.Column] = [
        .init("createdAt", "created_at", isNumber: true), .init("date", "date"),
        .init("status", "status"),
    ]

    /// One page of a list, and the cursor of the next.
    func list(
        _ rows: RowFilter,
        _ query: ListQuery,
        in reader: any Reader
    ) throws -> (items: [TripRecord], next: JSON) {
        try query.page(
            Self.columns,
            count: 11,
            of: "logistics_trip",
            where: rows,
            in: reader,
            Self.read
        )
    }

    /// The next `TR-000123`.
    func nextReference(in transaction: any Transaction) throws -> String {
        let number = try transaction.first(
            """
            INSERT INTO logistics_trip_counter (organisation, trips) VALUES (?, 1)
            ON CONFLICT (organisation) DO UPDATE SET trips = logistics_trip_counter.trips + 1
            RETURNING trips
            """,
            [.id(scope.organisation)]
        ) { try $0.int(0) }
        let digits = String(number ?? 0)
        return "TR-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    func add(_ trip: TripRecord, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO logistics_trip (organisation, \(Self.columns))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(scope.organisation), .id(trip.id), .text(trip.reference), .id(trip.plan),
                .date(trip.date), .id(trip.depot), .id(trip.vehicle), .text(trip.status.rawValue),
                .int(trip.version), .time(trip.createdAt), .time(trip.updatedAt),
                .json(trip.body),
            ]
        )
        try link(trip, in: transaction)
    }

    /// Says which orders belong to a trip, those that left it no more.
    private func link(_ trip: TripRecord, in transaction: any Transaction) throws {
        try transaction.execute(
            "DELETE FROM logistics_trip_order WHERE organisation = ? AND trip = ?",
            [.id(scope.organisation), .id(trip.id)]
        )
        for order in trip.orders {
            try transaction.execute(
                """
                INSERT INTO logistics_trip_order (organisation, order_id, trip) VALUES (?, ?, ?)
                ON CONFLICT (organisation, order_id, trip) DO NOTHING
                """,
                [.id(scope.organisation), .id(order), .id(trip.id)]
            )
        }
    }

    func save(_ trip: TripRecord, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            UPDATE logistics_trip SET vehicle = ?, status = ?, version = ?, updated_at = ?, body = ?
            WHERE organisation = ? AND id = ?
            """,
            [
                .id(trip.vehicle), .text(trip.status.rawValue), .int(trip.version),
                .time(trip.updatedAt), .json(trip.body), .id(scope.organisation), .id(trip.id),
            ]
        )
        try link(trip, in: transaction)
    }

    private static func read(_ row: any Row) throws -> TripRecord {
        guard let date = CalendarDate(try row.text(3)),
            let status = TripStatus(rawValue: try row.text(6))
        else { throw StoreError(.corrupt, "a trip has no date or status") }
        return TripRecord(
            id: try row.id(0),
            reference: try row.text(1),
            plan: try row.id(2),
            date: date,
            depot: try row.id(4),
            vehicle: try row.id(5),
            status: status,
            version: Int(try row.int(7)),
            createdAt: try row.timestamp(8),
            updatedAt: try row.timestamp(9),
            body: try row.json(10)
        )
    }

    // MARK: Plans

    func plan(_ id: ID<TripPlanRecord>, in reader: any Reader) throws -> TripPlanRecord {
        let found = try reader.first(
            """
            SELECT id, date, depot, status, created_at, body FROM logistics_trip_plan
            WHERE organisation = ? AND id = ?
            """,
            [.id(scope.organisation), .id(id)],
            Self.readPlan
        )
        guard let found else { throw Self.missingPlan(id.description) }
        return found
    }

    static func missingPlan(_ text: String) -> GeneralFault {
        GeneralFault(
            .notFound,
            code: "trip-plan-not-found",
            "there is no plan of trips \"\(text.prefix(60))\""
        )
    }

    /// The newest plans, of a day and depot when they are named.
    func plans(
        on date: CalendarDate?,
        depot: ID<Depot>?,
        limit: Int,
        in reader: any Reader
    ) throws -> [TripPlanRecord] {
        var rows = RowFilter("organisation = ?", [.id(scope.organisation)])
        rows.add("date = ?", ifAny: date.map { .date($0) } ?? .null)
        rows.add("depot = ?", ifAny: depot.map { .id($0) } ?? .null)
        return try reader.query(
            """
            SELECT id, date, depot, status, created_at, body FROM logistics_trip_plan
            WHERE \(rows.sql) ORDER BY created_at DESC, id DESC LIMIT \(limit)
            """,
            rows.parameters,
            Self.readPlan
        )
    }

    func add(_ plan: TripPlanRecord, in transaction: any Transaction) throws {
        try transaction.execute(
            """
            INSERT INTO logistics_trip_plan (id, organisation, date, depot, status, created_at, body)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(plan.id), .id(scope.organisation), .date(plan.date), .id(plan.depot),
                .text(plan.status.rawValue), .time(plan.createdAt), .json(plan.body),
            ]
        )
    }

    func save(_ plan: TripPlanRecord, in transaction: any Transaction) throws {
        try transaction.execute(
            "UPDATE logistics_trip_plan SET status = ?, body = ? WHERE organisation = ? AND id = ?",
            [
                .text(plan.status.rawValue), .json(plan.body), .id(scope.organisation),
                .id(plan.id),
            ]
        )
    }

    private static func readPlan(_ row: any Row) throws -> TripPlanRecord {
        guard let date = CalendarDate(try row.text(1)),
            let status = TripPlanRecord.Status(rawValue: try row.text(3))
        else { throw StoreError(.corrupt, "a plan of trips has no date or status") }
        return TripPlanRecord(
            id: try row.id(0),
            date: date,
            depot: try row.id(2),
            status: status,
            createdAt: try row.timestamp(4),
            body: try row.json(5)
        )
    }
}

/// When the goods of orders are ready, where that is later than vehicles usually leave.
struct Delays {
    let scope: Scope

    /// In seconds after the usual departure on that day; 0 when nothing was said of it.
    func readySeconds(
        of order: ID<Order>,
        on date: CalendarDate,
        in reader: any Reader
    ) throws -> Int {
        try reader.first(
            """
            SELECT ready_seconds FROM logistics_delay
            WHERE organisation = ? AND order_id = ? AND date = ?
            """,
            [.id(scope.organisation), .id(order), .date(date)]
        ) { Int(try $0.int(0)) } ?? 0
    }

    func keep(
        _ seconds: Int,
        of order: ID<Order>,
        on date: CalendarDate,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO logistics_delay (organisation, order_id, date, ready_seconds, reported_at)
            VALUES (?, ?, ?, ?, ?) ON CONFLICT (organisation, order_id) DO UPDATE SET
                date = excluded.date, ready_seconds = excluded.ready_seconds,
                reported_at = excluded.reported_at
            """,
            [
                .id(scope.organisation), .id(order), .date(date), .int(seconds), .time(now),
            ]
        )
    }
}
