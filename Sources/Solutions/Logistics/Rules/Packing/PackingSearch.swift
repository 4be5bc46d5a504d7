/// One thread's tools: choosing a space, scoring blocks in it, placing one, and playing a partial
/// layout greedily to its end.
final class PackingSearch {
    struct Pick: BitwiseCopyable {
        var score: Float
        var block: Int32
    }

    /// How blocks are scored in a space.
    struct Weights {
        /// Exponent of the touching share of a block's surface (VCS: 4, taken as two squarings).
        var touchPower = 4
        /// A face counts as touching when the gap is at most this share of the block's extent (VCS: 0.04).
        var touchSlack: Float = 0.04
    }

    let model: PackingModel
    var weights = Weights()
    var picks = PackingBuffer<Pick>()
    var fresh = PackingBuffer<FreeSpace>()
    var flows = PackingBuffer<Double>()
    /// The placed boxes right below or right above the block that is being tried.
    var near = PackingBuffer<Int32>()

    init(_ model: PackingModel) {
        self.model = model
    }

    deinit {
        picks.free()
        fresh.free()
        flows.free()
        near.free()
    }

    /// Makes `state` the empty space.
    func reset(_ state: PackingState) {
        state.spaces.count = 0
        state.placed.count = 0
        state.remaining.count = 0
        state.parts.count = 0
        state.bearings.count = 0
        state.volume = 0
        state.weight = 0
        state.moment = 0
        state.stopRank = 0
        for item in model.problem.items {
            state.remaining.append(Int32(item.quantity))
        }
        state.spaces.append(
            FreeSpace(
                x0: 0,
                y0: 0,
                z0: 0,
                x1: model.length,
                y1: model.width,
                z1: model.height,
                distance: 0
            )
        )
        loadCandidates(state)
    }

    private func loadCandidates(_ state: PackingState) {
        state.candidates.count = 0
        guard state.stopRank < model.stops.count else { return }
        let range = model.stops[state.stopRank]
        state.candidates.reserve(range.count)
        for index in range {
            state.candidates.append(Int32(index))
        }
    }

    // MARK: Spaces

    /// The index of the space to fill next, nil when none is left for any stop.
    func nextSpace(_ state: PackingState) -> Int? {
        while true {
            var best = -1
            var bestDistance = Int32.max
            var bestVolume: Int64 = 0
            let rank = Int32(state.stopRank)
            for index in 0..<state.spaces.count {
                let space = state.spaces.base + index
                if space.pointee.exhausted == rank { continue }
                let distance = space.pointee.distance
                if distance > bestDistance { continue }
                if distance == bestDistance {
                    let volume = space.pointee.volume
                    if volume <= bestVolume { continue }
                    bestVolume = volume
                } else {
                    bestVolume = space.pointee.volume
                }
                bestDistance = distance
                best = index
            }
            if best >= 0 { return best }
            // Nothing more of this stop fits anywhere: the next stop gets what is left.
            guard state.stopRank + 1 < model.stops.count else { return nil }
            state.stopRank += 1
            loadCandidates(state)
        }
    }

    /// Nothing fits the space at `index` now.
    func discardSpace(_ state: PackingState, _ index: Int) {
        if state.stopRank + 1 < model.stops.count {
            state.spaces.base[index].exhausted = Int32(state.stopRank)
        } else {
            state.spaces.count -= 1
            state.spaces[index] = state.spaces[state.spaces.count]
        }
    }

    @inline(__always)
    func distance(_ space: FreeSpace) -> Int32 {
        // With several stops everything is pushed away from the door; else either end will do.
        let alongX = model.checksStops ? space.x0 : min(space.x0, model.length &- space.x1)
        return alongX &+ min(space.y0, model.width &- space.y1) &+ space.z0
    }

    @inline(__always)
    func corner(_ space: FreeSpace, _ shape: BlockShape) -> (SIMD3<Int32>, Int32) {
        var at = SIMD3(space.x0, space.y0, space.z0)
        var mirror: Int32 = 0
        if !model.checksStops, model.length &- space.x1 < space.x0 {
            at.x = space.x1 &- shape.length
            mirror |= 1
        }
        if model.width &- space.y1 < space.y0 {
            at.y = space.y1 &- shape.width
            mirror |= 2
        }
        return (at, mirror)
    }

    // MARK: Choice of a block

