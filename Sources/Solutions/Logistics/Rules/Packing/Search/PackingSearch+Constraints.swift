extension PackingSearch {
    @inline(__always)
    func admits(_ state: State, _ space: FreeSpace, _ block: Int32) -> Bool {
        guard
            model.checksWeight || model.checksAxles || model.checksStops || model.checksParts
                || model.checksApart
        else { return true }
        return admitsAll(state, space, block)
    }

    func admitsAll(_ state: State, _ space: FreeSpace, _ block: Int32) -> Bool {
        let body = model.bodies[Int(block)]
        let shape = model.shapes[Int(block)]
        let weight = state.pointee.weight + body.weight
        if weight > model.maxWeight { return false }
        var (at, mirror) = corner(space, shape)
        if model.checksApart || model.checksAxles {
            guard let place = anchor(state, space, block, at, mirror) else { return false }
            at = place
        }
        if model.checksStops, !keepsStopsReachable(state, shape, body, at) { return false }
        if model.checksParts {
            let parts = state.pointee.parts.count
            let bearings = state.pointee.bearings.count
            let good = layParts(state, block, at, mirror)
            state.pointee.parts.count = parts
            state.pointee.bearings.count = bearings
            return good
        }
        return true
    }

    /// The place in a space nearest its corner at which the axles bear the block and nothing it is
    /// kept apart from is too near; nil when there is none.
    func anchor(
        _ state: State,
        _ space: FreeSpace,
        _ block: Int32,
        _ corner: SIMD3<Int32>,
        _ mirror: Int32
    ) -> SIMD3<Int32>? {
        let body = model.bodies[Int(block)]
        let shape = model.shapes[Int(block)]
        var (least, most) = (Int64(space.x0), Int64(space.x1 - shape.length))
        if model.checksAxles {
            let weight = state.pointee.weight + body.weight
            let moment = state.pointee.moment + blockMoment(shape, body, 0, mirror)
            // Moment balance about the other axle, as in LayoutProof: the moment about the front of
            // the space, which grows by twice the block's weight with each millimetre, is bounded.
            let low = 2 * model.axleRear * weight - model.frontLimit - moment
            let high = model.rearLimit + 2 * model.axleFront * weight - moment
            let slope = 2 * body.weight
            if slope == 0 {
                if low > 0 || high < 0 { return nil }
            } else {
                least = max(least, (Double(low) / Double(slope)).rounded(.up).whole)
                most = min(most, (Double(high) / Double(slope)).rounded(.down).whole)
            }
        }
        guard least <= most else { return nil }
        if !model.checksApart || body.firstClass | body.secondClass == 0 {
            let x = min(max(Int64(corner.x), least), most)
            return SIMD3(Int32(x), corner.y, corner.z)
        }
        // Across, either wall will do; along, whatever lies nearest the corner.
        let other = corner.y == space.y0 ? space.y1 - shape.width : space.y0
        for y in [corner.y, other] {
            if let x = nearest(state, shape, body, corner.x, y, Int32(least)...Int32(most)) {
                return SIMD3(x, y, corner.z)
            }
        }
        return nil
    }

    /// The `x` nearest `wanted` at which a block whose `y` is given keeps its distances.
    private func nearest(
        _ state: State,
        _ shape: BlockShape,
        _ body: BlockBody,
        _ wanted: Int32,
        _ y: Int32,
        _ range: ClosedRange<Int32>
    ) -> Int32? {
        // What lies too near across forbids a stretch along.
        var forbidden: [Range<Int64>] = []
        for index in 0..<state.pointee.placed.count {
            let other = state.pointee.placed[index]
            let theirs = model.bodies[Int(other.block)]
            let rules =
                body.firstClass & theirs.secondClass | body.secondClass & theirs.firstClass
            guard rules != 0 else { continue }
            var gap: Int64 = 0
            var bits = rules
            while bits != 0 {
                gap = max(gap, Int64(model.gaps[bits.trailingZeroBitCount]))
                bits &= bits - 1
            }
            let across = Int64(max(other.y0 - (y + shape.width), y - other.y1))
            if across >= gap { continue }
            forbidden.append(
                (Int64(other.x0) - gap - Int64(shape.length) + 1)..<(Int64(other.x1) + gap)
            )
        }
        func isFree(_ x: Int64) -> Bool {
            x >= range.lowerBound && x <= range.upperBound
                && !forbidden.contains { $0.contains(x) }
        }
        let start = min(max(Int64(wanted), Int64(range.lowerBound)), Int64(range.upperBound))
        var best: Int64?
        for x in [start] + forbidden.flatMap({ [$0.lowerBound - 1, $0.upperBound] })
        where isFree(x) && abs(x - start) < best.map({ abs($0 - start) }) ?? .max {
            best = x
        }
        return best.map(Int32.init)
    }

    @inline(__always)
    func blockMoment(
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
    func keepsStopsReachable(
        _ state: State,
        _ shape: BlockShape,
        _ body: BlockBody,
        _ at: SIMD3<Int32>
    ) -> Bool {
        let x1 = at.x + shape.length
        let y1 = at.y + shape.width
        let z1 = at.z + shape.height
        for index in 0..<state.pointee.placed.count {
            let other = state.pointee.placed.base + index
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
    func layParts(
        _ state: State,
        _ block: Int32,
        _ at: SIMD3<Int32>,
        _ mirror: Int32
    ) -> Bool {
        let body = model.bodies[Int(block)]
        let shape = model.shapes[Int(block)]
        let first = state.pointee.parts.count
        findNear(state, at, at &+ SIMD3(shape.length, shape.width, shape.height), before: first)
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
                firstBearing: Int32(state.pointee.bearings.count),
                bearingCount: 0,
                load: 0
            )
            guard findBearings(state, &box, insideFrom: first) else { return false }
            state.pointee.parts.append(box)
        }
        return loadsHold(state, from: first)
    }

    /// Fills `near` with the boxes placed before `end` that touch a block's hull from below or above.
    ///
    /// The hull is free, so no others can bear one of the block's boxes or hang over it.
    private func findNear(
        _ state: State,
        _ low: SIMD3<Int32>,
        _ high: SIMD3<Int32>,
        before end: Int
    ) {
        scratch.pointee.near.count = 0
        let (placed, parts, bodies) = (
            state.pointee.placed.base, state.pointee.parts.base, model.bodies
        )
        var next = 0
        for index in 0..<state.pointee.placed.count {
            if next >= end { break }
            let start = next
            let block = placed + index
            // The boxes of placed blocks follow each other in the order of placing.
            next += Int(bodies[Int(block.pointee.block)].boxCount)
            if block.pointee.x0 >= high.x || block.pointee.x1 <= low.x
                || block.pointee.y0 >= high.y || block.pointee.y1 <= low.y
                || block.pointee.z1 < low.z || block.pointee.z0 > high.z
            {
                continue
            }
            for part in start..<next {
                let box = parts + part
                if box.pointee.z1 != low.z, box.pointee.z0 != high.z { continue }
                if box.pointee.x0 >= high.x || box.pointee.x1 <= low.x
                    || box.pointee.y0 >= high.y || box.pointee.y1 <= low.y
                {
                    continue
                }
                scratch.pointee.near.append(Int32(part))
            }
        }
    }

    func findBearings(
        _ state: State,
        _ box: inout PlacedPart,
        insideFrom first: Int
    ) -> Bool {
        var contact: Double = 0
        let kind = Int(box.kind)
        // Local, since each look at a property of a class is checked for exclusive access.
        let (parts, nearby, nearCount) = (
            state.pointee.parts.base, scratch.pointee.near.base, scratch.pointee.near.count
        )
        let (checksLoads, fragile) = (model.checksLoads, model.kindFragile)
        for place in 0..<(nearCount + state.pointee.parts.count - first) {
            let index = place < nearCount ? Int(nearby[place]) : first + place - nearCount
            let below = parts + index
            if below.pointee.z1 != box.z0 {
                // Under an overhanging box a new one would take over part of its weight, which the
                // forces worked out so far do not know.
                if checksLoads, index < first, below.pointee.z0 == box.z1,
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
            if fragile[under] {
                let weight = model.kindWeight[kind]
                if !model.kindFragile[kind] || weight > model.kindWeight[under] { return false }
            }
            let area = Double(x) * Double(y)
            contact += area
            state.pointee.bearings.append(Bearing(below: Int32(index), share: area))
            box.bearingCount += 1
        }
        let base = Double(box.x1 - box.x0) * Double(box.y1 - box.y0)
        if box.z0 == 0 { return true }
        // A hair below, so that a share such as 0.8 of a base is not lost to rounding.
        if contact < model.leastSupport * base - 1e-6 { return false }
        for index in 0..<Int(box.bearingCount) {
            state.pointee.bearings.base[Int(box.firstBearing) + index].share /= contact
        }
        return true
    }

    /// Lets the weight of the boxes from `first` on run down to the floor.
    ///
    /// Each box hands on its own weight and what rests on it in proportion to the areas of contact.
    /// Fills `flows` with what each box gains.
    func loadsHold(_ state: State, from first: Int) -> Bool {
        let count = state.pointee.parts.count
        scratch.pointee.flows.fill(0, count: count)
        let (parts, bearings, flows) = (
            state.pointee.parts.base, state.pointee.bearings.base, scratch.pointee.flows.base
        )
        let (maxLoad, weight) = (model.kindMaxLoad, model.kindWeight)
        var index = count - 1
        while index >= 0 {
            let part = parts + index
            let gained = flows[index]
            let kind = Int(part.pointee.kind)
            if gained > 0, part.pointee.load + gained > maxLoad[kind] + 1e-6 {
                return false
            }
            let passed = gained + (index >= first ? Double(weight[kind]) : 0)
            if passed > 0 {
                for at in 0..<Int(part.pointee.bearingCount) {
                    let bearing = bearings[Int(part.pointee.firstBearing) + at]
                    flows[Int(bearing.below)] += passed * bearing.share
                }
            }
            index -= 1
        }
        return true
    }
}

extension Double {
    /// The value as a whole number, at the ends of what the search can reckon with when it is beyond.
    fileprivate var whole: Int64 { Int64(max(-1e15, min(1e15, self))) }
}
