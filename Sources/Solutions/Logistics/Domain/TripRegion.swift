public import Core

/// Where orders must go to be looked at together; without any part it is everywhere.
public struct TripRegion: Sendable, Hashable {
    /// Countries by their two letters; empty for any.
    public var countries: [String]
    /// What postcodes begin with; empty for any.
    public var postcodes: [String]
    /// The distance from the depot in kilometres, as the crow flies; nil for any.
    public var kilometres: Int?

    /// A region.
    public init(countries: [String] = [], postcodes: [String] = [], kilometres: Int? = nil) {
        self.countries = countries
        self.postcodes = postcodes
        self.kilometres = kilometres
    }

    /// Reads `{"countries","postcodes","kilometres"}`, all of them optional.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        try reader.onlyKeys(["countries", "postcodes", "kilometres"])
        (countries, postcodes) = ([], [])
        for country in try reader.optional("countries")?.array(count: 0...50) ?? [] {
            countries.append(try country.string(length: 2...2))
        }
        for postcode in try reader.optional("postcodes")?.array(count: 0...50) ?? [] {
            postcodes.append(try postcode.text(1...20))
        }
        kilometres = try reader.optional("kilometres")?.int(in: 1...10_000)
    }

    /// `{"countries","postcodes","kilometres"}`.
    public var json: JSON {
        [
            "countries": .array(countries.map { .string($0) }),
            "postcodes": .array(postcodes.map { .string($0) }),
            "kilometres": kilometres.map { .int($0) } ?? .null,
        ]
    }

    /// Whether an address lies in it.
    public func contains(_ address: Address, from depot: Coordinate) -> Bool {
        if !countries.isEmpty, !countries.contains(address.country) { return false }
        if !postcodes.isEmpty, !postcodes.contains(where: { address.postcode.hasPrefix($0) }) {
            return false
        }
        guard let kilometres else { return true }
        return Geodesic.meters(from: depot, to: address.coordinate) <= Double(kilometres) * 1_000
    }
}
