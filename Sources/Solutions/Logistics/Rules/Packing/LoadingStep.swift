/// One box of a loading sequence at its turn: what it is put on, and how it gets there.
public struct LoadingStep: Sendable, Hashable {
    /// How a box gets from the door to its place, past the boxes that are there already.
    ///
    /// Its *lane* is what it sweeps when it is pushed along the vehicle without turning it: its own
    /// width and height, from where it stands to the door.
    public enum Access: String, Sendable, CaseIterable {
        /// Nothing lies in its lane, and nothing hangs over its place: it is pushed in straight and
        /// set down.
        case clear
        /// Nothing lies in its lane, but something that is there already hangs over its place: it is
        /// slid in at its own height.
        case under
        /// Something lies in its lane. A lane higher up is free, with the space between that and its
        /// place: it is lifted over, and lowered straight down.
        case over
        /// Neither: it must be turned on the way in, or something must be moved for it.
        case blocked
    }

    /// The box.
    public var box: PackedBox
    /// The earlier steps whose boxes carry it, ascending, from 0; none for one on the floor, or one
    /// that nothing carries.
    public var onto: [Int]
    /// How it gets to its place.
    public var access: Access
    /// The earlier steps whose boxes lie in its lane or, for `under`, hang over its place.
    public var inTheWay: [Int]

    /// The steps of `boxes`, in whose order they are loaded.
    ///
    /// - Parameters:
    ///   - boxes: the boxes, none of which overlap, in loading order.
    ///   - roof: the height of the space in mm.
    /// - Returns: one for each box.
    public static func steps(_ boxes: [PackedBox], roof: Int) -> [LoadingStep] {
        var onto = [[Int]](repeating: [], count: boxes.count)
        var hanging = onto
        var facing = onto
        LoadingSequence.forEachRelation(boxes) { first, second, relation in
            switch relation {
            case .carries where first < second: onto[second].append(first)
            case .carries, .below: if second < first { hanging[first].append(second) }
            case .behind: if second < first { facing[first].append(second) }
            }
        }
        return boxes.indices.map { index in
            var step = LoadingStep(
                box: boxes[index],
                onto: onto[index].sorted(),
                access: .clear,
                inTheWay: []
            )
            if !facing[index].isEmpty {
                let goesOver = hasLaneAbove(boxes[index], boxes[..<index], roof)
                step.access = goesOver ? .over : .blocked
                step.inTheWay = facing[index].sorted()
            } else if !hanging[index].isEmpty {
                step.access = .under
                step.inTheWay = hanging[index].sorted()
            }
            return step
        }
    }

    /// Whether the box can be brought in above its place and lowered, past the boxes that are `there`.
    private static func hasLaneAbove(
        _ box: PackedBox,
        _ there: ArraySlice<PackedBox>,
        _ roof: Int
    ) -> Bool {
        var ceiling = roof
        var heights: [Range<Int>] = []
        for other in there
        where other.y < box.y + box.width && box.y < other.y + other.width
            && other.x + other.length > box.x && other.z + other.height > box.z
        {
            heights.append(other.z..<other.z + other.height)
            // What hangs over the place itself ends the way up.
            if other.x < box.x + box.length, other.z >= box.z + box.height {
                ceiling = min(ceiling, other.z)
            }
        }
        return heights.contains { low in
            let lane = low.upperBound..<low.upperBound + box.height
            return lane.upperBound <= ceiling && !heights.contains { $0.overlaps(lane) }
        }
    }
}
