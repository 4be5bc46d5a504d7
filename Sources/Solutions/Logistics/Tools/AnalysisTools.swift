import Agents
import Core
import Objects
import Platform
import Store

extension LogisticsTools {
    func analysisTools() throws -> [Tool] {
        [try calculateLoad(), try packOrder(), try saveLayout()]
    }

    private func calculateLoad() throws -> Tool {
        try Tool(
            name: "logistics.calculate-load",
            purpose: "Sums up an order's load and lists the kinds of vehicle free on its day.",
            input: Self.object([("orderId", Self.id)], required: ["orderId"]),
            output: LayoutShapes.load,
            body: .read { input, invocation, reader in
                let scope = invocation.scope
                let order = try Orders(scope: scope).order(input.member("orderId").id(), in: reader)
                let free = try Fleet(scope: scope).available(on: order.requestedDate, in: reader)
                return [
                    "weightGrams": .int(order.totalWeightGrams),
                    "volumeMm3": .int(order.totalVolumeMm3), "pieces": .int(order.pieces),
                    "stops": .int(order.deliveries.count),
                    "kinds": .array(VehicleKind.kinds(of: free).map(\.json)),
                    "keepApart": try KeepApartRecords(scope: scope).rules(in: reader).json,
                ]
            }
        )
    }

    private func packOrder() throws -> Tool {
        let seconds = kernel.configuration.number("packing.seconds")
        return try Tool(
            name: "logistics.pack-order",
            purpose:
                "Packs goods in 3D: one vehicle of the smallest kinds that take all, or several.",
            input: Self.object(
                [
                    ("items", ["type": "array"]), ("kinds", ["type": "array"]),
                    ("keepApart", Self.keepApartRules),
                ],
                required: ["items", "kinds"]
            ),
            output: LayoutShapes.packing,
            body: .compute { [kernel] input, _ in
                var items: [OrderItem] = []
                for (index, line) in try input.member("items").array(count: 1...500).enumerated() {
                    items.append(try OrderItem(reading: line, number: index + 1))
                }
                var kinds: [VehicleKind] = []
                for kind in try input.member("kinds").array() {
                    kinds.append(try VehicleKind(reading: kind))
                }
                // Nobody who leaves them out has said that all goods may stand together.
                let apart =
                    try input.optional("keepApart").map { reader throws(GeneralFault) in
                        try KeepApartRules(reading: reader)
                    } ?? .standard
                return try await kernel.workers.value { [items, kinds] in
                    try Self.packed(items, kinds, apart, seconds)
                }
            }
        )
    }

    private static func packed(
        _ items: [OrderItem],
        _ kinds: [VehicleKind],
        _ keepApart: KeepApartRules,
        _ seconds: Double
    ) throws -> JSON {
        let planning = try LoadPlanning(
            items: items.map(CargoItem.init),
            kinds: kinds,
            seconds: seconds,
            keepApart: keepApart.rules
        )
        let names = Dictionary(uniqueKeysWithValues: items.map { ($0.id, $0.name) })
        return [
            "plans": .array(
                planning.plans.enumerated().map { $1.json(number: $0, names: names) }
            ),
            "attempts": .array(
                planning.attempts.map { attempt in
                    [
                        "kind": .string(attempt.kind.id), "label": .string(attempt.kind.label),
                        "utilisation": .double(attempt.utilisation),
                        "refusal": .optional(attempt.refusal),
                    ]
                }
            ),
            "reasons": .object(
                JSONObject(
                    planning.reasons.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }
                )
            ),
        ]
    }

    private func saveLayout() throws -> Tool {
        try Tool(
            name: "logistics.save-layout",
            purpose: "Stores an order's layouts as the next version of order-<id>.json.",
            input: Self.object(
                [("orderId", Self.id), ("plans", ["type": "array", "minItems": 1])],
                required: ["orderId", "plans"]
            ),
            output: LayoutShapes.saved,
            body: .write { [kernel] input, invocation in
                let scope = invocation.scope
                let id = try input.member("orderId").id(Order.self)
                let document: JSON = ["orderId": id.json, "plans": input.value["plans"] ?? []]
                let staged = try await kernel.objects.stage(document.bytes())
                let first = document["plans"]?[0]?["vehicles"]?.array ?? []
                return { transaction in
                    guard try Orders(scope: scope).exists(id, in: transaction) else {
                        throw GeneralFault(
                            .notFound,
                            code: "order-not-found",
                            "there is no order \(id)"
                        )
                    }
                    let key = OrderView.layoutKey(id)
                    let saved = try kernel.objects.record(
                        staged,
                        key: ObjectKey(key),
                        contentType: "application/json",
                        scope: scope,
                        in: transaction
                    )
                    let summary: JSON = [
                        "volumeUtilisation": first.first?["volumeUtilisation"] ?? 0,
                        "weightUtilisation": first.first?["weightUtilisation"] ?? 0,
                        "vehicles": .int(first.count),
                        "boxes": .int(first.reduce(0) { $0 + ($1["boxes"]?.array?.count ?? 0) }),
                        "loads": LayoutLoads(of: document).json,
                    ]
                    try SavedLayout.saveSummary(
                        summary,
                        key: key,
                        version: saved.version,
                        scope: scope,
                        in: transaction
                    )
                    try OrderDocument(scope: scope).refresh(id, in: transaction)
                    return ["key": .string(key), "version": .int(saved.version)]
                }
            }
        )
    }
}
