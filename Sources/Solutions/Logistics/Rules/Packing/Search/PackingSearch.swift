/// One thread's tools: choosing a space, scoring blocks in it, placing one, and playing a partial
/// layout greedily to its end.
final class PackingSearch {
    typealias State = PackingPlace.Pointer

    struct Pick: BitwiseCopyable {
        var score: Float
        var block: Int32
    }

    /// A list for each of a block's six faces.
    struct Faces<Element: BitwiseCopyable> {
        let lists = UnsafeMutablePointer<PackingBuffer<Element>>.allocate(capacity: 6)

        init() {
            for face in 0..<6 { (lists + face).initialize(to: PackingBuffer(capacity: 16)) }
        }

        @inline(__always)
        func clear() {
            for face in 0..<6 { lists[face].count = 0 }
        }

        func free() {
            for face in 0..<6 { lists[face].free() }
            lists.deinitialize(count: 6)
            lists.deallocate()
        }
    }

    /// What the steps write and forget.
    struct Scratch {
        var picks = PackingBuffer<Pick>()
        /// What a cut leaves of the spaces it enters: beside, before and behind, below and above the
        /// block, in this order: x0, x1, y0, y1, z0, z1.
        var fresh = Faces<FreeSpace>()
        /// The spaces that are not entered but touch the block's face of the same number.
        var touching = Faces<Int32>()
        /// Spaces on a flat top.
        var tops = PackingBuffer<FreeSpace>()
        var flows = PackingBuffer<Double>()
        /// The placed boxes right below or right above the block that is being tried.
        var near = PackingBuffer<Int32>()
        var watch = Watch()
    }

    let model: PackingModel
    let scratch = UnsafeMutablePointer<Scratch>.allocate(capacity: 1)

    var picks: PackingBuffer<Pick> { scratch.pointee.picks }

    init(_ model: PackingModel) {
        self.model = model
        scratch.initialize(to: Scratch())
    }

    deinit {
        scratch.pointee.picks.free()
        scratch.pointee.fresh.free()
        scratch.pointee.touching.free()
        scratch.pointee.tops.free()
        scratch.pointee.flows.free()
        scratch.pointee.near.free()
        scratch.deinitialize(count: 1)
        scratch.deallocate()
    }

    /// Makes `state` the empty space.
    func reset(_ state: State) {
        state.pointee.spaces.count = 0
        state.pointee.placed.count = 0
        state.pointee.remaining.count = 0
        state.pointee.parts.count = 0
        state.pointee.bearings.count = 0
        state.pointee.volume = 0
        state.pointee.weight = 0
        state.pointee.moment = 0
        state.pointee.group = 0
        state.pointee.key = 0
        for quantity in model.blocks.stock.quantities {
            state.pointee.remaining.append(Int32(quantity))
        }
        // Every block that was made can be made of what there is in the beginning.
        state.pointee.alive.count = 0
        for word in model.index.all(model.blockCount) {
            state.pointee.alive.append(word)
        }
        state.pointee.spaces.append(
            FreeSpace(SIMD3(0, 0, 0), SIMD3(model.length, model.width, model.height))
        )
    }

    // MARK: Spaces

    /// The index of the space to fill next, nil when none is left for any group.
    func nextSpace(_ state: State) -> Int? {
        while state.pointee.group < model.groups.count {
            var best = -1
            var bestDistance = Int32.max
            var bestVolume: Int64 = 0
            let group = Int32(state.pointee.group)
            let spaces = state.pointee.spaces.base
            let count = state.pointee.spaces.count
            var index = 0
            while index < count {
                let space = spaces + index
                let distance = space.pointee.distance
                if distance <= bestDistance, space.pointee.exhausted != group {
                    let volume = space.pointee.volume
                    if distance < bestDistance || volume > bestVolume {
                        bestVolume = volume
                        bestDistance = distance
                        best = index
                    }
                }
                index &+= 1
            }
            if best >= 0 { return best }
            // Nothing more of this group fits anywhere: the next one gets what is left.
            state.pointee.group += 1
        }
        return nil
    }

    /// Nothing fits the space at `index` now.
    func discardSpace(_ state: State, _ index: Int) {
        if state.pointee.group + 1 < model.groups.count {
            state.pointee.spaces.base[index].exhausted = Int32(state.pointee.group)
        } else {
            state.pointee.spaces.count -= 1
            state.pointee.spaces[index] = state.pointee.spaces[state.pointee.spaces.count]
        }
    }

    @inline(__always)
    func distance(_ space: FreeSpace) -> Int32 {
        // With several stops everything is pushed away from the door; else either end will do.
        let alongX = model.checksStops ? space.x0 : min(space.x0, model.length &- space.x1)
        return alongX &+ min(space.y0, model.width &- space.y1) &+ space.z0
    }

