import Core

extension SeparateTrip {
    /// `{"price","distanceMeters","co2Grams"}`.
    func json(_ currency: Currency) -> JSON {
        [
            "price": Money(minorUnits: cost, currency: currency).json,
            "distanceMeters": .int(meters), "co2Grams": .int(co2Grams),
        ]
    }

    /// Reads what `json` wrote.
    init(reading reader: JSONReader) throws(GeneralFault) {
        cost = try Money(reading: reader.member("price")).minorUnits
        meters = try reader.member("distanceMeters").int()
        co2Grams = try reader.member("co2Grams").int()
    }
}

extension SharedTrip {
    /// The trip by ids alone, for its record: `{"vehicleId","departureAt","stops","orders",…}`.
    func json(in problem: ConsolidationProblem) -> JSON {
        let currency = price.total.currency
        let kind = problem.vehicles[vehicle].kind
        let parts = CostSharing.parts(
            of: Int64(meters),
            by: shares.map { Int64($0.separate.meters) }
        )
        var json = shared.json(currency)
        json["vehicleId"] = problem.vehicles[vehicle].vehicle.id.json
        json["departureAt"] = departure.json
        json["emptyMeters"] = .int(emptyMeters)
        json["breakdown"] = .array(price.lines.map(\.json))
        json["separate"] = separate.json(currency)
        json["saved"] = (separate - shared).json(currency)
        json["stops"] = .array(
            stops.enumerated().map { index, stop in
                [
                    "stop": .int(index + 1), "orderId": problem.orders[stop.order].id.json,
                    "orderStop": .int(stop.stop + 1), "distanceMeters": .int(stop.meters),
                    "arrivalAt": stop.arrival.json,
                ]
            }
        )
        json["orders"] = .array(
            zip(shares, parts).map { share, meters in
                let wish = problem.orders[share.order]
                let lines = wish.stops.flatMap(\.items)
                return [
                    "orderId": wish.id.json, "price": share.price.json,
                    "separate": share.separate.json(currency),
                    "distanceMeters": .int(Int(meters)), "co2Grams": .int(share.co2Grams),
                    "etaAt": share.arrival.json,
                    "weightGrams": .int(lines.reduce(0) { $0 + $1.totalWeightGrams }),
                    "volumeMm3": .int(lines.reduce(0) { $0 + $1.totalVolumeMm3 }),
                    "pieces": .int(lines.reduce(0) { $0 + $1.quantity }),
                    "readySeconds": .int(wish.readySeconds),
                ]
            }
        )
        let proof = LayoutProof(layout.boxes, in: load)
        json["load"] = [
            "kind": .string(kind.id), "label": .string(kind.label),
            "volumeUtilisation": .double(proof.volumeUtilisation),
            "weightUtilisation": .double(proof.weightUtilisation ?? 0),
            "weightGrams": .int(proof.weightGrams), "boxes": .int(layout.boxes.count),
            "hash": .string(layout.hash),
        ]
        return json
    }

    /// The loaded vehicle as layout documents have it, every box with its proof.
    func layoutJSON(in problem: ConsolidationProblem) -> JSON {
        var names: [String: String] = [:]
        for share in shares {
            let wish = problem.orders[share.order]
            for line in wish.stops.flatMap(\.items) {
                names["\(wish.reference)/\(line.id)"] = line.name
            }
        }
        let plan = LoadPlanning.Plan(
            loads: [(problem.vehicles[vehicle].kind, load, layout)]
        )
        return plan.json(number: 0, names: names)["vehicles"]?[0] ?? .null
    }
}
