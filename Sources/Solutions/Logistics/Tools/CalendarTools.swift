import Agents
import Core
import Platform
import Store

/// What vehicles do on which day, and keeping them in the yard.
extension LogisticsTools {
    func calendarTools() throws -> [Tool] {
        [try vehicleCalendar(), try getVehicle(), try blockVehicle(), try unblockVehicle()]
    }

    private func vehicleCalendar() throws -> Tool {
        try Tool(
            name: "logistics.vehicle-calendar",
            purpose: "Shows what each vehicle does on the days of a period of at most 62 days.",
            input: Self.object(
                [("from", Self.date), ("to", Self.date), ("depotId", Self.id)],
                required: ["from", "to"]
            ),
            output: LoadingShapes.calendar,
            roles: Self.readers,
            body: .read { input, invocation, reader in
                let scope = invocation.scope
                let from = try input.member("from").date()
                let to = try input.member("to").date()
                try Self.checkPeriod(from, to, input)
                let depot = try input.optional("depotId")?.id(Depot.self)
                let fleet = Fleet(scope: scope)
                let depots = Dictionary(
                    uniqueKeysWithValues: try fleet.depots(in: reader).map { ($0.id, $0) }
                )
                let bookings = Dictionary(
                    grouping: try FleetCalendar(scope: scope).bookings(
                        from: from,
                        to: to,
                        in: reader
                    ),
                    by: \.booking.vehicle
                )
                let away = Dictionary(
                    grouping: try Unavailabilities(scope: scope).list(
                        from: from,
                        to: to,
                        in: reader
                    ),
                    by: \.vehicle
                )
                let items = try fleet.vehicles(in: reader).compactMap { vehicle -> JSON? in
                    guard depot == nil || vehicle.depot == depot, let home = depots[vehicle.depot]
                    else { return nil }
                    let booked = (bookings[vehicle.id] ?? []).map { $0.json(vehicle: vehicle) }
                    let kept = (away[vehicle.id] ?? []).map(Self.entry)
                    var shown = vehicle.referenceJSON
                    shown["depot"] = home.referenceJSON
                    shown["refrigerated"] = .bool(vehicle.refrigerated)
                    shown["payloadGrams"] = .int(vehicle.payloadGrams)
                    shown["volumeMm3"] = .int(vehicle.volumeMm3)
                    return ["vehicle": shown, "entries": .array(booked + kept)]
                }
                return [
                    "from": .string(from.description), "to": .string(to.description),
                    "items": .array(items),
                ]
            }
        )
    }

    private static func entry(_ period: Unavailability) -> JSON {
        [
            "kind": "unavailable", "id": period.id.json, "from": .string(period.from.description),
            "to": .string(period.to.description), "reason": .string(period.reason),
        ]
    }

    private static func vehicleID(_ reader: JSONReader) throws -> ID<Vehicle> {
        guard let id = ID<Vehicle>(try reader.string()) else {
            throw GeneralFault(
                .notFound,
                code: "vehicle-not-found",
                "there is no vehicle \(reader.value)"
            )
        }
        return id
    }

    private func getVehicle() throws -> Tool {
        try Tool(
            name: "logistics.get-vehicle",
            purpose: "Shows a vehicle with its bookings and figures of the last and next 30 days.",
            input: Self.object([("id", Self.text)], required: ["id"]),
            output: LoadingShapes.vehicleDetail,
            roles: Self.readers,
            body: .read { [self] input, invocation, reader in
                let scope = invocation.scope
                let id = try Self.vehicleID(input.member("id"))
                let fleet = Fleet(scope: scope)
                let vehicle = try fleet.vehicle(id, in: reader)
                let today = today(invocation)
                let (from, to) = (today.advanced(by: -30), today.advanced(by: 30))
                let entries = try FleetCalendar(scope: scope).bookings(
                    from: from,
                    to: to,
                    vehicle: id,
                    in: reader
                )
                let away = try Unavailabilities(scope: scope).list(
                    from: from,
                    to: to,
                    vehicle: id,
                    in: reader
                )
                let blocked = away.contains { $0.from <= today && today <= $0.to }
                let taken = entries.contains { $0.booking.date == today }
                var json = vehicle.json(
                    depot: try fleet.depot(vehicle.depot, in: reader),
                    available: !blocked && !taken
                )
                json["entries"] = .array(
                    entries.map { $0.json(vehicle: vehicle) } + away.map(Self.entry)
                )
                json["figures"] = try Self.figures(entries, vehicle, from, to)
                return json
            }
        )
    }

