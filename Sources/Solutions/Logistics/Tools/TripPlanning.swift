import Agents
import Core
import Objects
import Platform
import Store

/// What the consolidator plans with.
extension LogisticsTools {
    func tripPlanningTools() throws -> [Tool] {
        [try collectTrips(), try consolidate(), try proposeTrips(), try failTripPlan()]
    }

    private static let planID: (String, JSON) = ("planId", Shape.id)
    private static let alone = Shape.list(
        of: Shape.record(
            nil,
            [("orderId", Shape.id), ("reference", Shape.text), ("reason", Shape.text)]
        )
    )

    private func collectTrips() throws -> Tool {
        try Tool(
            name: "logistics.collect-trips",
            purpose:
                "Lists the orders of a plan's day and depot that could share vehicles, and why others not.",
            input: Self.object([Self.planID], required: ["planId"]),
            output: Shape.record(
                nil,
                [
                    ("date", Shape.date), ("depot", Shape.text),
                    (
                        "orders",
                        Shape.list(
                            of: Shape.record(
                                nil,
                                [
                                    ("orderId", Shape.id), ("reference", Shape.text),
                                    ("vehicle", Shape.text), ("price", Shape.money),
                                    ("weightGrams", Shape.count), ("volumeMm3", Shape.count),
                                    ("stops", Shape.count), ("readySeconds", Shape.count),
                                ]
                            )
                        )
                    ), ("freeVehicles", Shape.list(of: Shape.text)), ("left", Self.alone),
                ]
            ),
            body: .read { input, invocation, reader in
                let scope = invocation.scope
                let (plan, depot, found) = try Self.candidates(
                    of: input.member("planId").id(),
                    scope,
                    in: reader
                )
                return [
                    "date": .string(plan.date.description), "depot": .string(depot.name),
                    "orders": .array(
                        found.orders.map { entry in
                            [
                                "orderId": entry.order.id.json,
                                "reference": .string(entry.order.reference),
                                "vehicle": .string(entry.vehicle.name),
                                "price": entry.booking.price.json,
                                "weightGrams": .int(entry.order.totalWeightGrams),
                                "volumeMm3": .int(entry.order.totalVolumeMm3),
                                "stops": .int(entry.order.deliveries.count),
                                "readySeconds": .int(entry.readySeconds),
                            ]
                        }
                    ),
                    "freeVehicles": .array(found.free.map { .string($0.name) }),
                    "left": .array(
                        found.left.map { entry in
                            [
                                "orderId": entry.order.id.json,
                                "reference": .string(entry.order.reference),
                                "reason": .string(entry.reason),
                            ]
                        }
                    ),
                ]
            }
        )
    }

