import Core
import Store

/// The orders of an organisation.
struct Orders {
    let scope: Scope

    func order(_ id: ID<Order>, in reader: any Reader) throws -> Order {
        let found = try reader.first(
            "SELECT body FROM logistics_order WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .id(id)]
        ) { try Order(record: try $0.json(0)) }
        guard let found else {
            throw GeneralFault(.notFound, code: "order-not-found", "there is no order \(id)")
        }
        return found
    }

    /// Everything about an order, as ``OrderDocument`` made it when it last changed.
    func text(_ id: ID<Order>, in reader: any Reader) throws -> JSONText {
        var found: JSONText?
        try reader.forEach(
            "SELECT body FROM logistics_order WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .id(id)]
        ) { row in
            try row.withText(0) { body in
                let text = JSONText(trusted: body.withUnsafeBufferPointer(Array.init))
                // Records of the first versions keep the order alone, and lack its totals too, which
                // are found sooner.
                found =
                    JSONText.member("itemCount", of: body) != nil
                    ? text
                    : try OrderDocument(scope: scope).text(
                        of: Order(record: text.value()),
                        in: reader
                    )
            }
        }
        guard let found else {
            throw GeneralFault(.notFound, code: "order-not-found", "there is no order \(id)")
        }
        return found
    }

    func exists(_ id: ID<Order>, in reader: any Reader) throws -> Bool {
        try reader.exists(
            "SELECT 1 FROM logistics_order WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .id(id)]
        )
    }

    /// The next `LO-000123` that no order has.
    func nextReference(in transaction: any Transaction) throws -> String {
        while true {
            let number = try transaction.first(
                """
                INSERT INTO logistics_counter (organisation, orders) VALUES (?, 1)
                ON CONFLICT (organisation) DO UPDATE SET orders = logistics_counter.orders + 1
                RETURNING orders
                """,
                [.id(scope.organisation)]
            ) { try $0.int(0) }
            let digits = String(number ?? 0)
            let reference = "LO-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
            if try !isTaken(reference, in: transaction) { return reference }
        }
    }

    func isTaken(_ reference: String, in reader: any Reader) throws -> Bool {
        try reader.exists(
            "SELECT 1 FROM logistics_order WHERE organisation = ? AND reference = ?",
            [.id(scope.organisation), .text(reference)]
        )
    }

    /// Adds an order and answers its text.
    func add(
        _ order: Order,
        customer: Customer,
        depot: Depot,
        in transaction: any Transaction
    ) throws -> JSONText {
        let text = OrderDocument.fresh(order, customer: customer, depot: depot)
        let search = SearchText.of(
            order.reference,
            customer.name,
            order.deliveries.last?.address.city,
            order.notes
        )
        try transaction.execute(
            """
            INSERT INTO logistics_order (id, organisation, reference, customer, status,
                requested_date, search, created_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .id(order.id), .id(scope.organisation), .text(order.reference),
                .id(order.customer), .text(order.status.rawValue), .date(order.requestedDate),
                .text(search), .time(order.createdAt), .json(text),
            ]
        )
        try OrderSearch.mark(order.id, scope, in: transaction)
        try OrderPromises(scope: scope).keep(order, in: transaction)
        return text
    }

    /// Stores an order with everything that is shown of it, and answers the text.
    @discardableResult
    func save(_ order: Order, in transaction: any Transaction) throws -> JSONText {
        let text = try OrderDocument(scope: scope).text(of: order, in: transaction)
        try transaction.execute(
            """
            UPDATE logistics_order SET status = ?, requested_date = ?, body = ?
            WHERE organisation = ? AND id = ?
            """,
            [
                .text(order.status.rawValue), .date(order.requestedDate), .json(text),
                .id(scope.organisation), .id(order.id),
            ]
        )
        try OrderSearch.mark(order.id, scope, in: transaction)
        try OrderPromises(scope: scope).keep(order, in: transaction)
        return text
    }

    func counts(in reader: any Reader) throws -> [OrderStatus: Int] {
        let rows = try reader.query(
            "SELECT status, count(*) FROM logistics_order WHERE organisation = ? GROUP BY status",
            [.id(scope.organisation)]
        ) { (OrderStatus(rawValue: try $0.text(0)), Int(try $0.int(1))) }
        return rows.reduce(into: [:]) { counts, row in
            if let status = row.0 { counts[status] = row.1 }
        }
    }
}