    /// Sums over the bookings of a period.
    private static func figures(
        _ entries: [FleetCalendar.Entry],
        _ vehicle: Vehicle,
        _ from: CalendarDate,
        _ to: CalendarDate
    ) throws -> JSON {
        let bookings = entries.map(\.booking)
        func mean(_ values: [Double]) -> JSON {
            values.isEmpty ? .null : .double(values.reduce(0, +) / Double(values.count))
        }
        let shares = bookings.compactMap(\.share)
        var revenue: JSON = .null
        if let first = bookings.first {
            revenue = try Money.sum(bookings.map(\.price), currency: first.price.currency).json
        }
        return [
            "from": .string(from.description), "to": .string(to.description),
            "bookings": .int(bookings.count),
            "distanceMeters": .int(bookings.reduce(0) { $0 + $1.distanceMeters }),
            "co2Grams": .int(bookings.reduce(0) { $0 + $1.co2Grams }), "revenue": revenue,
            "volumeUtilisation": mean(
                shares.map { Double($0.volumeMm3) / Double(vehicle.volumeMm3) }
            ),
            "weightUtilisation": mean(
                shares.map { Double($0.weightGrams) / Double(vehicle.payloadGrams) }
            ),
        ]
    }

    private func blockVehicle() throws -> Tool {
        try Tool(
            name: "logistics.block-vehicle",
            purpose: "Keeps a vehicle from being booked on the days of a period, with the reason.",
            input: Self.object(
                [
                    ("id", Self.text), ("from", Self.date), ("to", Self.date),
                    ("reason", ["type": "string", "minLength": 1, "maxLength": 200]),
                ],
                required: ["id", "from", "to", "reason"]
            ),
            output: LoadingShapes.unavailability,
            roles: Self.planners,
            body: .write { [self] input, invocation in
                let scope = invocation.scope
                let id = try Self.vehicleID(input.member("id"))
                let from = try input.member("from").date()
                let to = try input.member("to").date()
                let days = to.daysSinceEpoch - from.daysSinceEpoch + 1
                guard (1...Unavailability.longestDays).contains(days) else {
                    throw GeneralFault(
                        .invalid,
                        code: "invalid-value",
                        days < 1
                            ? "\"to\" must not be before \"from\""
                            : "at most \(Unavailability.longestDays) days, not \(days)",
                        pointer: "/to"
                    )
                }
                let period = Unavailability(
                    id: kernel.ids.next(),
                    vehicle: id,
                    from: from,
                    to: to,
                    reason: try input.member("reason").text(1...200)
                )
                return { transaction in
                    let vehicle = try Fleet(scope: scope).vehicle(id, in: transaction)
                    let booked = try FleetCalendar(scope: scope).bookings(
                        from: from,
                        to: to,
                        vehicle: id,
                        in: transaction
                    )
                    if let first = booked.first {
                        throw GeneralFault(
                            .conflict,
                            code: "vehicle-booked",
                            "\(vehicle.name) is booked on \(first.booking.date) for "
                                + first.orderReference
                                + (booked.count > 1 ? " and \(booked.count - 1) more" : "")
                                + "; release that first",
                            details: [
                                "bookings": .array(booked.prefix(20).map(\.booking.id.json))
                            ]
                        )
                    }
                    try Unavailabilities(scope: scope).add(period, in: transaction)
                    try kernel.emit(
                        "vehicle.blocked",
                        about: "vehicle:\(id)",
                        period.json,
                        by: invocation,
                        in: transaction
                    )
                    return period.json
                }
            }
        )
    }

    private func unblockVehicle() throws -> Tool {
        try Tool(
            name: "logistics.unblock-vehicle",
            purpose: "Lets a vehicle be booked again on the days of a period.",
            input: Self.object(
                [("id", Self.text), ("period", Self.text)],
                required: ["id", "period"]
            ),
            output: Shape.nothing,
            roles: Self.planners,
            body: .write { [self] input, invocation in
                let scope = invocation.scope
                let id = try Self.vehicleID(input.member("id"))
                let text = try input.member("period").string()
                return { transaction in
                    guard let period = ID<Unavailability>(text),
                        let removed = try Unavailabilities(scope: scope).remove(
                            period,
                            of: id,
                            in: transaction
                        )
                    else {
                        throw GeneralFault(
                            .notFound,
                            code: "period-not-found",
                            "the vehicle has no such period \"\(text.prefix(60))\""
                        )
                    }
                    try kernel.emit(
                        "vehicle.unblocked",
                        about: "vehicle:\(id)",
                        removed.json,
                        by: invocation,
                        in: transaction
                    )
                    return .null
                }
            }
        )
    }
}
