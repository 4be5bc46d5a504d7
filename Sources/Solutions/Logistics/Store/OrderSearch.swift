import Core
import Privacy
import Search
import Store

/// What of an order is found by search: reference, customer, places, goods, notes and status.
///
/// Whoever may read orders reads all of that in them, so all of them may find it.
enum OrderSearch {
    static let source = SearchSource(
        collection: "orders",
        title: "Orders",
        roles: LogisticsTools.readers,
        link: { "/api/orders/\($0)" },
        document: document
    )

    /// Notes the orders there are, for the first time that they can be found.
    static let migrations: [Migration] = [
        Migration(
            "logistics-search",
            1,
            "documents of the orders there are",
            [
                """
                INSERT INTO search_pending (organisation, collection, id)
                SELECT organisation, 'orders', id FROM logistics_order
                """
            ]
        )
    ]

    /// Notes that an order, or something that is found of it, has changed.
    static func mark(
        _ id: ID<Order>,
        _ scope: Scope,
        in transaction: any Transaction
    ) throws {
        try SearchQueue.mark(
            id.description,
            in: source.collection,
            of: scope.organisation,
            transaction: transaction
        )
    }

    private static func document(
        _ id: String,
        _ scope: Scope,
        _ reader: any Reader
    ) throws -> SearchDocument? {
        let orders = Orders(scope: scope)
        guard let id = ID<Order>(id), try orders.exists(id, in: reader) else { return nil }
        let order = try orders.order(id, in: reader)
        let fleet = Fleet(scope: scope)
        let customer = try fleet.customer(order.customer, in: reader)
        let depot = try fleet.depot(order.depot, in: reader)
        let places = order.deliveries.map(\.address)
        var lines = [customer.name, depot.name]
        lines += places.map { place in
            [place.name, place.street, "\(place.postcode) \(place.city)", place.country]
                .joined(separator: ", ")
        }
        lines += Set(order.items.map(\.name)).sorted()
        if let notes = order.notes { lines.append(notes) }
        if let reason = order.statusReason { lines.append(reason) }
        return SearchDocument(
            id: id.description,
            title: String(order.reference.prefix(SearchDocument.longestTitle)),
            body: String(lines.joined(separator: "\n").prefix(SearchDocument.longestBody)),
            fields: [
                "status": .string(order.status.rawValue), "customerId": order.customer.json,
                "requestedDate": .string(order.requestedDate.description),
                "depot": .string(depot.name),
                "city": .array(Set(places.map(\.city)).sorted().prefix(64).map(JSON.string)),
                "country": .array(Set(places.map(\.country)).sorted().prefix(64).map(JSON.string)),
            ],
            person: CustomerRecords.subject(order.customer).description
        )
    }
}
