/// One box where it stands.
public struct PackedBox: Sendable, Hashable {
    /// The index of the box's kind in the problem's items.
    public var item: Int
    /// The corner nearest the origin, along the length.
    public var x: Int
    /// The corner nearest the origin, across.
    public var y: Int
    /// The underside's height above the floor.
    public var z: Int
    /// The extent along `x`.
    public var length: Int
    /// The extent along `y`.
    public var width: Int
    /// The extent along `z`.
    public var height: Int

    /// A box of kind `item` at a place, with its extents as it stands.
    public init(item: Int, x: Int, y: Int, z: Int, length: Int, width: Int, height: Int) {
        self.item = item
        self.x = x
        self.y = y
        self.z = z
        self.length = length
        self.width = width
        self.height = height
    }
}

/// Where every placed box stands, in loading order, and what is left over.
public struct Layout: Sendable, Hashable {
    /// The boxes in an order in which they can be loaded.
    public var boxes: [PackedBox]
    /// How many boxes of each item (by index in the problem) found no place; items with none are absent.
    public var unplaced: [Int: Int]
    /// The share of the space's volume that the boxes fill, 0…1.
    public var utilisation: Double
    /// The search steps that were made; packing again with this many gives the same layout.
    public var iterations: Int
    /// The seconds of computing by the given clock.
    public var seconds: Double

    /// A layout of these parts.
    public init(
        boxes: [PackedBox],
        unplaced: [Int: Int],
        utilisation: Double,
        iterations: Int,
        seconds: Double
    ) {
        self.boxes = boxes
        self.unplaced = unplaced
        self.utilisation = utilisation
        self.iterations = iterations
        self.seconds = seconds
    }

    /// Sixteen hexadecimal digits over the boxes and their order (FNV-1a, 64 bits).
    ///
    /// Each box contributes item index, x, y, z and its three extents as 32-bit little-endian words.
    public var hash: String {
        // Parameters: Fowler, Noll, Vo; draft-eastlake-fnv, 64-bit offset basis and prime.
        var state: UInt64 = 0xcbf2_9ce4_8422_2325
        for box in boxes {
            for word in [box.item, box.x, box.y, box.z, box.length, box.width, box.height] {
                var bits = UInt32(truncatingIfNeeded: word)
                for _ in 0..<4 {
                    state = (state ^ UInt64(bits & 0xFF)) &* 0x100_0000_01b3
                    bits >>= 8
                }
            }
        }
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
