import Core
import Store

/// An order, a vehicle for it, and the way the vehicle takes.
struct Trip {
    var order: Order
    var vehicle: Vehicle
    /// From the vehicle's own depot over the pickup to every stop; the first leg is empty.
    var route: [Coordinate]
    /// Whether the first leg is driven empty, because the vehicle stands elsewhere.
    var startsElsewhere: Bool
    /// How long after the usual departure the goods are ready.
    var readySeconds: Int

    init(
        order id: ID<Order>,
        vehicle vehicleID: ID<Vehicle>,
        scope: Scope,
        in reader: any Reader
    ) throws {
        let fleet = Fleet(scope: scope)
        order = try Orders(scope: scope).order(id, in: reader)
        vehicle = try fleet.vehicle(vehicleID, in: reader)
        let pickup = try fleet.depot(order.depot, in: reader).address.coordinate
        startsElsewhere = vehicle.depot != order.depot
        let start =
            startsElsewhere
            ? [try fleet.depot(vehicle.depot, in: reader).address.coordinate] : []
        route = start + [pickup] + order.route
        readySeconds = try Delays(scope: scope).readySeconds(
            of: id,
            on: order.requestedDate,
            in: reader
        )
    }
}

/// What a trip costs, emits and when it ends.
struct TripQuote {
    var price: PriceQuote
    var distanceMeters: Int
    var emission: ShipmentEmission
    var eta: Timestamp?

    init(_ trip: Trip, legs: [Int], share: LoadShare?, emissions: EmissionFactors) throws {
        distanceMeters = legs.reduce(0, +)
        price = try PriceQuote(
            vehicle: trip.vehicle,
            distanceMeters: distanceMeters,
            weightGrams: share?.weightGrams ?? trip.order.totalWeightGrams,
            volumeMm3: share?.volumeMm3 ?? trip.order.totalVolumeMm3
        )
        let laden = Array(trip.startsElsewhere ? legs.dropFirst() : legs[...])
        var loaded = trip.order.loadedLegs(meters: laden)
        if let share, trip.order.totalWeightGrams > 0 {
            // A share is taken to be unloaded in the proportion of the whole.
            loaded = loaded.map { leg in
                LoadedLeg(
                    meters: leg.meters,
                    grams: Int(
                        Double(leg.grams) * Double(share.weightGrams)
                            / Double(trip.order.totalWeightGrams)
                    )
                )
            }
        }
        emission = try emissions.emission(
            vehicleClass: trip.vehicle.vehicleClass,
            refrigerated: trip.vehicle.refrigerated,
            legs: loaded
        )
        eta =
            DrivingTime(trip.vehicle.vehicleClass).arrivals(
                departure: DrivingTime.departure(on: trip.order.requestedDate)
                    + .seconds(trip.readySeconds),
                legMeters: legs
            ).last
    }

    var json: JSON {
        var json = price.json
        json["distanceMeters"] = .int(distanceMeters)
        json["co2Grams"] = .int(emission.grams)
        json["co2Explanation"] = .string(emission.explanation)
        json["etaAt"] = eta?.json ?? .null
        return json
    }
}
