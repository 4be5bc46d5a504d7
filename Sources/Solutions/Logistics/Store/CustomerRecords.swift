import Core
import Privacy
import Store

/// What the solution keeps about customers in clear: their records and their orders.
struct CustomerRecords: PersonHolder {
    var name: String { "logistics" }

    /// `customer`.
    var kind: String? { "customer" }

    static func subject(_ customer: ID<Customer>) -> DataSubject {
        DataSubject("customer", customer)
    }

    private func id(_ subject: DataSubject) -> ID<Customer>? {
        subject.kind == "customer" ? ID<Customer>(subject.id) : nil
    }

    func knows(_ subject: DataSubject, scope: Scope, in reader: any Reader) throws -> Bool {
        guard let id = id(subject) else { return false }
        return try reader.exists(
            "SELECT 1 FROM logistics_customer WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .id(id)]
        )
    }

    func names(
        of subject: DataSubject,
        scope: Scope,
        in reader: any Reader
    ) throws -> [String] {
        guard let id = id(subject) else { return [] }
        let customer = try Fleet(scope: scope).customer(id, in: reader)
        guard !customer.isErased else { return [] }
        return [customer.name, customer.email, customer.phone].compactMap(\.self)
    }

    /// `{"customer","orders","events","decisions"}`.
    func export(_ subject: DataSubject, scope: Scope, in reader: any Reader) throws -> JSON? {
        guard let id = id(subject) else { return nil }
        let orders = try orders(of: id, scope, in: reader)
        var events: [JSON] = []
        var decisions: [JSON] = []
        for order in orders {
            let about = OrderView.subject(order)
            events += try reader.query(
                """
                SELECT type, time, data FROM event WHERE organisation = ? AND subject = ? ORDER BY seq
                """,
                [.id(scope.organisation), .text(about)]
            ) { row -> JSON in
                [
                    "type": .string(try row.text(0)), "time": try row.timestamp(1).json,
                    "subject": .string(about), "data": try row.json(2),
                ]
            }
            decisions += try reader.query(
                """
                SELECT id, agent, at, body FROM decision
                WHERE organisation = ? AND subject = ? ORDER BY at, id
                """,
                [.id(scope.organisation), .text(about)]
            ) { row -> JSON in
                let body = try row.json(3)
                return [
                    "id": .string(try row.text(0)), "agent": .string(try row.text(1)),
                    "at": try row.timestamp(2).json, "subject": .string(about),
                    "choice": body["choice"] ?? .null, "rationale": body["rationale"] ?? .null,
                ]
            }
        }
        return [
            "customer": try Fleet(scope: scope).customer(id, in: reader).json,
            "orders": .array(
                try orders.map { try Orders(scope: scope).text($0, in: reader).value() }
            ),
            "events": .array(events), "decisions": .array(decisions),
        ]
    }

    func erase(
        _ subject: DataSubject,
        scope: Scope,
        at now: Timestamp,
        in transaction: any Transaction
    ) throws -> [(what: String, count: Int)] {
        guard let id = id(subject) else { return [] }
        let customer = try Fleet(scope: scope).customer(id, in: transaction).erased
        let changed = try transaction.executeCounting(
            """
            UPDATE logistics_customer SET name = ?, search = ?, body = ?
            WHERE organisation = ? AND id = ?
            """,
            [
                .text(customer.name), .text(SearchText.of(customer.name)), .json(customer.json),
                .id(scope.organisation), .id(id),
            ]
        )
        let store = Orders(scope: scope)
        let orders = try orders(of: id, scope, in: transaction)
        for id in orders {
            var order = try store.order(id, in: transaction)
            order.erasePerson(at: now)
            try store.save(order, in: transaction)
            try transaction.execute(
                "UPDATE logistics_order SET search = ? WHERE organisation = ? AND id = ?",
                [
                    .text(SearchText.of(order.reference)), .id(scope.organisation), .id(id),
                ]
            )
        }
        return [("customers", changed), ("orders", orders.count)]
    }

    private func orders(
        of customer: ID<Customer>,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> [ID<Order>] {
        try reader.query(
            """
            SELECT id FROM logistics_order WHERE organisation = ? AND customer = ?
            ORDER BY created_at, id
            """,
            [.id(scope.organisation), .id(customer)]
        ) { try $0.id(0) }
    }
}
