public import Core

/// Where vehicles stand and goods are loaded.
public struct Depot: Sendable, Hashable {
    /// The id.
    public var id: ID<Depot>
    /// The name, for instance `Hamburg-Billbrook`.
    public var name: String
    /// Where it is.
    public var address: Address

    /// A depot.
    public init(id: ID<Depot>, name: String, address: Address) {
        self.id = id
        self.name = name
        self.address = address
    }

    /// Reads `{"id","name","address"}`.
    public init(reading reader: JSONReader) throws(GeneralFault) {
        try reader.onlyKeys(["id", "name", "address"])
        id = try reader.member("id").id()
        name = try reader.member("name").text(1...200)
        address = try Address(reading: reader.member("address"))
    }

    /// The depot as the API writes it.
    public var json: JSON {
        ["id": id.json, "name": .string(name), "address": address.json]
    }

    /// `{"id","name"}`.
    public var referenceJSON: JSON { ["id": id.json, "name": .string(name)] }

    /// `{"depotId","name","city"}`, as an order shows where it is fetched.
    public var pickupJSON: JSON {
        ["depotId": id.json, "name": .string(name), "city": .string(address.city)]
    }
}
