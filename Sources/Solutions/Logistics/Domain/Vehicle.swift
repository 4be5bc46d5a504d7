public import Core

/// A vehicle that can be booked for a day.
public struct Vehicle: Sendable, Hashable {
    /// The id.
    public var id: ID<Vehicle>
    /// What people call it.
    public var name: String
    /// Its size class.
    public var vehicleClass: VehicleClass
    /// Whether it cools its load.
    public var refrigerated: Bool
    /// Where it stands.
    public var depot: ID<Depot>
    /// The length of the load space from the front wall to the door, in millimetres.
    public var lengthMm: Int
    /// The width of the load space in millimetres.
    public var widthMm: Int
    /// The height of the load space in millimetres.
    public var heightMm: Int
    /// What it may carry, in grams.
    public var payloadGrams: Int
    /// Its two supports, front one first.
    public var axles: [Axle]
    /// What it costs.
    public var rates: VehicleRates

    /// A vehicle.
    public init(
        id: ID<Vehicle>,
        name: String,
        vehicleClass: VehicleClass,
        refrigerated: Bool = false,
        depot: ID<Depot>,
        lengthMm: Int,
        widthMm: Int,
        heightMm: Int,
        payloadGrams: Int,
        axles: [Axle],
        rates: VehicleRates
    ) {
        self.id = id
        self.name = name
        self.vehicleClass = vehicleClass
        self.refrigerated = refrigerated
        self.depot = depot
        self.lengthMm = lengthMm
        self.widthMm = widthMm
        self.heightMm = heightMm
        self.payloadGrams = payloadGrams
        self.axles = axles
        self.rates = rates
    }

    /// The volume of the load space in cubic millimetres.
    public var volumeMm3: Int { lengthMm * widthMm * heightMm }

    /// Reads the members of `record`.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        try reader.onlyKeys([
            "id", "name", "class", "refrigerated", "depotId", "lengthMm", "widthMm", "heightMm",
            "payloadGrams", "axles", "rates",
        ])
        id = try reader.member("id").id()
        name = try reader.member("name").text(1...200)
        vehicleClass = try reader.member("class").choice()
        refrigerated = try reader.optional("refrigerated")?.bool() ?? false
        depot = try reader.member("depotId").id()
        lengthMm = try reader.member("lengthMm").int(in: 1...20_000)
        widthMm = try reader.member("widthMm").int(in: 1...5_000)
        heightMm = try reader.member("heightMm").int(in: 1...5_000)
        payloadGrams = try reader.member("payloadGrams").int(in: 1...100_000_000)
        let supports = try reader.member("axles")
        axles = []
        for element in try supports.array(count: 2...2) {
            axles.append(try Axle(reading: element))
        }
        guard axles[0].positionMm < axles[1].positionMm else {
            throw supports.fault("the first support must lie before the second")
        }
        rates = try VehicleRates(reading: reader.member("rates"))
    }

    /// The vehicle for a record; `init(reading:)` reads it back.
    public var record: JSON {
        var json = body
        json["depotId"] = depot.json
        return json
    }

    /// The vehicle as the API writes it.
    public func json(depot: Depot, available: Bool) -> JSON {
        var json = body
        json["depot"] = depot.referenceJSON
        json["available"] = .bool(available)
        return json
    }

    /// `{"id","name","class"}`.
    public var referenceJSON: JSON {
        ["id": id.json, "name": .string(name), "class": .string(vehicleClass.rawValue)]
    }

    private var body: JSON {
        [
            "id": id.json,
            "name": .string(name),
            "class": .string(vehicleClass.rawValue),
            "refrigerated": .bool(refrigerated),
            "lengthMm": .int(lengthMm),
            "widthMm": .int(widthMm),
            "heightMm": .int(heightMm),
            "payloadGrams": .int(payloadGrams),
            "axles": .array(axles.map(\.json)),
            "rates": rates.json,
        ]
    }
}
