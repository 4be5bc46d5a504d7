import Agents
import Core

/// Prices the free vehicles of every way to load the order, and books the cheapest.
///
/// At the same price it takes the one with less CO2; when a vehicle is taken meanwhile, it goes on
/// with the next. What an earlier attempt booked and did not see through is released first.
struct TransportPolicy: RulePolicy {
    var name: String { "lowest-price-then-lowest-co2" }
    var version: Int { 2 }
    var routine: Set<String> { [Self.task] }

    private static let task = "book-transport"

    /// At most this many vehicles are priced for each load, those at the pickup depot first.
    private static let priced = 4

    private struct Candidate {
        var label: String
        var cost: Money
        var co2Grams: Int
        var loads: [(vehicle: String, load: String, weight: Int, volume: Int)]
        var reasons: [String]
    }

    func decide(_ run: AgentRun) async throws -> Conclusion {
        let id = run.input["orderId"] ?? .null
        let free = try await available(id, run)
        let vehicles = try free.member("vehicles").array()
        var candidates: [Candidate] = []
        var options: [Option] = []
        for plan in try JSONReader(run.input).member("plans").array() {
            try await add(plan, vehicles, id, run, to: &candidates, &options)
        }
        candidates.sort { ($0.cost.minorUnits, $0.co2Grams) < ($1.cost.minorUnits, $1.co2Grams) }
        guard let cheapest = candidates.first else {
            throw GeneralFault(
                .conflict,
                code: "no-vehicle-available",
                "no vehicle that the load fits is free on \(try free.member("date").string())"
            )
        }
        options += candidates.map { candidate in
            Option(
                candidate.label,
                score: Double(cheapest.cost.minorUnits) / Double(max(1, candidate.cost.minorUnits)),
                reasons: candidate.reasons,
                detail: ["price": candidate.cost.json, "co2Grams": .int(candidate.co2Grams)]
            )
        }
        for candidate in candidates {
            if let bookings = try await book(candidate, id, run) {
                return Self.conclusion(
                    candidate,
                    bookings,
                    id,
                    options,
                    others: candidates.count - 1
                )
            }
        }
        throw GeneralFault(
            .conflict,
            code: "no-vehicle-available",
            "every vehicle that the load fits was booked by others meanwhile"
        )
    }

    /// The free vehicles, with those that an earlier attempt held.
    private func available(_ id: JSON, _ run: AgentRun) async throws -> JSONReader {
        let tool = "logistics.check-availability"
        let found = JSONReader(try await run.call(tool, ["orderId": id]))
        let held = try found.member("booked").array()
        if held.isEmpty { return found }
        try await release(held.map(\.value), "an earlier attempt did not see it through", run)
        return JSONReader(try await run.call(tool, ["orderId": id]))
    }

    private func release(_ bookings: [JSON], _ reason: String, _ run: AgentRun) async throws {
        for booking in bookings {
            _ = try await run.call(
                "logistics.update-booking-status",
                ["id": booking["id"] ?? .null, "status": "released", "reason": .string(reason)]
            )
        }
    }

    private static func conclusion(
        _ chosen: Candidate,
        _ bookings: [JSON],
        _ id: JSON,
        _ options: [Option],
        others: Int
    ) -> Conclusion {
        Conclusion(
            subject: "order:\(id.string ?? "")",
            options: options,
            choice: chosen.label,
            rationale: "\(chosen.label) carries the load for \(chosen.cost) with "
                + "\((chosen.co2Grams + 500) / 1_000) kg CO2e; "
                + (others == 0
                    ? "nothing else was free."
                    : "it is the cheapest of \(others + 1) ways that were free."),
            confidence: 1,
            output: [
                "bookings": .array(
                    bookings.map { ["id": $0["id"] ?? .null, "vehicle": $0["vehicle"] ?? .null] }
                ),
                "price": chosen.cost.json, "co2Grams": .int(chosen.co2Grams),
            ],
            task: task
        )
    }

