/// A free cuboid that no placed box enters and that cannot be made larger.
///
/// Two vectors, since spaces are compared far more often than anything else is done with them.
struct FreeSpace: BitwiseCopyable {
    /// The least corner; the fourth is the Manhattan distance from the space's best corner to the
    /// container's corner.
    var low: SIMD4<Int32>
    /// The greatest corner; the fourth is the last group of which nothing fitted here, -1 none.
    var high: SIMD4<Int32>

    init(_ low: SIMD3<Int32>, _ high: SIMD3<Int32>) {
        self.low = SIMD4(low, 0)
        self.high = SIMD4(high, -1)
    }

    var x0: Int32 { low.x }
    var y0: Int32 { low.y }
    var z0: Int32 { low.z }
    var x1: Int32 { high.x }
    var y1: Int32 { high.y }
    var z1: Int32 { high.z }

    var distance: Int32 {
        get { low.w }
        set { low.w = newValue }
    }

    var exhausted: Int32 {
        get { high.w }
        set { high.w = newValue }
    }

    @inline(__always)
    var size: SIMD4<Int32> {
        var size = high &- low
        size.w = 0
        return size
    }

    @inline(__always)
    var volume: Int64 { Int64(x1 &- x0) &* Int64(y1 &- y0) &* Int64(z1 &- z0) }

    @inline(__always)
    func contains(_ other: FreeSpace) -> Bool {
        let outside =
            unsafeBitCast(low .> other.low, to: SIMD2<UInt64>.self)
            | unsafeBitCast(other.high .> high, to: SIMD2<UInt64>.self)
        // Of the upper half only the lower lane is a coordinate.
        return outside[0] | (outside[1] & 0xFFFF_FFFF) == 0
    }

    /// Whether a block reaches into the space.
    @inline(__always)
    func meets(_ from: SIMD4<Int32>, _ to: SIMD4<Int32>) -> Bool {
        let apart =
            unsafeBitCast(low .>= to, to: SIMD2<UInt64>.self)
            | unsafeBitCast(from .>= high, to: SIMD2<UInt64>.self)
        return apart[0] | (apart[1] & 0xFFFF_FFFF) == 0
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

    /// A number for this block at this place; sums of them tell layouts apart.
    var key: UInt64 {
        var mix = SplitMix(
            state: UInt64(UInt32(bitPattern: block)) << 32 | UInt64(UInt32(bitPattern: x0))
        )
        mix.state ^=
            mix.next() ^ (UInt64(UInt32(bitPattern: y0)) << 32 | UInt64(UInt32(bitPattern: z0)))
        return mix.next()
    }
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
///
/// It is reached through a pointer: a class would have each of its properties checked for exclusive
/// access, which costs more than many of the steps themselves.
struct PackingState {
    var spaces = PackingBuffer<FreeSpace>()
    var placed = PackingBuffer<PlacedBlock>()
    var remaining = PackingBuffer<Int32>()
    /// One bit for each block: whether the boxes that are left still make it.
    var alive = PackingBuffer<UInt64>()
    var parts = PackingBuffer<PlacedPart>(capacity: 4)
    var bearings = PackingBuffer<Bearing>(capacity: 4)
    var volume: Int64 = 0
    var weight: Int64 = 0
    var moment: Int64 = 0
    /// The position in the list of groups.
    var group = 0
    /// The same for every order in which the same blocks came to the same places.
    var key: UInt64 = 0

    mutating func free() {
        spaces.free()
        placed.free()
        remaining.free()
        alive.free()
        parts.free()
        bearings.free()
    }

    mutating func copy(_ other: borrowing PackingState) {
        spaces.copy(other.spaces)
        placed.copy(other.placed)
        remaining.copy(other.remaining)
        alive.copy(other.alive)
        if other.parts.count > 0 || parts.count > 0 {
            parts.copy(other.parts)
            bearings.copy(other.bearings)
        }
        volume = other.volume
        weight = other.weight
        moment = other.moment
        group = other.group
        key = other.key
    }
}

/// A state on the heap, freed with the last reference to it.
final class PackingPlace {
    typealias Pointer = UnsafeMutablePointer<PackingState>

    let state = Pointer.allocate(capacity: 1)

    init() { state.initialize(to: PackingState()) }

    deinit {
        state.pointee.free()
        state.deinitialize(count: 1)
        state.deallocate()
    }
}
