import Agents
import Core

/// Puts orders of one day and depot together where that costs less and neither drives nor emits more; and
/// plans a trip again when an order leaves it or is late.
struct ConsolidatorPolicy: RulePolicy {
    var name: String { "savings-that-can-be-loaded" }
    var version: Int { 1 }
    var routine: Set<String> { [Self.planning, Self.replanning] }

    private static let planning = "plan-trips"
    private static let replanning = "replan-trip"

    /// A trip that somebody changes meanwhile is computed again so often.
    private static let mostTries = 3

    func decide(_ run: AgentRun) async throws -> Conclusion {
        if let trip = run.input["tripId"], trip != .null {
            return try await replan(trip, run)
        }
        return try await plan(run.input["planId"] ?? .null, run)
    }

    // MARK: A plan

    private func plan(_ id: JSON, _ run: AgentRun) async throws -> Conclusion {
        let seen = try await run.call("logistics.collect-trips", ["planId": id])
        let orders = seen["orders"]?.array ?? []
        let left = seen["left"] ?? []
        guard orders.count >= 2 else {
            let alone = orders.map { order -> JSON in
                [
                    "orderId": order["orderId"] ?? .null, "reference": order["reference"] ?? .null,
                    "reason": "it is the only order that could share a vehicle",
                ]
            }
            _ = try await run.call(
                "logistics.propose-trips",
                ["planId": id, "trips": [], "alone": .array(alone), "left": left]
            )
            return Self.conclusion(
                id,
                [Option("separate trips", score: 1, reasons: ["there is nothing to put together"])],
                choice: "separate trips",
                "Of \(orders.count + (left.array?.count ?? 0)) orders of the day "
                    + "\(orders.count) could share a vehicle: nothing to put together.",
                trips: 0
            )
        }
        let found = try await run.call(
            "logistics.consolidate",
            ["planId": id, "orderIds": .array(orders.map { $0["orderId"] ?? .null })]
        )
        let trips = found["trips"] ?? []
        _ = try await run.call(
            "logistics.propose-trips",
            [
                "planId": id, "trips": trips, "alone": found["alone"] ?? [], "left": left,
                "before": found["before"] ?? .null, "after": found["after"] ?? .null,
                "saved": found["saved"] ?? .null,
            ]
        )
        let count = trips.array?.count ?? 0
        return Self.conclusion(
            id,
            try Self.options(found, count),
            choice: Self.label(count),
            try Self.rationale(found, orders.count, count),
            trips: count
        )
    }

    private static func label(_ count: Int) -> String {
        count == 0 ? "separate trips" : "\(count) shared \(count == 1 ? "trip" : "trips")"
    }

    /// Separate trips against what was found, and every merge that was weighed.
    private static func options(_ found: JSON, _ count: Int) throws -> [Option] {
        let before = try SeparateTrip(reading: JSONReader(found).member("before"))
        let after = try SeparateTrip(reading: JSONReader(found).member("after"))
        let base = Double(max(1, before.cost))
        var options = [
            Option(
                label(0),
                score: min(1, Double(after.cost) / base),
                reasons: ["what the orders are booked on now"],
                detail: found["before"] ?? [:]
            )
        ]
        if count > 0 {
            options.append(
                Option(
                    label(count),
                    score: 1,
                    reasons: ["every stop can be reached, and every load was packed and checked"],
                    detail: found["after"] ?? [:]
                )
            )
        }
        for merge in found["merges"]?.array ?? [] {
            let orders = (merge["orders"]?.array ?? []).compactMap(\.string)
            let saved = try SeparateTrip(reading: JSONReader(merge).member("saved"))
            let refusal = merge["refusal"]?.string
            options.append(
                Option(
                    orders.joined(separator: " + "),
                    score: refusal == nil ? min(1, max(0, Double(saved.cost) / base)) : nil,
                    reasons: [
                        refusal ?? "saves \(tenths(max(0, saved.meters), 1_000)) km in one vehicle"
                    ],
                    detail: merge["saved"] ?? [:]
                )
            )
        }
        return options
    }

    private static func rationale(_ found: JSON, _ orders: Int, _ count: Int) throws -> String {
        let packings = found["packings"]?.int ?? 0
        guard count > 0 else {
            return
                "\(orders) orders were weighed against each other, \(packings) loads packed: no two "
                + "of them go together for less than a vehicle each."
        }
        let saved = JSONReader(found["saved"] ?? [:])
        let money = try Money(reading: saved.member("price"))
        return
            "\(orders) orders, \(count) shared \(count == 1 ? "trip" : "trips"): that saves \(money), "
            + "\(tenths(try saved.member("distanceMeters").int(), 1_000)) km and "
            + "\((try saved.member("co2Grams").int() + 500) / 1_000) kg CO2e against a vehicle each; "
            + "\(packings) loads were packed to know."
    }

    private static func conclusion(
        _ id: JSON,
        _ options: [Option],
        choice: String,
        _ rationale: String,
        trips: Int
    ) -> Conclusion {
        Conclusion(
            subject: "trip-plan:\(id.string ?? "")",
            options: options,
            choice: choice,
            rationale: rationale,
            confidence: 1,
            output: ["trips": .int(trips)],
            task: planning
        )
    }

    // MARK: A trip again

    private func replan(_ id: JSON, _ run: AgentRun) async throws -> Conclusion {
        for attempt in 1...Self.mostTries {
            let found = try await run.call("logistics.rework-trip", ["tripId": id])
            let action = found["action"]?.string ?? "keep"
            guard action != "keep" else { return Self.conclusion(id, found) }
            var change = found
            change["reference"] = nil
            change["tripId"] = id
            if change["trip"] == .null { change["trip"] = nil }
            if change["after"] == .null { change["after"] = nil }
            do {
                _ = try await run.call("logistics.change-trip", change)
                return Self.conclusion(id, found)
            } catch let fault as GeneralFault
                where ["trip-changed", "vehicle-taken"].contains(fault.code)
                && attempt < Self.mostTries
            {
                continue
            }
        }
        throw GeneralFault(.conflict, code: "trip-changed", "the trip was changed each time")
    }

    private static func conclusion(_ id: JSON, _ found: JSON) -> Conclusion {
        let action = found["action"]?.string ?? "keep"
        let reference = found["reference"]?.string ?? "the trip"
        let reason = found["reason"]?.string ?? ""
        let words = ["keep": "keep the trip", "replan": "plan it again", "withdraw": "give it up"]
        let options = ["keep", "replan", "withdraw"].map { each in
            Option(
                words[each] ?? each,
                score: each == action ? 1 : nil,
                reasons: [each == action ? reason : "\(words[action] ?? action): \(reason)"],
                detail: each == "keep" ? found["before"] ?? [:] : [:]
            )
        }
        return Conclusion(
            subject: "trip:\(id.string ?? "")",
            options: options,
            choice: words[action] ?? action,
            rationale: "\(reference): \(reason).",
            confidence: 1,
            output: ["action": .string(action), "reason": .string(reason)],
            task: replanning
        )
    }
}