    /// Prices the vehicles for one plan: each alone for a plan of one, the cheapest mix for several.
    private func add(
        _ plan: JSONReader,
        _ vehicles: [JSONReader],
        _ id: JSON,
        _ run: AgentRun,
        to candidates: inout [Candidate],
        _ options: inout [Option]
    ) async throws {
        let number = try plan.member("plan").int()
        let loads = try plan.member("vehicles").array()
        var perLoad: [[Candidate]] = []
        for (index, load) in loads.enumerated() {
            let kind = try load.member("kind").string()
            let fitting = try vehicles.filter { try $0.member("kind").string() == kind }
                .sorted { $0.value["atPickup"]?.bool == true && $1.value["atPickup"]?.bool != true }
            var priced: [Candidate] = []
            for vehicle in fitting.prefix(max(Self.priced, loads.count)) {
                let priceOf = try await price(vehicle, load, "\(number)/\(index)", id, run)
                priced.append(priceOf)
            }
            if priced.isEmpty {
                options.append(
                    Option(
                        try load.member("label").string(),
                        score: nil,
                        reasons: ["none is free on that day"]
                    )
                )
                return
            }
            perLoad.append(priced)
        }
        if perLoad.count == 1 {
            candidates += perLoad[0]
        } else if let mix = Self.mix(perLoad) {
            candidates.append(mix)
        }
    }

    private func price(
        _ vehicle: JSONReader,
        _ load: JSONReader,
        _ place: String,
        _ id: JSON,
        _ run: AgentRun
    ) async throws -> Candidate {
        let quote = JSONReader(
            try await run.call(
                "logistics.calculate-price",
                [
                    "orderId": id, "vehicleId": vehicle.value["id"] ?? .null,
                    "weightGrams": load.value["weightGrams"] ?? .null,
                    "volumeMm3": load.value["volumeMm3"] ?? .null,
                ]
            )
        )
        let cost = try Money(reading: quote.member("price"))
        let co2 = try quote.member("co2Grams").int()
        let atPickup = vehicle.value["atPickup"]?.bool == true
        return Candidate(
            label: try vehicle.member("name").string(),
            cost: cost,
            co2Grams: co2,
            loads: [
                (
                    try vehicle.member("id").string(), place, try load.member("weightGrams").int(),
                    try load.member("volumeMm3").int()
                )
            ],
            reasons: [
                "\(cost) for \(tenths(try quote.member("distanceMeters").int(), 1_000)) km",
                "\((co2 + 500) / 1_000) kg CO2e",
                atPickup
                    ? "stands at the pickup depot"
                    : "comes empty from \(vehicle.value["depot"]?.string ?? "another depot")",
            ]
        )
    }

    /// For each load the cheapest vehicle that no earlier load has taken.
    private static func mix(_ perLoad: [[Candidate]]) -> Candidate? {
        var taken: Set<String> = []
        var parts: [Candidate] = []
        for priced in perLoad {
            let cheapest = priced.filter { !taken.contains($0.loads[0].vehicle) }
                .min { $0.cost.minorUnits < $1.cost.minorUnits }
            guard let cheapest else { return nil }
            taken.insert(cheapest.loads[0].vehicle)
            parts.append(cheapest)
        }
        guard let currency = parts.first?.cost.currency,
            let sum = try? Money.sum(parts.map(\.cost), currency: currency)
        else { return nil }
        return Candidate(
            label: parts.map(\.label).joined(separator: " + "),
            cost: sum,
            co2Grams: parts.reduce(0) { $0 + $1.co2Grams },
            loads: parts.flatMap(\.loads),
            reasons: ["\(parts.count) vehicles together for \(sum)"]
        )
    }

    /// Books all vehicles of a candidate; nil, with nothing kept, when one was taken meanwhile.
    private func book(_ candidate: Candidate, _ id: JSON, _ run: AgentRun) async throws -> [JSON]? {
        var booked: [JSON] = []
        for load in candidate.loads {
            do {
                booked.append(
                    try await run.call(
                        "logistics.book-vehicle",
                        [
                            "orderId": id, "vehicleId": .string(load.vehicle),
                            "load": .string(load.load), "weightGrams": .int(load.weight),
                            "volumeMm3": .int(load.volume),
                        ]
                    )
                )
            } catch let fault as GeneralFault where fault.code == "vehicle-taken" {
                try await release(booked, "another vehicle of the same load was taken", run)
                return nil
            }
        }
        return booked
    }
}
