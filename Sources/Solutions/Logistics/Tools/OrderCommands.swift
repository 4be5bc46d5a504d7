import Agents
import Channels
import Core
import Platform
import Privacy
import Store

extension LogisticsTools {
    func orderCommands() throws -> [Tool] {
        [
            try createOrder(), try changeOrder(), try retryOrder(), try importOrders(),
            try updateOrderStatus(), try bulkOrders(),
        ]
    }

    private func createOrder() throws -> Tool {
        try Tool(
            name: "logistics.create-order",
            purpose: "Places an order; agents then process it.",
            input: schemas.createOrder,
            output: LogisticsShapes.order,
            roles: Self.planners,
            body: .writeDocument { [self] input, invocation in
                let draft = try OrderDraft(reading: input, today: today(invocation))
                return { transaction in
                    try place(draft, id: kernel.ids.next(), by: invocation, in: transaction)
                }
            }
        )
    }

    /// Stores a new order and tells the world.
    func place(
        _ draft: OrderDraft,
        id: ID<Order>,
        by invocation: Invocation,
        in transaction: any Transaction
    ) throws -> JSONText {
        let scope = invocation.scope
        let orders = Orders(scope: scope)
        let fleet = Fleet(scope: scope)
        let customer = try known("/customerId") {
            try fleet.customer(draft.customer, in: transaction)
        }
        guard !customer.isErased else {
            throw GeneralFault(
                .invalid,
                code: "customer-erased",
                "the customer was erased and can order nothing",
                pointer: "/customerId"
            )
        }
        let depot = try known("/pickup/depotId") { try fleet.depot(draft.depot, in: transaction) }
        if let reference = draft.reference, try orders.isTaken(reference, in: transaction) {
            throw GeneralFault(
                .conflict,
                code: "reference-taken",
                "there is already an order with the reference \"\(reference)\"",
                pointer: "/reference"
            )
        }
        let order = Order(
            id: id,
            reference: try draft.reference ?? orders.nextReference(in: transaction),
            draft: draft,
            customer: customer,
            at: invocation.now,
            by: scope.actor
        )
        let text = try orders.add(order, customer: customer, depot: depot, in: transaction)
        try emit("order.placed", order, by: invocation, in: transaction)
        return text
    }

    /// A thing that the body names but that is not there is the body's mistake, not a missing page.
    private func known<Value>(_ pointer: String, _ find: () throws -> Value) throws -> Value {
        do {
            return try find()
        } catch let fault as GeneralFault where fault.kind == .notFound {
            throw GeneralFault(.invalid, code: fault.code, fault.message, pointer: pointer)
        }
    }

    func emit(
        _ type: String,
        _ order: Order,
        reason: String? = nil,
        _ more: JSON = [:],
        by invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        var data: JSON = [
            "orderId": order.id.json, "reference": .string(order.reference),
            "status": .string(order.status.rawValue), "customerId": order.customer.json,
            "requestedDate": .string(order.requestedDate.description),
            "reason": .optional(reason),
        ]
        for member in more.object ?? [:] { data[member.key] = member.value }
        try kernel.emit(
            type,
            about: OrderView.subject(order.id),
            data,
            by: invocation,
            in: transaction
        )
    }

    func shown(_ order: Order, _ scope: Scope, in reader: any Reader) throws -> JSON {
        try Orders(scope: scope).text(order.id, in: reader).value()
    }

    private func changeOrder() throws -> Tool {
        var schema = schemas.patchOrder
        schema["properties"]?["id"] = Self.text
        return try Tool(
            name: "logistics.change-order",
            purpose:
                "Changes an order's notes or date, cancels it, or reports it dispatched or delivered.",
            input: schema,
            output: LogisticsShapes.order,
            roles: Self.planners,
            body: .write { [self] input, invocation in
                let id = try Self.orderID(input.member("id"))
                var fields = input.value
                fields["id"] = nil
                let patch = try OrderPatch(reading: JSONReader(fields), today: today(invocation))
                try Self.checkByHand(patch)
                return { transaction in
                    let scope = invocation.scope
                    var order = try Orders(scope: scope).order(id, in: transaction)
                    try invocation.expected?.check(order.version, of: "order \(order.reference)")
                    try order.apply(patch, at: invocation.now, by: scope.actor)
                    try Orders(scope: scope).save(order, in: transaction)
                    if let status = patch.status {
                        try follow(order, status, patch.reason, invocation, in: transaction)
                    }
                    return try shown(order, scope, in: transaction)
                }
            }
        )
    }