    /// Fills `picks` with the best blocks for a space, at most `limit`, best first.
    ///
    /// Where boxes carry little, thousands of blocks may be tried in vain: at the deadline it ends
    /// with what was found.
    func rank(
        _ state: PackingState,
        _ spaceIndex: Int,
        limit: Int,
        deadline: Deadline? = nil
    ) {
        let space = state.spaces[spaceIndex]
        let sizeX = space.x1 &- space.x0
        let sizeY = space.y1 &- space.y0
        let sizeZ = space.z1 &- space.z0
        let perVolume = 1 / (Float(sizeX) * Float(sizeY) * Float(sizeZ))
        let shapes = model.shapes
        let remaining = state.remaining.base
        let candidates = state.candidates.base
        let count = state.candidates.count
        let slack = weights.touchSlack
        picks.count = 0
        picks.reserve(limit + 1)
        var threshold: Float = 0
        var write = 0
        var read = 0
        var trials = 0
        while read < count {
            let index = candidates[read]
            let shape = shapes[Int(index)]
            // Sorted by value, and no score exceeds it.
            if shape.value <= threshold { break }
            read &+= 1
            if Int32(shape.amounts[0]) > remaining[Int(shape.kinds[0])] { continue }
            if shape.amounts[1] > 0 {
                if Int32(shape.amounts[1]) > remaining[Int(shape.kinds[1])]
                    || Int32(shape.amounts[2]) > remaining[Int(shape.kinds[2])]
                    || Int32(shape.amounts[3]) > remaining[Int(shape.kinds[3])]
                {
                    continue
                }
            }
            candidates[write] = index
            write &+= 1
            if shape.length > sizeX || shape.width > sizeY || shape.height > sizeZ { continue }
            let gapX = sizeX &- shape.length
            let gapY = sizeY &- shape.width
            let gapZ = sizeZ &- shape.height
            let usedX = Float(shape.length &+ model.reachHorizontal[Int(gapX)])
            let usedY = Float(shape.width &+ model.reachHorizontal[Int(gapY)])
            let usedZ = Float(shape.height &+ model.reachVertical[Int(gapZ)])
            let length = Float(shape.length)
            let width = Float(shape.width)
            let height = Float(shape.height)
            let faceX = width * height
            let faceY = length * height
            let faceZ = length * width
            let all = faceX + faceY + faceZ
            var touching = all
            if Float(gapX) <= slack * length { touching += faceX }
            if Float(gapY) <= slack * width { touching += faceY }
            if Float(gapZ) <= slack * height { touching += faceZ }
            let share = touching / (2 * all)
            let squared = share * share
            let score =
                shape.value * (usedX * usedY * usedZ * perVolume) * squared
                * (weights.touchPower == 4 ? squared : 1)
            if score <= threshold { continue }
            if model.checksParts {
                trials &+= 1
                if trials & 15 == 0, let deadline, deadline.hasPassed { break }
            }
            if !admits(state, space, index) { continue }
            insert(Pick(score: score, block: index), limit)
            if picks.count == limit { threshold = picks[limit - 1].score }
        }
        if write < read {
            (candidates + write).update(from: candidates + read, count: count - read)
            state.candidates.count = count - (read - write)
        }
    }

    private func insert(_ pick: Pick, _ limit: Int) {
        var at = min(picks.count, limit - 1)
        if picks.count < limit { picks.count += 1 }
        while at > 0, picks[at - 1].score < pick.score {
            picks[at] = picks[at - 1]
            at -= 1
        }
        picks[at] = pick
    }

    // MARK: Placing

    func place(_ state: PackingState, _ spaceIndex: Int, _ block: Int32) {
        let space = state.spaces[spaceIndex]
        let shape = model.shapes[Int(block)]
        let body = model.bodies[Int(block)]
        let (at, mirror) = corner(space, shape)
        for slot in 0..<4 where shape.amounts[slot] > 0 {
            state.remaining.base[Int(shape.kinds[slot])] -= Int32(shape.amounts[slot])
        }
        let placed = PlacedBlock(
            block: block,
            x0: at.x,
            y0: at.y,
            z0: at.z,
            x1: at.x + shape.length,
            y1: at.y + shape.width,
            z1: at.z + shape.height,
            stop: body.stop,
            mirror: mirror
        )
        state.placed.append(placed)
        state.volume += body.volume
        state.weight += body.weight
        if model.checksAxles { state.moment += blockMoment(shape, body, at.x, mirror) }
        if model.checksParts {
            let first = state.parts.count
            _ = layParts(state, block, at, mirror)
            for index in 0..<state.parts.count where index < first || flows[index] > 0 {
                state.parts.base[index].load += flows[index]
            }
        }
        cut(state, placed, body, host: space)
    }
}
