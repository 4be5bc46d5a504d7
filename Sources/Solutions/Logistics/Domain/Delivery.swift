public import Core

/// One stop of an order: goods with the same stop number are unloaded at its address.
public struct Delivery: Sendable, Hashable {
    /// How many stops an order may have.
    public static let limit = 50

    /// The position in the order of visits, from 1.
    public var stop: Int
    /// Where the goods go.
    public var address: Address

    /// A stop.
    public init(stop: Int, address: Address) {
        self.stop = stop
        self.address = address
    }

    /// Reads `{"stop","address"}`.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        try reader.onlyKeys(["stop", "address"])
        stop = try reader.member("stop").int(in: 1...Self.limit)
        address = try Address(reading: reader.member("address"))
    }

    /// The stop as the API writes it.
    public var json: JSON { ["stop": .int(stop), "address": address.json] }
}
