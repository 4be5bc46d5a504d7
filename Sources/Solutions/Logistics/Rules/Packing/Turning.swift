/// Which of a piece's own dimensions stands upright, and which lies along the vehicle.
public struct Turning: Sendable, Hashable {
    /// The dimension that stands upright.
    public var upright: OrderItem.Side
    /// The dimension that lies along the vehicle.
    public var along: OrderItem.Side

    /// A turning.
    public init(upright: OrderItem.Side, along: OrderItem.Side) {
        self.upright = upright
        self.along = along
    }

    /// How `item` is turned to have the box's extents; nil when no allowed turning gives them.
    public init?(of box: PackedBox, _ item: CargoItem) {
        let own: [(side: OrderItem.Side, flag: UprightDimensions, size: Int)] = [
            (.length, .length, item.length), (.width, .width, item.width),
            (.height, .height, item.height),
        ]
        // As it is measured first: of two turnings that look the same the plain one is told.
        for up in own.reversed() where item.upright.contains(up.flag) && up.size == box.height {
            let flat = own.filter { $0.side != up.side }
            for (along, across) in [(flat[0], flat[1]), (flat[1], flat[0])]
            where along.size == box.length && across.size == box.width {
                (upright, self.along) = (up.side, along.side)
                return
            }
        }
        return nil
    }
}
