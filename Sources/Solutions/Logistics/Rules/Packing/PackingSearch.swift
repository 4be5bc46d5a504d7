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
    private var fresh = PackingBuffer<FreeSpace>()
    private var flows = PackingBuffer<Double>()

    init(_ model: PackingModel) {
        self.model = model
    }

    deinit {
        picks.free()
        fresh.free()
        flows.free()
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
    private func distance(_ space: FreeSpace) -> Int32 {
        // With several stops everything is pushed away from the door; else either end will do.
        let alongX = model.checksStops ? space.x0 : min(space.x0, model.length &- space.x1)
        return alongX &+ min(space.y0, model.width &- space.y1) &+ space.z0
    }

    @inline(__always)
    private func corner(_ space: FreeSpace, _ shape: BlockShape) -> (SIMD3<Int32>, Int32) {
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
    func rank(_ state: PackingState, _ spaceIndex: Int, limit: Int) {
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

    // MARK: Constraints

    @inline(__always)
    private func admits(_ state: PackingState, _ space: FreeSpace, _ block: Int32) -> Bool {
        guard model.checksWeight || model.checksAxles || model.checksStops || model.checksParts
        else { return true }
        return admitsAll(state, space, block)
    }

    private func admitsAll(_ state: PackingState, _ space: FreeSpace, _ block: Int32) -> Bool {
        let body = model.bodies[Int(block)]
        let shape = model.shapes[Int(block)]
        let weight = state.weight + body.weight
        if weight > model.maxWeight { return false }
        let (at, mirror) = corner(space, shape)
        if model.checksAxles {
            let moment = state.moment + blockMoment(shape, body, at.x, mirror)
            // Moment balance about the other axle, as in LayoutProof.
            if 2 * model.axleRear * weight - moment > model.frontLimit { return false }
            if moment - 2 * model.axleFront * weight > model.rearLimit { return false }
        }
        if model.checksStops, !keepsStopsReachable(state, shape, body, at) { return false }
        if model.checksParts {
            let parts = state.parts.count
            let bearings = state.bearings.count
            let good = layParts(state, block, at, mirror)
            state.parts.count = parts
            state.bearings.count = bearings
            return good
        }
        return true
    }

    @inline(__always)
    private func blockMoment(
        _ shape: BlockShape,
        _ body: BlockBody,
        _ x: Int32,
        _ mirror: Int32
    ) -> Int64 {
        let own =
            mirror & 1 == 0 ? body.moment : 2 * body.weight * Int64(shape.length) - body.moment
        return own + 2 * body.weight * Int64(x)
    }

    /// Whether nothing placed for a later stop would be above the block or between it and the door.
    private func keepsStopsReachable(
        _ state: PackingState,
        _ shape: BlockShape,
        _ body: BlockBody,
        _ at: SIMD3<Int32>
    ) -> Bool {
        let x1 = at.x + shape.length
        let y1 = at.y + shape.width
        let z1 = at.z + shape.height
        for index in 0..<state.placed.count {
            let other = state.placed.base + index
            let o = other.pointee
            if o.stop == body.stop || o.y0 >= y1 || o.y1 <= at.y { continue }
            let overlapX = o.x0 < x1 && o.x1 > at.x
            let overlapZ = o.z0 < z1 && o.z1 > at.z
            if o.stop > body.stop {
                if overlapX, o.z0 >= z1 { return false }
                if overlapZ, o.x0 >= x1 { return false }
            } else {
                if overlapX, at.z >= o.z1 { return false }
                if overlapZ, at.x >= o.x1 { return false }
            }
        }
        return true
    }

    /// Appends the block's boxes and what bears them.
    ///
    /// Answers whether every box is supported enough and nothing is overloaded; the caller takes
    /// the boxes away again when not.
    private func layParts(
        _ state: PackingState,
        _ block: Int32,
        _ at: SIMD3<Int32>,
        _ mirror: Int32
    ) -> Bool {
        let body = model.bodies[Int(block)]
        let shape = model.shapes[Int(block)]
        let first = state.parts.count
        for index in 0..<Int(body.boxCount) {
            let part = model.parts[Int(body.parts) + index]
            let x =
                mirror & 1 == 0
                ? at.x + part.x : at.x + shape.length - part.x - part.length
            let y = mirror & 2 == 0 ? at.y + part.y : at.y + shape.width - part.y - part.width
            var box = PlacedPart(
                kind: part.kind,
                x0: x,
                y0: y,
                z0: at.z + part.z,
                x1: x + part.length,
                y1: y + part.width,
                z1: at.z + part.z + part.height,
                firstBearing: Int32(state.bearings.count),
                bearingCount: 0,
                load: 0
            )
            guard findBearings(state, &box, insideFrom: first) else { return false }
            state.parts.append(box)
        }
        return loadsHold(state, from: first)
    }

    private func findBearings(
        _ state: PackingState,
        _ box: inout PlacedPart,
        insideFrom first: Int
    ) -> Bool {
        var contact: Double = 0
        let kind = Int(box.kind)
        for index in 0..<state.parts.count {
            let below = state.parts.base + index
            if below.pointee.z1 != box.z0 {
                // Under an overhanging box a new one would take over part of its weight, which the
                // forces worked out so far do not know.
                if model.checksLoads, index < first, below.pointee.z0 == box.z1,
                    below.pointee.x0 < box.x1, below.pointee.x1 > box.x0,
                    below.pointee.y0 < box.y1, below.pointee.y1 > box.y0
                {
                    return false
                }
                continue
            }
            let x = min(box.x1, below.pointee.x1) - max(box.x0, below.pointee.x0)
            let y = min(box.y1, below.pointee.y1) - max(box.y0, below.pointee.y0)
            if x <= 0 || y <= 0 { continue }
            let under = Int(below.pointee.kind)
            if model.kindFragile[under] {
                let weight = model.kindWeight[kind]
                if !model.kindFragile[kind] || weight > model.kindWeight[under] { return false }
            }
            let area = Double(x) * Double(y)
            contact += area
            state.bearings.append(Bearing(below: Int32(index), share: area))
            box.bearingCount += 1
        }
        let base = Double(box.x1 - box.x0) * Double(box.y1 - box.y0)
        if box.z0 == 0 { return true }
        // A hair below, so that a share such as 0.8 of a base is not lost to rounding.
        if contact < model.leastSupport * base - 1e-6 { return false }
        for index in 0..<Int(box.bearingCount) {
            state.bearings.base[Int(box.firstBearing) + index].share /= contact
        }
        return true
    }

    /// Lets the weight of the boxes from `first` on run down to the floor.
    ///
    /// Each box hands on its own weight and what rests on it in proportion to the areas of contact.
    /// Fills `flows` with what each box gains.
    private func loadsHold(_ state: PackingState, from first: Int) -> Bool {
        let count = state.parts.count
        flows.fill(0, count: count)
        var index = count - 1
        while index >= 0 {
            let part = state.parts.base + index
            let gained = flows[index]
            let kind = Int(part.pointee.kind)
            if gained > 0, part.pointee.load + gained > model.kindMaxLoad[kind] + 1e-6 {
                return false
            }
            let passed = gained + (index >= first ? Double(model.kindWeight[kind]) : 0)
            if passed > 0 {
                for at in 0..<Int(part.pointee.bearingCount) {
                    let bearing = state.bearings[Int(part.pointee.firstBearing) + at]
                    flows.base[Int(bearing.below)] += passed * bearing.share
                }
            }
            index -= 1
        }
        return true
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

    /// Takes the block out of every space it enters.
    private func cut(
        _ state: PackingState,
        _ block: PlacedBlock,
        _ body: BlockBody,
        host: FreeSpace
    ) {
        fresh.count = 0
        var write = 0
        let full = model.fullSupport
        for index in 0..<state.spaces.count {
            let space = state.spaces[index]
            if space.x0 >= block.x1 || space.x1 <= block.x0 || space.y0 >= block.y1
                || space.y1 <= block.y0 || space.z0 >= block.z1 || space.z1 <= block.z0
            {
                state.spaces[write] = space
                write &+= 1
                continue
            }
            if block.x0 > space.x0 {
                var rest = space
                rest.x1 = block.x0
                offer(rest)
            }
            if block.x1 < space.x1 {
                var rest = space
                rest.x0 = block.x1
                offer(rest)
            }
            if block.y0 > space.y0 {
                var rest = space
                rest.y1 = block.y0
                offer(rest)
            }
            if block.y1 < space.y1 {
                var rest = space
                rest.y0 = block.y1
                offer(rest)
            }
            if !full {
                if block.z1 < space.z1 {
                    var rest = space
                    rest.z0 = block.z1
                    offer(rest)
                }
                if block.z0 > space.z0 {
                    var rest = space
                    rest.z1 = block.z0
                    offer(rest)
                }
            }
        }
        state.spaces.count = write
        if full, block.z1 < host.z1 { offerTop(state, block, body, host) }
        merge(state)
    }

    @inline(__always)
    private func offer(_ space: FreeSpace) {
        if space.x1 &- space.x0 < model.leastHorizontal
            || space.y1 &- space.y0 < model.leastHorizontal
            || space.z1 &- space.z0 < model.leastVertical
        {
            return
        }
        var space = space
        space.distance = distance(space)
        space.exhausted = -1
        fresh.append(space)
    }

    /// The space on the block's flat top, joined with neighbouring tops of the same height.
    private func offerTop(
        _ state: PackingState,
        _ block: PlacedBlock,
        _ body: BlockBody,
        _ host: FreeSpace
    ) {
        var top = host
        top.z0 = block.z1
        if block.mirror & 1 == 0 {
            top.x0 = block.x0
            top.x1 = block.x0 + body.topLength
        } else {
            top.x1 = block.x1
            top.x0 = block.x1 - body.topLength
        }
        if block.mirror & 2 == 0 {
            top.y0 = block.y0
            top.y1 = block.y0 + body.topWidth
        } else {
            top.y1 = block.y1
            top.y0 = block.y1 - body.topWidth
        }
        var next = fresh.count
        offerJoined(top)
        // Each new top is joined with the older ones, and the joined ones again, a few times.
        while next < fresh.count, fresh.count < 48 {
            let grown = next == fresh.count ? top : fresh[next]
            next += 1
            for index in 0..<state.spaces.count {
                let other = state.spaces[index]
                if other.z0 != grown.z0 { continue }
                join(grown, other)
            }
        }
    }

    /// Tops are offered whatever their size, as joining may make them large enough.
    private func offerJoined(_ space: FreeSpace) {
        var space = space
        space.distance = distance(space)
        space.exhausted = -1
        fresh.append(space)
    }

    private func join(_ a: FreeSpace, _ b: FreeSpace) {
        let y0 = max(a.y0, b.y0)
        let y1 = min(a.y1, b.y1)
        let x0 = max(a.x0, b.x0)
        let x1 = min(a.x1, b.x1)
        if y1 > y0, x1 >= x0 {
            var joined = a
            joined.y0 = y0
            joined.y1 = y1
            joined.x0 = min(a.x0, b.x0)
            joined.x1 = max(a.x1, b.x1)
            joined.z1 = min(a.z1, b.z1)
            if !a.contains(joined), !b.contains(joined), !isKnown(joined) { offerJoined(joined) }
        }
        if x1 > x0, y1 >= y0 {
            var joined = a
            joined.x0 = x0
            joined.x1 = x1
            joined.y0 = min(a.y0, b.y0)
            joined.y1 = max(a.y1, b.y1)
            joined.z1 = min(a.z1, b.z1)
            if !a.contains(joined), !b.contains(joined), !isKnown(joined) { offerJoined(joined) }
        }
    }

    private func isKnown(_ space: FreeSpace) -> Bool {
        for index in 0..<fresh.count where fresh[index].contains(space) { return true }
        return false
    }

    /// Adds the fresh spaces that no other space contains.
    private func merge(_ state: PackingState) {
        let old = state.spaces.count
        next: for index in 0..<fresh.count {
            let space = fresh[index]
            if space.x1 &- space.x0 < model.leastHorizontal
                || space.y1 &- space.y0 < model.leastHorizontal
                || space.z1 &- space.z0 < model.leastVertical
            {
                continue
            }
            for other in 0..<fresh.count where other != index {
                if fresh[other].contains(space), other < index || !space.contains(fresh[other]) {
                    continue next
                }
            }
            for other in 0..<old where state.spaces[other].contains(space) { continue next }
            state.spaces.append(space)
        }
    }
}
