public import Core

/// Greenhouse gases of road freight by vehicle class, and where the numbers come from.
///
/// The embedded ones are the United Kingdom's conversion factors for company reporting 2025 (DESNZ).
/// Contains public sector information licensed under the Open Government Licence v3.0.
public struct EmissionFactors: Sendable, Hashable {
    /// Grams are computed from hundred-thousandths of a kilogram, the last decimal of the source.
    static let decimals = 5

    /// A factor's two parts, in hundred-thousandths of a kilogram of CO2 equivalent.
    public struct Parts: Sendable, Hashable {
        /// From burning the fuel.
        public let tankToWheel: Int
        /// From extracting, refining and bringing the fuel.
        public let wellToTank: Int
        /// Both together.
        public var wellToWheel: Int { tankToWheel + wellToTank }
    }

    /// The factors of one class.
    public struct Factor: Sendable, Hashable {
        /// The class.
        public let vehicleClass: VehicleClass
        /// Whether for vehicles that cool.
        public let refrigerated: Bool
        /// The source's group, for instance `HGV (all diesel)`.
        public let group: String
        /// The source's type, for instance `Articulated (>33t)`.
        public let type: String
        /// The source's column: the state of load, or the fuel of vans.
        public let column: String
        /// For moving one tonne one kilometre.
        public let tonneKilometre: Parts
        /// For moving the vehicle one kilometre.
        public let vehicleKilometre: Parts
    }

    /// Where the numbers come from, with publisher.
    public let source: String
    /// The year for which they were published.
    public let year: Int
    /// The sentence that the licence asks for.
    public let attribution: String
    /// All factors.
    public let factors: [Factor]

    /// The factors that come with Weft.
    public static func embedded() throws -> EmissionFactors {
        try EmissionFactors(
            reading: JSONReader(JSON(parsing: PackageResources.emission_factors_json))
        )
    }

    /// Reads the form of the embedded resource, so that others' factors can take their place.
    ///
    /// Every class must have factors for vehicles that do not cool.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        try reader.onlyKeys([
            "source", "publisher", "year", "licence", "attribution", "unit", "factors",
        ])
        let publisher = try reader.member("publisher").string(length: 1...500)
        source = try reader.member("source").string(length: 1...500) + ", " + publisher
        year = try reader.member("year").int(in: 1990...2200)
        _ = try reader.member("licence").string(length: 1...500)
        _ = try reader.member("unit").string(length: 1...500)
        attribution = try reader.member("attribution").string(length: 0...1_000)
        let list = try reader.member("factors")
        var factors: [Factor] = []
        for element in try list.array(count: 1...1_000) {
            factors.append(try Factor(reading: element))
        }
        for vehicleClass in VehicleClass.allCases {
            guard factors.contains(where: { $0.vehicleClass == vehicleClass && !$0.refrigerated })
            else { throw list.fault("there is no factor for \"\(vehicleClass.rawValue)\"") }
        }
        self.factors = factors
    }

    /// The factor of a class; where none is published for cooling vehicles (vans), the plain one's.
    public func factor(for vehicleClass: VehicleClass, refrigerated: Bool = false) -> Factor {
        let ofClass = factors.filter { $0.vehicleClass == vehicleClass }
        guard
            let factor = ofClass.first(where: { $0.refrigerated == refrigerated })
                ?? ofClass.first(where: { !$0.refrigerated })
        else { preconditionFailure("init(reading:) has checked that every class has a factor") }
        return factor
    }
}

extension EmissionFactors.Factor {
    init(reading reader: JSONReader) throws(GeneralFault) {
        try reader.onlyKeys([
            "class", "refrigerated", "group", "type", "column", "tonneKilometre",
            "vehicleKilometre",
        ])
        vehicleClass = try reader.member("class").choice()
        refrigerated = try reader.member("refrigerated").bool()
        group = try reader.member("group").string(length: 1...200)
        type = try reader.member("type").string(length: 1...200)
        column = try reader.member("column").string(length: 1...200)
        tonneKilometre = try .init(reading: reader.member("tonneKilometre"))
        vehicleKilometre = try .init(reading: reader.member("vehicleKilometre"))
    }
}

extension EmissionFactors.Parts {
    init(reading reader: JSONReader) throws(GeneralFault) {
        try reader.onlyKeys(["tankToWheel", "wellToTank"])
        tankToWheel = try Self.value("tankToWheel", in: reader)
        wellToTank = try Self.value("wellToTank", in: reader)
    }

    private static func value(
        _ key: String,
        in reader: JSONReader
    ) throws(GeneralFault) -> Int {
        let member = try reader.member(key)
        let text = try member.string(length: 1...12)
        guard let value = fixedPoint(text, decimals: EmissionFactors.decimals),
            (0...10_000_000).contains(value)
        else { throw member.fault("expected kilograms with at most five decimals, as text") }
        return Int(value)
    }
}