    /// The corner of a space that lies nearest a corner of the container, for a block of this shape.
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
    /// Where boxes carry little, thousands of blocks may be tried in vain. When the deadline passes
    /// meanwhile the answer is false, and what was found counts for nothing.
    func rank(
        _ state: State,
        _ spaceIndex: Int,
        limit: Int,
        deadline: Deadline? = nil
    ) -> Bool {
        let space = state.pointee.spaces[spaceIndex]
        let size = space.size
        let perVolume = 1 / (Float(size.x) * Float(size.y) * Float(size.z))
        let (scores, words) = (model.scores, model.wordValues)
        let (reachHorizontal, reachVertical) = (model.reachHorizontal, model.reachVertical)
        let alive = state.pointee.alive.base
        let lengths = model.index.lengths.row(size.x)
        let widths = model.index.widths.row(size.y)
        let heights = model.index.heights.row(size.z)
        let group = model.groups[state.pointee.group]
        let (firstWord, lastWord) = (group.lowerBound / 64, (group.upperBound - 1) / 64)
        let scratch = scratch
        scratch.pointee.picks.count = 0
        scratch.pointee.picks.reserve(limit + 1)
        var threshold: Float = 0
        var trials = 0
        let count = model.index.words
        var summary = firstWord / 64
        while summary <= lastWord / 64 {
            let at = count &+ summary
            var some = alive[at] & lengths[at] & widths[at] & heights[at]
            let base = summary &* 64
            summary &+= 1
            while some != 0 {
                let word = base &+ some.trailingZeroBitCount
                some &= some &- 1
                var bits = alive[word] & lengths[word] & widths[word] & heights[word]
                if bits == 0 { continue }
                if word <= firstWord {
                    if word < firstWord { continue }
                    bits &= UInt64.max << UInt64(group.lowerBound % 64)
                }
                if word >= lastWord {
                    if word > lastWord { return true }
                    if group.upperBound % 64 > 0 {
                        bits &= (1 << UInt64(group.upperBound % 64)) &- 1
                    }
                }
                // Sorted by value, and no score exceeds it.
                if words[word] <= threshold { return true }
                while bits != 0 {
                    let index = word &* 64 &+ bits.trailingZeroBitCount
                    bits &= bits &- 1
                    let block = scores[index]
                    if block.value <= threshold { return true }
                    let gap = size &- block.size
                    if gap.x < 0 || gap.y < 0 || gap.z < 0 { continue }
                    let used =
                        (Float(block.size.x) + reachHorizontal[Int(gap.x)])
                        * (Float(block.size.y) + reachHorizontal[Int(gap.y)])
                        * (Float(block.size.z) + reachVertical[Int(gap.z)])
                    let worth = block.value * used * perVolume
                    if worth <= threshold { continue }
                    var share: Float = 0.5
                    if gap.x <= block.slack.x { share += block.faces.x }
                    if gap.y <= block.slack.y { share += block.faces.y }
                    if gap.z <= block.slack.z { share += block.faces.z }
                    let squared = share * share
                    let score = worth * squared * squared
                    if score <= threshold { continue }
                    if model.checksParts {
                        trials &+= 1
                        if trials & 15 == 0, let deadline, deadline.hasPassed { return false }
                    }
                    if !admits(state, space, Int32(index)) { continue }
                    insert(Pick(score: score, block: Int32(index)), limit)
                    if scratch.pointee.picks.count == limit {
                        threshold = scratch.pointee.picks[limit - 1].score
                    }
                }
            }
        }
        return true
    }

    @inline(__always)
    private func insert(_ pick: Pick, _ limit: Int) {
        let picks = scratch.pointee.picks.base
        var at = min(scratch.pointee.picks.count, limit - 1)
        if scratch.pointee.picks.count < limit { scratch.pointee.picks.count += 1 }
        while at > 0, picks[at - 1].score < pick.score {
            picks[at] = picks[at - 1]
            at -= 1
        }
        picks[at] = pick
    }

    // MARK: Placing

    /// Where a block comes to stand in a space.
    func placed(_ block: Int32, in space: FreeSpace, _ state: State) -> PlacedBlock {
        let shape = model.shapes[Int(block)]
        var (at, mirror) = corner(space, shape)
        if model.checksApart || model.checksAxles {
            at = anchor(state, space, block, at, mirror) ?? at
        }
        return PlacedBlock(
            block: block,
            x0: at.x,
            y0: at.y,
            z0: at.z,
            x1: at.x + shape.length,
            y1: at.y + shape.width,
            z1: at.z + shape.height,
            stop: model.bodies[Int(block)].stop,
            mirror: mirror
        )
    }

    func place(_ state: State, _ spaceIndex: Int, _ block: Int32) {
        let space = state.pointee.spaces[spaceIndex]
        let shape = model.shapes[Int(block)]
        let body = model.bodies[Int(block)]
        for slot in 0..<4 where shape.amounts[slot] > 0 {
            let kind = Int(shape.kinds[slot])
            let left = state.pointee.remaining[kind] - Int32(shape.amounts[slot])
            state.pointee.remaining[kind] = left
            model.index.retain(state.pointee.alive.base, kind: kind, left: left)
        }
        let placed = placed(block, in: space, state)
        let (at, mirror) = (SIMD3(placed.x0, placed.y0, placed.z0), placed.mirror)
        state.pointee.placed.append(placed)
        state.pointee.volume += body.volume
        state.pointee.weight += body.weight
        state.pointee.key &+= placed.key
        if model.checksAxles { state.pointee.moment += blockMoment(shape, body, at.x, mirror) }
        if model.checksParts {
            let first = state.pointee.parts.count
            _ = layParts(state, block, at, mirror)
            let flows = scratch.pointee.flows.base
            for index in 0..<state.pointee.parts.count where index < first || flows[index] > 0 {
                state.pointee.parts.base[index].load += flows[index]
            }
        }
        cut(state, placed, body, host: space)
    }
}
