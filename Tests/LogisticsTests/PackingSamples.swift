@testable import Logistics

/// A placed box: its corner nearest the origin and its sides, each along, across and up, in mm.
func box(_ place: [Int], _ size: [Int], item: Int = 0) -> PackedBox {
    PackedBox(
        item: item,
        x: place[0],
        y: place[1],
        z: place[2],
        length: size[0],
        width: size[1],
        height: size[2]
    )
}