    /// What agents do, people do not do by a mere change of status.
    private static func checkByHand(_ patch: OrderPatch) throws {
        guard let status = patch.status, ![.cancelled, .dispatched, .delivered].contains(status)
        else { return }
        throw GeneralFault(
            .conflict,
            code: "illegal-transition",
            "\"\(status.rawValue)\" is reached by processing; by hand an order becomes cancelled, "
                + "dispatched or delivered (a failed one is tried again with /retry)",
            pointer: "/status",
            details: ["allowed": ["cancelled", "dispatched", "delivered"]]
        )
    }

    /// What a change of status by hand brings with it, in the same transaction.
    func follow(
        _ order: Order,
        _ status: OrderStatus,
        _ reason: String?,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        let scope = invocation.scope
        let bookings = Bookings(scope: scope)
        var more: JSON = [:]
        switch status {
        case .cancelled:
            // A shared trip that it leaves is planned again.
            if let trip = try Trips(scope: scope).open(of: order.id, in: transaction) {
                more["tripId"] = trip.id.json
            }
            // Runs keep it for good.
            let cause =
                try reason.map {
                    try kernel.privacy.seal(
                        $0,
                        as: LogisticsSolution.reasonField,
                        of: CustomerRecords.subject(order.customer),
                        scope.organisation,
                        in: transaction
                    )
                } ?? "cancelled by \(scope.actor.name)"
            try kernel.workflows.abortAll(
                about: OrderView.subject(order.id),
                organisation: scope.organisation,
                cause: cause,
                in: transaction
            )
            let released = try bookings.moveAll(of: order.id, to: .released, in: transaction)
            if released > 0 {
                try tellCustomer(.cancelled(reason), order, invocation, in: transaction)
            }
        case .dispatched:
            try bookings.moveAll(of: order.id, to: .dispatched, in: transaction)
            try followTrip(of: order, invocation, in: transaction)
        case .delivered: try bookings.moveAll(of: order.id, to: .delivered, in: transaction)
        default: break
        }
        try emit(
            "order.\(status.rawValue)",
            order,
            reason: reason,
            more,
            by: invocation,
            in: transaction
        )
    }

    private func retryOrder() throws -> Tool {
        try Tool(
            name: "logistics.retry-order",
            purpose: "Starts the processing of a failed order again.",
            input: Self.object([("id", Self.text)], required: ["id"]),
            output: LogisticsShapes.order,
            roles: Self.planners,
            body: .write { [self] input, invocation in
                let id = try Self.orderID(input.member("id"))
                return { transaction in
                    let scope = invocation.scope
                    var order = try Orders(scope: scope).order(id, in: transaction)
                    try invocation.expected?.check(order.version, of: "order \(order.reference)")
                    try order.retry(at: invocation.now, by: scope.actor)
                    try Orders(scope: scope).save(order, in: transaction)
                    try emit("order.retried", order, by: invocation, in: transaction)
                    return try shown(order, scope, in: transaction)
                }
            }
        )
    }

