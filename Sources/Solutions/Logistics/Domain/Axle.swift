public import Core

/// A support of a vehicle: an axle, a group of axles taken together, or a semi-trailer's kingpin.
///
/// Every vehicle has exactly two, so that the load on each follows from the moments alone. A tandem
/// or tri-axle group is one support at its middle; for a semi-trailer the supports are kingpin and
/// bogie, since these are what its own plate limits.
public struct Axle: Sendable, Hashable {
    /// `front`, `rear`, `kingpin` or `bogie`.
    public var name: String
    /// The distance from the load space's front wall toward the door, in millimetres; negative before it.
    public var positionMm: Int
    /// What it bears when the vehicle is empty but ready to drive, in grams.
    public var emptyGrams: Int
    /// What it may bear in all, in grams.
    public var limitGrams: Int

    /// A support.
    public init(name: String, positionMm: Int, emptyGrams: Int, limitGrams: Int) {
        self.name = name
        self.positionMm = positionMm
        self.emptyGrams = emptyGrams
        self.limitGrams = limitGrams
    }

    /// Reads `{"name","positionMm","emptyGrams","limitGrams"}`.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        try reader.onlyKeys(["name", "positionMm", "emptyGrams", "limitGrams"])
        name = try reader.member("name").text(1...40)
        positionMm = try reader.member("positionMm").int(in: -20_000...20_000)
        limitGrams = try reader.member("limitGrams").int(in: 1...100_000_000)
        emptyGrams = try reader.member("emptyGrams").int(in: 0...limitGrams)
    }

    /// The support as the API writes it.
    public var json: JSON {
        [
            "name": .string(name),
            "positionMm": .int(positionMm),
            "emptyGrams": .int(emptyGrams),
            "limitGrams": .int(limitGrams),
        ]
    }
}
