import Agents
import Core
import Objects
import Platform
import Store

/// Reading where the boxes of an order stand: as they are booked, as they were planned in an earlier
/// version of the layout, and in the other ways that were found.
extension LogisticsTools {
    /// How many versions of a layout are listed; an order is packed again a few times at most.
    private static let mostVersions = 100

    func getLayout() throws -> Tool {
        try Tool(
            name: "logistics.get-layout",
            purpose:
                "Shows where every box of an order stands: in the booked vehicles, or as planned in a "
                + "version of the layout and one of its ways.",
            input: Self.object(
                [
                    ("id", Self.text),
                    (
                        "version",
                        Shape.described(
                            ["type": "integer", "minimum": 1],
                            "A version of the layout; the newest when none is named."
                        )
                    ),
                    (
                        "plan",
                        Shape.described(
                            Shape.count,
                            "A way to load the order, by its number in the layout; without it the "
                                + "booked vehicles of the newest version, and of others the same way, "
                                + "or their first."
                        )
                    ),
                ],
                required: ["id"]
            ),
            output: LayoutShapes.layout,
            roles: Self.readers.union(Self.loaders),
            body: .compute { [self] input, invocation in
                let scope = invocation.scope
                let id = try Self.orderID(input.member("id"))
                let wanted = try input.optional("version")?.int()
                let plan = try input.optional("plan")?.int()
                let (order, loads, lines) = try await kernel.database.read { reader in
                    let order = try Orders(scope: scope).order(id, in: reader)
                    let loads = try SavedLayout.booked(id, scope: scope, in: reader)
                    return (
                        order, loads, try TripLines.of(order, loads, scope: scope, in: reader)
                    )
                }
                let present = try await layout(of: id, scope)
                // What is booked was chosen of the present layout: of others only the plan is known.
                if plan == nil, wanted == nil || wanted == present.version && !present.isShared {
                    return SavedLayout.shown(
                        present.document,
                        of: order,
                        lines: lines,
                        version: present.version,
                        loads: loads
                    )
                }
                let (document, version) = try await ownLayout(of: id, version: wanted, scope)
                guard
                    let shown = SavedLayout.planned(
                        document,
                        of: order,
                        version: version,
                        plan: plan,
                        usual: SavedLayout.plan(of: loads)
                    )
                else {
                    throw GeneralFault(
                        .notFound,
                        code: "plan-not-found",
                        "version \(version) of the layout of order \(order.reference) has no plan "
                            + "\(plan ?? 0)",
                        pointer: "/plan"
                    )
                }
                return shown
            }
        )
    }

    func listLayouts() throws -> Tool {
        try Tool(
            name: "logistics.list-layouts",
            purpose: "Lists the versions of an order's layout, newest first: when and by whom.",
            input: Self.object([("id", Self.text)], required: ["id"]),
            output: LayoutShapes.versions,
            roles: Self.readers.union(Self.loaders),
            body: .compute { [kernel] input, invocation in
                let scope = invocation.scope
                let id = try Self.orderID(input.member("id"))
                let order = try await kernel.database.read {
                    try Orders(scope: scope).order(id, in: $0)
                }
                let versions = try await kernel.objects.versions(
                    of: ObjectKey(OrderView.layoutKey(id)),
                    before: nil,
                    limit: Self.mostVersions,
                    scope: scope
                )
                return [
                    "orderId": order.id.json, "orderReference": .string(order.reference),
                    "items": .array(
                        versions.filter { !$0.isDeletion }.map { version in
                            [
                                "version": .int(version.version), "at": version.at.json,
                                "actor": version.actor.json,
                            ]
                        }
                    ),
                ]
            }
        )
    }

    /// What an order's vehicles are loaded by: its newest layout, or the trip's when it shares one.
    func layout(
        of order: ID<Order>,
        _ scope: Scope
    ) async throws -> (document: JSON, version: Int, isShared: Bool) {
        let trip = try await kernel.database.read { reader in
            try Bookings(scope: scope).bookings(of: order, in: reader)
                .first(where: \.status.holdsVehicle)?.trip
        }
        if let trip {
            let (document, version) = try await tripLayout(of: trip, scope)
            return (document, version, true)
        }
        let (document, version) = try await ownLayout(of: order, version: nil, scope)
        return (document, version, false)
    }

    /// A layout document of an order alone with its version: the newest when none is named.
    private func ownLayout(
        of order: ID<Order>,
        version: Int?,
        _ scope: Scope
    ) async throws -> (document: JSON, version: Int) {
        do {
            let object = try await kernel.objects.read(
                ObjectKey(OrderView.layoutKey(order)),
                version: version,
                scope: scope
            )
            return (try JSON(parsing: object.bytes), object.version.version)
        } catch let error as ObjectError where error.reason == .notFound {
            guard let version else { throw error }
            throw GeneralFault(
                .notFound,
                code: "layout-not-found",
                "the order has no layout of version \(version)",
                pointer: "/version"
            )
        }
    }
}
