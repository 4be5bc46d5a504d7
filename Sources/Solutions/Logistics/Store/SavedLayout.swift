import Core
import Store

/// The layout document of an order: one plan per way to load it, each with its vehicles.
///
/// `{"orderId","plans":[{"plan":0,"vehicles":[{"kind","container",…,"boxes":[…]}]}]}`. A booking
/// names its load as `<plan>/<vehicle>`.
enum SavedLayout {
    /// Version and headline figures from the object's index; nil when nothing was saved.
    static func summary(key: String, scope: Scope, in reader: any Reader) throws -> JSON? {
        try reader.first(
            "SELECT version, body FROM logistics_layout WHERE organisation = ? AND key = ?",
            [.id(scope.organisation), .text(key)]
        ) { row in
            var json = try row.json(1)
            json["key"] = .string(key)
            json["version"] = .int(try row.int(0))
            return json
        }
    }

    static func saveSummary(
        _ summary: JSON,
        key: String,
        version: Int,
        scope: Scope,
        in transaction: any Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO logistics_layout (organisation, key, version, body) VALUES (?, ?, ?, ?)
            ON CONFLICT (organisation, key) DO UPDATE SET
                version = excluded.version, body = excluded.body
            """,
            [.id(scope.organisation), .text(key), .int(version), .json(summary)]
        )
    }

    /// The booked loads with their vehicles; before booking the first plan, with kinds of vehicle.
    static func shown(
        _ document: JSON,
        order: ID<Order>,
        version: Int,
        loads: [(load: String?, vehicle: Vehicle)]
    ) -> JSON {
        let plans = document["plans"]?.array ?? []
        var vehicles: [JSON] = []
        for (load, vehicle) in loads {
            guard let parts = load?.split(separator: "/").compactMap({ Int($0) }), parts.count == 2,
                var shown = plans.first(where: { $0["plan"]?.int == parts[0] })?["vehicles"]?[
                    parts[1]
                ]
            else { continue }
            shown["vehicle"] = vehicle.referenceJSON
            vehicles.append(shown)
        }
        if vehicles.isEmpty, let first = plans.first?["vehicles"]?.array {
            vehicles = first.map { load in
                var shown = load
                shown["vehicle"] = [
                    "id": .null, "name": load["label"] ?? .null, "class": load["class"] ?? .null,
                ]
                return shown
            }
        }
        return [
            "orderId": order.json, "version": .int(version), "vehicles": .array(vehicles),
        ]
    }
}
