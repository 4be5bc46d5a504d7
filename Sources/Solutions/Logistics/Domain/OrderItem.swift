public import Core

/// One line of an order: a number of equal pieces.
public struct OrderItem: Sendable, Hashable {
    /// A dimension of a piece, as it is named when the piece is measured.
    public enum Side: String, Sendable, CaseIterable {
        /// The length.
        case length
        /// The width.
        case width
        /// The height.
        case height
    }

    /// `item-1` for the first line: stable, since lines never move.
    public var id: String
    /// What it is, for people.
    public var name: String
    /// The length in millimetres.
    public var lengthMm: Int
    /// The width in millimetres.
    public var widthMm: Int
    /// The height in millimetres.
    public var heightMm: Int
    /// The mass of one piece in grams.
    public var weightGrams: Int
    /// How many pieces.
    public var quantity: Int
    /// Which dimensions may stand vertical, without repetition; by default the height only.
    public var upright: [Side]
    /// What one piece carries on its top at most, in grams; nil when nobody limits it.
    public var maxLoadGrams: Int?
    /// Whether nothing heavier may stand on it; such pieces go to the top.
    public var fragile: Bool
    /// The stop at which it is unloaded, from 1.
    public var stop: Int
    /// What the goods are, for rules about goods that are kept apart; nil goes with everything.
    public var goodsClass: String?
    /// When not everything fits, higher goes first; 0…9, by default 0.
    public var priority: Int

    /// A line.
    public init(
        id: String,
        name: String,
        lengthMm: Int,
        widthMm: Int,
        heightMm: Int,
        weightGrams: Int,
        quantity: Int,
        upright: [Side] = [.height],
        maxLoadGrams: Int? = nil,
        fragile: Bool = false,
        stop: Int = 1,
        goodsClass: String? = nil,
        priority: Int = 0
    ) {
        self.id = id
        self.name = name
        self.lengthMm = lengthMm
        self.widthMm = widthMm
        self.heightMm = heightMm
        self.weightGrams = weightGrams
        self.quantity = quantity
        self.upright = upright
        self.maxLoadGrams = maxLoadGrams
        self.fragile = fragile
        self.stop = stop
        self.goodsClass = goodsClass
        self.priority = priority
    }

    /// The mass of all pieces in grams.
    public var totalWeightGrams: Int { weightGrams * quantity }

    /// The volume of one piece in cubic millimetres.
    public var volumeMm3: Int { lengthMm * widthMm * heightMm }

    /// The volume of all pieces in cubic millimetres.
    public var totalVolumeMm3: Int { volumeMm3 * quantity }
}

extension OrderItem {
    /// What each dimension may be, in millimetres.
    public static let dimensionRange = 1...20_000
    /// What a piece may weigh, in grams.
    public static let weightRange = 1...30_000_000
    /// How many pieces a line may have.
    public static let quantityRange = 1...10_000

    static let fields: Set<String> = [
        "id", "name", "lengthMm", "widthMm", "heightMm", "weightGrams", "quantity", "upright",
        "maxLoadGrams", "fragile", "stop", "goodsClass", "priority",
    ]

    /// Reads a line as a client sends it; `number` is its place in the order, from 1.
    ///
    /// The id is given by the place. A line may repeat it (so that what the API answers can be sent
    /// back), but not claim another.
    public init(reading reader: JSONReader, number: Int) throws(GeneralFault) {
        try reader.onlyKeys(Self.fields)
        id = "item-\(number)"
        if let claimed = try reader.optional("id"), try claimed.string() != id {
            throw claimed.fault("the id of this line is \"\(id)\"; leave it out or send that")
        }
        name = try reader.member("name").text(1...200)
        lengthMm = try reader.member("lengthMm").int(in: Self.dimensionRange)
        widthMm = try reader.member("widthMm").int(in: Self.dimensionRange)
        heightMm = try reader.member("heightMm").int(in: Self.dimensionRange)
        weightGrams = try reader.member("weightGrams").int(in: Self.weightRange)
        quantity = try reader.member("quantity").int(in: Self.quantityRange)
        upright = try Self.upright(in: reader)
        maxLoadGrams = try reader.optional("maxLoadGrams")?.int(in: 0...100_000_000)
        fragile = try reader.optional("fragile")?.bool() ?? false
        stop = try reader.optional("stop")?.int(in: 1...Delivery.limit) ?? 1
        goodsClass = try reader.optional("goodsClass")?.goodsClass()
        priority = try reader.optional("priority")?.int(in: LoadProblem.priorities) ?? 0
    }

    private static func upright(in reader: JSONReader) throws(GeneralFault) -> [Side] {
        guard let list = try reader.optional("upright") else { return [.height] }
        var sides: [Side] = []
        for element in try list.array(count: 1...3) {
            let side = try element.choice(Side.self)
            guard !sides.contains(side) else {
                throw element.fault("\"\(side.rawValue)\" is named twice")
            }
            sides.append(side)
        }
        return sides
    }

    /// The line as the API writes it.
    public var json: JSON {
        [
            "id": .string(id),
            "name": .string(name),
            "lengthMm": .int(lengthMm),
            "widthMm": .int(widthMm),
            "heightMm": .int(heightMm),
            "weightGrams": .int(weightGrams),
            "quantity": .int(quantity),
            "upright": .array(upright.map { .string($0.rawValue) }),
            "maxLoadGrams": maxLoadGrams.map { .int($0) } ?? .null,
            "fragile": .bool(fragile),
            "stop": .int(stop),
            "goodsClass": .optional(goodsClass),
            "priority": .int(priority),
        ]
    }
}