    private func importOrders() throws -> Tool {
        try Tool(
            name: "logistics.import-orders",
            purpose:
                "Places the orders of a CSV or JSON file: all of them, or with partial the good ones.",
            input: Self.object(
                [
                    ("format", ["enum": ["csv", "json"]]), ("text", ["type": "string"]),
                    ("partial", ["type": "boolean"]),
                ],
                required: ["format", "text"]
            ),
            output: LogisticsShapes.importReport,
            roles: Self.planners,
            body: .write { [self] input, invocation in
                let scope = invocation.scope
                let text = input.value["text"]?.string ?? ""
                let partial = input.value["partial"]?.bool ?? false
                let directory = try await kernel.database.read { reader in
                    let fleet = Fleet(scope: scope)
                    return ImportDirectory(
                        customers: try fleet.customers(matching: nil, in: reader),
                        depots: try fleet.depots(in: reader)
                    )
                }
                let today = today(invocation)
                let read =
                    input.value["format"]?.string == "json"
                    ? try OrderImport(
                        json: Self.parsed(text),
                        directory: directory,
                        today: today
                    )
                    : try OrderImport(csv: Array(text.utf8), directory: directory, today: today)
                return { transaction in
                    guard read.isAcceptable(partial: partial) else {
                        throw GeneralFault(
                            .invalid,
                            code: "import-refused",
                            "nothing was imported: \(read.rejected) of the orders have errors",
                            details: read.json(partial: partial).object ?? [:]
                        )
                    }
                    var report = read
                    for entry in read.orders {
                        do {
                            try transaction.attempt {
                                _ = try place(
                                    entry.draft,
                                    id: kernel.ids.next(),
                                    by: invocation,
                                    in: transaction
                                )
                            }
                        } catch let fault as GeneralFault where fault.code == "reference-taken" {
                            report.orders.removeAll { $0.row == entry.row }
                            report.rejected += 1
                            report.problems.append(
                                .init(row: entry.row, field: "reference", message: fault.message)
                            )
                        }
                    }
                    guard report.isAcceptable(partial: partial) else {
                        throw GeneralFault(
                            .invalid,
                            code: "import-refused",
                            "nothing was imported: \(report.rejected) of the orders have errors",
                            details: report.json(partial: partial).object ?? [:]
                        )
                    }
                    return report.json(partial: partial)
                }
            }
        )
    }

    private static func parsed(_ text: String) throws -> JSON {
        do {
            return try JSON(parsing: text)
        } catch {
            throw GeneralFault(.malformed, code: "malformed-json", "the file is not JSON: \(error)")
        }
    }

    /// A reason for people: an agent's or a tool's error may be of any length, and failing must work.
    static func reason(_ text: String) -> String {
        text.count > 2_000 ? text.prefix(1_999) + "…" : text
    }

    private func updateOrderStatus() throws -> Tool {
        try Tool(
            name: "logistics.update-order-status",
            purpose:
                "Records how far processing has come; booked takes a vehicle for every load, and failing "
                + "releases every booking.",
            input: Self.object(
                [
                    ("orderId", Self.id), ("status", ["enum": ["analysed", "booked", "failed"]]),
                    ("reason", ["type": "string"]),
                ],
                required: ["orderId", "status"]
            ),
            output: Shape.record(
                nil,
                [("orderId", Shape.id), ("status", LogisticsShapes.orderStatus)]
            ),
            body: .write { [self] input, invocation in
                let id = try input.member("orderId").id(Order.self)
                let status = try input.member("status").choice(OrderStatus.self)
                let reason = try input.optional("reason").map { try Self.reason($0.string()) }
                return { transaction in
                    let scope = invocation.scope
                    var order = try Orders(scope: scope).order(id, in: transaction)
                    if order.status != status {
                        if status == .booked {
                            try Self.checkBooked(order, scope: scope, in: transaction)
                        }
                        try order.move(
                            to: status,
                            at: invocation.now,
                            by: scope.actor,
                            reason: reason
                        )
                        try Orders(scope: scope).save(order, in: transaction)
                        if status == .failed {
                            try Bookings(scope: scope).moveAll(
                                of: id,
                                to: .released,
                                in: transaction
                            )
                        }
                        try emit(
                            "order.\(status.rawValue)",
                            order,
                            reason: reason,
                            by: invocation,
                            in: transaction
                        )
                    }
                    return ["orderId": id.json, "status": .string(status.rawValue)]
                }
            }
        )
    }

    /// An order is booked when every load of one way to load it has its vehicle, whoever says so.
    private static func checkBooked(
        _ order: Order,
        scope: Scope,
        in reader: any Reader
    ) throws {
        let booked = try SavedLayout.booked(order.id, scope: scope, in: reader)
        let named = Set(booked.compactMap(\.load))
        let missing = try LayoutLoads(of: order.id, scope: scope, in: reader)?.missing(from: named)
        guard let missing = missing ?? (booked.isEmpty ? "0/0" : nil) else { return }
        throw GeneralFault(
            .conflict,
            code: "load-not-booked",
            "order \(order.reference) is not booked: load \(missing) has no vehicle"
        )
    }
}
