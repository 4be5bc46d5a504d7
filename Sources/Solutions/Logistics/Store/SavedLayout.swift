import Core
import Store

/// The layout document of an order: one plan per way to load it, each with its vehicles.
///
/// `{"orderId","plans":[{"plan":0,"vehicles":[{"kind","container",…,"boxes":[…]}]}]}`. A booking
/// names its load as `<plan>/<vehicle>`.
enum SavedLayout {
    /// The load that every booking of a shared trip carries: its document has one.
    static let onlyLoad = "0/0"

    /// Version and headline figures from the object's index; nil when nothing was saved.
    static func summary(key: String, scope: Scope, in reader: any Reader) throws -> JSON? {
        try reader.first(
            "SELECT version, body FROM logistics_layout WHERE organisation = ? AND key = ?",
            [.id(scope.organisation), .text(key)]
        ) { row in
            var json = try row.json(1)
            json["loads"] = nil
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

    /// A booking with its vehicle and the load of the layout that it carries.
    struct BookedLoad {
        var booking: Booking
        var vehicle: Vehicle
        /// `<plan>/<vehicle>`; nil for a booking by hand.
        var load: String?
    }

    /// The bookings of an order that hold a vehicle, oldest first.
    static func booked(
        _ order: ID<Order>,
        scope: Scope,
        in reader: any Reader
    ) throws -> [BookedLoad] {
        let store = Bookings(scope: scope)
        return try store.bookings(of: order, in: reader).filter(\.status.holdsVehicle).map {
            BookedLoad(
                booking: $0,
                vehicle: try Fleet(scope: scope).vehicle($0.vehicle, in: reader),
                load: try store.load(of: $0.id, in: reader)
            )
        }
    }

    /// The booked loads with their vehicles; before booking the first plan, with kinds of vehicle.
    ///
    /// `lines` are what the boxes are of: the order's, or of all orders that share the vehicle.
    static func shown(
        _ document: JSON,
        of order: Order,
        lines: [OrderItem],
        version: Int,
        loads: [BookedLoad]
    ) -> JSON {
        var sheet = LoadingSheet(lines)
        var vehicles: [JSON] = []
        for booked in loads {
            guard var shown = load(booked.load, in: document) else { continue }
            shown["boxes"] = .array(sheet.completed(shown["boxes"]?.array ?? []))
            shown["vehicle"] = booked.vehicle.referenceJSON
            shown["bookingId"] = booked.booking.id.json
            addBalance(to: &shown, of: booked.vehicle)
            vehicles.append(shown)
        }
        if vehicles.isEmpty {
            return planned(document, of: order, version: version, plan: nil)
                ?? answer(document, order, version, plan: nil, vehicles)
        }
        return answer(
            document,
            order,
            version,
            plan: plan(of: loads),
            vehicles
        )
    }

    /// Which of the plans the bookings carry out; nil when none names its load.
    static func plan(of loads: [BookedLoad]) -> Int? {
        loads.lazy.compactMap { LayoutLoads.plan(of: $0.load ?? "") }.first
    }

    /// One way to load the order, with kinds of vehicle; nil when the document does not have it.
    ///
    /// It is the plan that is asked for; without one the `usual` plan if there is that, else the first.
    static func planned(
        _ document: JSON,
        of order: Order,
        version: Int,
        plan number: Int?,
        usual: Int? = nil
    ) -> JSON? {
        let plans = document["plans"]?.array ?? []
        let numbers = plans.indices.map { plans[$0]["plan"]?.int ?? $0 }
        let index: Int? =
            if let number { numbers.firstIndex(of: number) } else {
                usual.flatMap(numbers.firstIndex) ?? plans.indices.first
            }
        guard let index else { return nil }
        var sheet = LoadingSheet(order.items)
        let vehicles = (plans[index]["vehicles"]?.array ?? []).map { load in
            var shown = load
            shown["boxes"] = .array(sheet.completed(shown["boxes"]?.array ?? []))
            shown["vehicle"] = [
                "id": .null, "name": load["label"] ?? .null, "class": load["class"] ?? .null,
            ]
            addBalance(to: &shown, of: nil)
            return shown
        }
        return answer(document, order, version, plan: numbers[index], vehicles)
    }

    /// What is shown, and which ways the document has besides.
    private static func answer(
        _ document: JSON,
        _ order: Order,
        _ version: Int,
        plan: Int?,
        _ vehicles: [JSON]
    ) -> JSON {
        let plans = (document["plans"]?.array ?? []).enumerated().map { index, plan -> JSON in
            let loads = plan["vehicles"]?.array ?? []
            return [
                "plan": .int(plan["plan"]?.int ?? index),
                "vehicles": .array(loads.map { $0["label"] ?? "" }),
                "boxes": .int(loads.reduce(0) { $0 + ($1["boxes"]?.array?.count ?? 0) }),
            ]
        }
        return [
            "orderId": order.id.json, "orderReference": .string(order.reference),
            "version": .int(version), "plan": plan.map { .int($0) } ?? .null,
            "plans": .array(plans),
            "vehicles": .array(vehicles),
        ]
    }

    /// The only load of a trip's document, on its vehicle; `items` are the lines of all its orders.
    static func shown(_ document: JSON, on vehicle: Vehicle, items: [OrderItem]) -> JSON {
        var sheet = LoadingSheet(items)
        guard var shown = load(onlyLoad, in: document) else { return ["vehicles": []] }
        shown["boxes"] = .array(sheet.completed(shown["boxes"]?.array ?? []))
        shown["vehicle"] = vehicle.referenceJSON
        addBalance(to: &shown, of: vehicle)
        return ["vehicles": [shown]]
    }

    /// One load of the document by its name `<plan>/<vehicle>`; nil when there is none.
    static func load(_ name: String?, in document: JSON) -> JSON? {
        guard let parts = name?.split(separator: "/").compactMap({ Int($0) }), parts.count == 2
        else { return nil }
        let plans = document["plans"]?.array ?? []
        return plans.first { $0["plan"]?.int == parts[0] }?["vehicles"]?[parts[1]]
    }

    /// The load on the vehicle's own axles, what each still takes, and where the centre of gravity may
    /// lie; of a kind of vehicle the document has only what the payload may add.
    private static func addBalance(to shown: inout JSON, of vehicle: Vehicle?) {
        guard let payload = shown["weightGrams"]?.int, payload > 0,
            let centre = shown["centreOfGravity"]?["xMm"]?.int,
            let length = shown["container"]?["lengthMm"]?.int
        else { return }
        let stored = shown["axles"]?.array ?? []
        let supports: [LoadBalance.Support]
        if let vehicle {
            supports = vehicle.axles.map(LoadBalance.Support.init)
        } else {
            supports = stored.compactMap { axle in
                guard let position = axle["positionMm"]?.int, let room = axle["limitGrams"]?.int
                else { return nil }
                return .init(positionMm: position, emptyGrams: nil, roomGrams: room)
            }
        }
        guard supports.count == 2 else { return }
        let balance = LoadBalance(
            payloadGrams: payload,
            centreMm: Double(centre),
            front: supports[0],
            rear: supports[1],
            lengthMm: length
        )
        if let range = balance.range {
            shown["centreOfGravityRange"] = [
                "fromMm": .int(Int(range.lowerBound.rounded(.up))),
                "toMm": .int(Int(range.upperBound.rounded(.down))),
            ]
        }
        guard let vehicle else { return }
        // The document's own loads where it has them: its centre of gravity is rounded to millimetres.
        let exact = stored.compactMap { $0["loadGrams"]?.int }
        let loads =
            exact.count == 2
            ? exact : [balance.frontGrams, balance.rearGrams].map { Int($0.rounded()) }
        shown["axles"] = .array(
            zip(vehicle.axles, loads).map { axle, load in
                [
                    "name": .string(axle.name), "positionMm": .int(axle.positionMm),
                    "loadGrams": .int(load), "limitGrams": .int(axle.limitGrams - axle.emptyGrams),
                    "emptyGrams": .int(axle.emptyGrams), "totalGrams": .int(axle.emptyGrams + load),
                    "permittedGrams": .int(axle.limitGrams),
                ]
            }
        )
    }
}
