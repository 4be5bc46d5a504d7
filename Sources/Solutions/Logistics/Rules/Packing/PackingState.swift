/// A free cuboid that no placed box enters and that cannot be made larger.
struct FreeSpace: BitwiseCopyable {
    var x0: Int32
    var y0: Int32
    var z0: Int32
    var x1: Int32
    var y1: Int32
    var z1: Int32
    /// The Manhattan distance from the space's best corner to the container's corner.
    var distance: Int32
    /// The last stop rank for which nothing fitted here; -1 none.
    var exhausted: Int32 = -1

    @inline(__always)
    var volume: Int64 { Int64(x1 &- x0) &* Int64(y1 &- y0) &* Int64(z1 &- z0) }

    @inline(__always)
    func contains(_ other: FreeSpace) -> Bool {
        x0 <= other.x0 && y0 <= other.y0 && z0 <= other.z0 && x1 >= other.x1 && y1 >= other.y1
            && z1 >= other.z1
    }
}

/// A block where it was placed.
struct PlacedBlock: BitwiseCopyable {
    var block: Int32
    var x0: Int32
    var y0: Int32
    var z0: Int32
    var x1: Int32
    var y1: Int32
    var z1: Int32
    var stop: Int32
    /// Bit 0: mirrored along x; bit 1: mirrored along y.
    var mirror: Int32
}

/// A single box where it was placed; kept only when forces or partial support matter.
struct PlacedPart: BitwiseCopyable {
    var kind: Int32
    var x0: Int32
    var y0: Int32
    var z0: Int32
    var x1: Int32
    var y1: Int32
    var z1: Int32
    /// What bears this box: a range in the list of bearings.
    var firstBearing: Int32
    var bearingCount: Int32
    /// The grams resting on it.
    var load: Double
}

/// One box bears a share of another's weight.
struct Bearing: BitwiseCopyable {
    var below: Int32
    var share: Double
}

/// A partly filled space, as flat buffers that are copied, never shared.
final class PackingState {
    var spaces = PackingBuffer<FreeSpace>()
    var placed = PackingBuffer<PlacedBlock>()
    var remaining = PackingBuffer<Int32>()
    /// The blocks of the present stop that may still be possible, best value first.
    var candidates = PackingBuffer<Int32>()
    var parts = PackingBuffer<PlacedPart>(capacity: 4)
    var bearings = PackingBuffer<Bearing>(capacity: 4)
    var volume: Int64 = 0
    var weight: Int64 = 0
    var moment: Int64 = 0
    /// The position in the list of stops.
    var stopRank = 0

    deinit {
        spaces.free()
        placed.free()
        remaining.free()
        candidates.free()
        parts.free()
        bearings.free()
    }

    func copy(_ other: PackingState) {
        spaces.copy(other.spaces)
        placed.copy(other.placed)
        remaining.copy(other.remaining)
        candidates.copy(other.candidates)
        if other.parts.count > 0 || parts.count > 0 {
            parts.copy(other.parts)
            bearings.copy(other.bearings)
        }
        volume = other.volume
        weight = other.weight
        moment = other.moment
        stopRank = other.stopRank
    }
}
