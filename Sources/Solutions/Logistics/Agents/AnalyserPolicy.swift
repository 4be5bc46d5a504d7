import Agents
import Core

/// Packs the order into the smallest kinds of vehicle that take all of it, and keeps every layout.
struct AnalyserPolicy: RulePolicy {
    var name: String { "smallest-vehicle-that-fits" }
    var version: Int { 1 }
    var routine: Set<String> { [Self.task] }

    private static let task = "analyse-order"

    func decide(_ run: AgentRun) async throws -> Conclusion {
        let id = run.input["orderId"] ?? .null
        let order = try await run.call("logistics.fetch-order", ["orderId": id])
        let load = JSONReader(try await run.call("logistics.calculate-load", ["orderId": id]))
        var wanted: JSON = ["items": order["items"] ?? [], "kinds": load.value["kinds"] ?? []]
        wanted["keepApart"] = load.value["keepApart"]
        let packed = JSONReader(try await run.call("logistics.pack-order", wanted))
        let plans = try packed.member("plans").array()
        let options = try Self.options(packed)
        let subject = "order:\(id.string ?? "")"
        let weight = try load.member("weightGrams").int()
        let volume = try load.member("volumeMm3").int()
        guard let best = plans.first else {
            let reason = try Self.refusal(packed, of: order)
            return Conclusion(
                subject: subject,
                options: options + [Option("does not fit", score: 1, reasons: [reason])],
                choice: "does not fit",
                rationale: reason,
                confidence: 1,
                output: ["fits": false, "reason": .string(reason)],
                task: Self.task
            )
        }
        let saved = try await run.call(
            "logistics.save-layout",
            ["orderId": id, "plans": packed.value["plans"] ?? []]
        )
        let vehicles = try best.member("vehicles").array()
        let labels = try vehicles.map { try $0.member("label").string() }
        let used = try vehicles[0].member("volumeUtilisation").double()
        let choice = Self.label(labels)
        let several =
            vehicles.count > 1
            ? [
                Option(
                    choice,
                    score: used,
                    reasons: ["no single vehicle takes all; \(vehicles.count) together do"]
                )
            ] : []
        return Conclusion(
            subject: subject,
            options: options + several,
            choice: choice,
            rationale: "\(try load.member("pieces").int()) pieces, \(weight / 1_000) kg and "
                + "\(tenths(volume, 1_000_000_000)) m³ go into \(choice), which fills "
                + "\(Int((used * 100).rounded())) % of its volume; \(plans.count) ways to load it "
                + "were kept.",
            confidence: 1,
            output: [
                "fits": true, "weightGrams": .int(weight), "volumeMm3": .int(volume),
                "layout": saved, "plans": .array(try plans.map(Self.summary)),
            ],
            task: Self.task
        )
    }

    private static func label(_ labels: [String]) -> String {
        labels.count == 1
            ? labels[0] : "\(labels.count) vehicles: " + labels.joined(separator: ", ")
    }

    /// One option for each kind of vehicle that was looked at.
    private static func options(_ packed: JSONReader) throws -> [Option] {
        try packed.member("attempts").array().map { attempt in
            let label = try attempt.member("label").string()
            if let refusal = try attempt.optional("refusal")?.string() {
                return Option(label, score: nil, reasons: [refusal])
            }
            let used = try attempt.member("utilisation").double()
            return Option(
                label,
                score: used,
                reasons: ["takes everything and is \(Int((used * 100).rounded())) % full"]
            )
        }
    }

    private static func refusal(_ packed: JSONReader, of order: JSON) throws -> String {
        if try packed.member("attempts").array().isEmpty {
            return "no vehicle is free on that day"
        }
        let reasons = packed.value["reasons"]?.object ?? JSONObject()
        let told = (order["items"]?.array ?? []).compactMap { item -> String? in
            guard let id = item["id"]?.string, let reason = reasons[id]?.string else { return nil }
            return "\(item["name"]?.string ?? id): \(reason)"
        }
        if told.isEmpty { return "no vehicle or group of vehicles takes all of it" }
        return "the goods fit no vehicle that is free: " + told.prefix(3).joined(separator: "; ")
            + (told.count > 3 ? "; and \(told.count - 3) more" : "")
    }

    /// A plan without its boxes, as the transport agent needs it.
    private static func summary(_ plan: JSONReader) throws -> JSON {
        let vehicles = try plan.member("vehicles").array().map { vehicle -> JSON in
            var short = JSONObject()
            for key in [
                "kind", "label", "weightGrams", "volumeMm3", "volumeUtilisation",
                "weightUtilisation",
                "hash",
            ] {
                short[key] = vehicle.value[key]
            }
            return .object(short)
        }
        return ["plan": plan.value["plan"] ?? 0, "vehicles": .array(vehicles)]
    }
}

/// A whole number of small units as tenths of large ones: `12.3`.
func tenths(_ value: Int, _ unit: Int) -> String {
    let tenths = (value + unit / 20) / (unit / 10)
    return "\(tenths / 10).\(tenths % 10)"
}