    private static func candidates(
        of id: ID<TripPlanRecord>,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> (TripPlanRecord, Depot, TripCandidates) {
        let plan = try Trips(scope: scope).plan(id, in: reader)
        let depot = try Fleet(scope: scope).depot(plan.depot, in: reader)
        let region = try TripRegion(reading: JSONReader(plan.body["region"] ?? [:]))
        return (
            plan, depot,
            try TripCandidates(on: plan.date, from: depot, region: region, scope: scope, in: reader)
        )
    }

    private func consolidate() throws -> Tool {
        try Tool(
            name: "logistics.consolidate",
            purpose:
                "Computes shared trips for a plan's orders, routing and packing together, against a trip "
                + "each.",
            input: Self.object(
                [Self.planID, ("orderIds", Shape.list(of: Shape.id))],
                required: ["planId", "orderIds"]
            ),
            output: Shape.record(
                nil,
                [
                    ("trips", Shape.list(of: Shape.object)), ("alone", Self.alone),
                    ("before", TripShapes.figures), ("after", TripShapes.figures),
                    ("saved", TripShapes.figures), ("merges", Shape.list(of: Shape.object)),
                    ("packings", Shape.count),
                ]
            ),
            body: .compute { [self] input, invocation in
                let scope = invocation.scope
                let id = try input.member("planId").id(TripPlanRecord.self)
                var wanted: Set<ID<Order>> = []
                for element in try input.member("orderIds").array() {
                    wanted.insert(try element.id())
                }
                let (plan, depot, found) = try await kernel.database.read { reader in
                    try Self.candidates(of: id, scope, in: reader)
                }
                let orders = found.orders.filter { wanted.contains($0.order.id) }
                guard let currency = orders.first?.vehicle.rates.currency else {
                    throw GeneralFault(
                        .conflict,
                        code: "no-orders",
                        "none of the orders can be consolidated any more"
                    )
                }
                let alike = orders.filter { $0.vehicle.rates.currency == currency }
                let free = found.free.filter { $0.rates.currency == currency }
                let problem = try await ConsolidationProblem(
                    on: plan.date,
                    orders: alike.enumerated().map { ($1.order, $0, $1.readySeconds) },
                    vehicles: alike.map(\.vehicle) + free,
                    depot: depot,
                    depots: found.depots,
                    keepApart: found.keepApart,
                    limits: .init(plan.body["limits"] ?? [:]),
                    source: distances
                )
                return try await kernel.workers.value { [emissions] in
                    try Consolidation(problem, emissions: emissions).json(in: problem, currency)
                }
            }
        )
    }

    private func proposeTrips() throws -> Tool {
        let figures = Shape.nullable(TripShapes.figures)
        return try Tool(
            name: "logistics.propose-trips",
            purpose:
                "Keeps computed trips as proposals of a plan; earlier proposals for the day are withdrawn.",
            input: Self.object(
                [
                    Self.planID, ("trips", Shape.list(of: Shape.object)), ("alone", Self.alone),
                    ("left", Self.alone), ("before", figures), ("after", figures),
                    ("saved", figures),
                ],
                required: ["planId", "trips", "alone", "left"]
            ),
            output: Shape.record(
                nil,
                [
                    (
                        "trips",
                        Shape.list(
                            of: Shape.record(nil, [("id", Shape.id), ("reference", Shape.text)])
                        )
                    )
                ]
            ),
            body: .write { [self] input, invocation in
                let id = try input.member("planId").id(TripPlanRecord.self)
                var computed: [(id: ID<TripRecord>, document: JSON, staged: StagedObject)] = []
                for entry in try input.member("trips").array() {
                    let trip: ID<TripRecord> = kernel.ids.next()
                    let staged = try await kernel.objects.stage(
                        Self.layoutDocument(of: trip, entry.value["layout"] ?? .null).bytes()
                    )
                    computed.append((trip, try entry.member("document").value, staged))
                }
                return { [computed] transaction in
                    let trips = Trips(scope: invocation.scope)
                    var plan = try trips.plan(id, in: transaction)
                    for var old in try trips.proposals(
                        on: plan.date,
                        depot: plan.depot,
                        in: transaction
                    ) {
                        try withdraw(
                            &old,
                            "a newer plan takes its place",
                            invocation,
                            in: transaction
                        )
                    }
                    var kept: [JSON] = []
                    for entry in computed {
                        let trip = try TripRecord(
                            id: entry.id,
                            reference: try trips.nextReference(in: transaction),
                            plan: id,
                            date: plan.date,
                            depot: plan.depot,
                            document: entry.document,
                            at: invocation.now,
                            by: invocation.scope.actor
                        )
                        try trips.add(trip, in: transaction)
                        try record(entry.staged, of: trip.id, invocation, in: transaction)
                        try emit("trip.proposed", trip, by: invocation, in: transaction)
                        kept.append(["id": trip.id.json, "reference": .string(trip.reference)])
                    }
                    let alone = input.value["alone"]?.array ?? []
                    for key in ["alone", "left", "before", "after", "saved"] {
                        plan.body[key] = input.value[key] ?? .null
                    }
                    let shared = computed.reduce(0) {
                        $0 + ($1.document["orders"]?.array?.count ?? 0)
                    }
                    plan.body["looked"] = .int(alone.count + shared)
                    plan.status = .planned
                    try trips.save(plan, in: transaction)
                    try kernel.emit(
                        "trip.planned",
                        about: TripPlanRecord.subject(id),
                        [
                            "planId": id.json, "date": .string(plan.date.description),
                            "depotId": plan.depot.json, "trips": .int(kept.count),
                            "saved": plan.body["saved"] ?? .null,
                        ],
                        by: invocation,
                        in: transaction
                    )
                    return ["trips": .array(kept)]
                }
            }
        )
    }

    /// A layout document with the one load of a trip.
    static func layoutDocument(of trip: ID<TripRecord>, _ vehicle: JSON) -> JSON {
        ["tripId": trip.json, "plans": [["plan": 0, "vehicles": [vehicle]]]]
    }

    func record(
        _ staged: StagedObject,
        of trip: ID<TripRecord>,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        _ = try kernel.objects.record(
            staged,
            key: ObjectKey(TripRecord.layoutKey(trip)),
            contentType: "application/json",
            scope: invocation.scope,
            in: transaction
        )
    }

    private func failTripPlan() throws -> Tool {
        try Tool(
            name: "logistics.fail-trip-plan",
            purpose: "Records why a plan of trips came to nothing.",
            input: Self.object(
                [Self.planID, ("reason", ["type": "string"])],
                required: ["planId", "reason"]
            ),
            output: Shape.record(nil, [Self.planID, ("status", Shape.text)]),
            body: .write { [kernel] input, invocation in
                let id = try input.member("planId").id(TripPlanRecord.self)
                let reason = Self.reason(try input.member("reason").string())
                return { transaction in
                    let trips = Trips(scope: invocation.scope)
                    var plan = try trips.plan(id, in: transaction)
                    if plan.status == .planning {
                        plan.status = .failed
                        plan.body["reason"] = .string(reason)
                        try trips.save(plan, in: transaction)
                        try kernel.emit(
                            "trip.plan-failed",
                            about: TripPlanRecord.subject(id),
                            [
                                "planId": id.json, "date": .string(plan.date.description),
                                "depotId": plan.depot.json, "reason": .string(reason),
                            ],
                            by: invocation,
                            in: transaction
                        )
                    }
                    return ["planId": id.json, "status": .string(plan.status.rawValue)]
                }
            }
        )
    }
}

extension ConsolidationProblem.Limits {
    /// Reads `{"stops","detourPercent","waitMinutes"}`, whatever is there.
    init(_ json: JSON) {
        self.init()
        stops = json["stops"]?.int ?? stops
        detourPercent = json["detourPercent"]?.int ?? detourPercent
        waitMinutes = json["waitMinutes"]?.int ?? waitMinutes
    }
}

extension Consolidation {
    /// What ``LogisticsTools`` answers of it.
    func json(in problem: ConsolidationProblem, _ currency: Currency) -> JSON {
        [
            "trips": .array(
                trips.map {
                    ["document": $0.json(in: problem), "layout": $0.layoutJSON(in: problem)]
                }
            ),
            "alone": .array(
                alone.map { entry in
                    let wish = problem.orders[entry.order]
                    return [
                        "orderId": wish.id.json, "reference": .string(wish.reference),
                        "reason": .string(entry.reason),
                    ]
                }
            ),
            "before": before.json(currency), "after": after.json(currency),
            "saved": (before - after).json(currency),
            "merges": .array(
                merges.map { merge in
                    [
                        "orders": .array(
                            merge.orders.map { .string(problem.orders[$0].reference) }
                        ),
                        "saved": merge.saved.json(currency), "refusal": .optional(merge.refusal),
                    ]
                }
            ),
            "packings": .int(packings),
        ]
    }
}
