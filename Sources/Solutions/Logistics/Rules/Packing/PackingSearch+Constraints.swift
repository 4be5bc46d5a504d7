extension PackingSearch {
    @inline(__always)
    func admits(_ state: PackingState, _ space: FreeSpace, _ block: Int32) -> Bool {
        guard model.checksWeight || model.checksAxles || model.checksStops || model.checksParts
        else { return true }
        return admitsAll(state, space, block)
    }

    func admitsAll(_ state: PackingState, _ space: FreeSpace, _ block: Int32) -> Bool {
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
    func layParts(
        _ state: PackingState,
        _ block: Int32,
        _ at: SIMD3<Int32>,
        _ mirror: Int32
    ) -> Bool {
        let body = model.bodies[Int(block)]
        let shape = model.shapes[Int(block)]
        let first = state.parts.count
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
                firstBearing: Int32(state.bearings.count),
                bearingCount: 0,
                load: 0
            )
            guard findBearings(state, &box, insideFrom: first) else { return false }
            state.parts.append(box)
        }
        return loadsHold(state, from: first)
    }

    /// Fills `near` with the boxes placed before `end` that touch a block's hull from below or above.
    ///
    /// The hull is free, so no others can bear one of the block's boxes or hang over it.
    private func findNear(
        _ state: PackingState,
        _ low: SIMD3<Int32>,
        _ high: SIMD3<Int32>,
        before end: Int
    ) {
        near.count = 0
        let (placed, parts, bodies) = (state.placed.base, state.parts.base, model.bodies)
        var next = 0
        for index in 0..<state.placed.count {
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
                near.append(Int32(part))
            }
        }
    }

    func findBearings(
        _ state: PackingState,
        _ box: inout PlacedPart,
        insideFrom first: Int
    ) -> Bool {
        var contact: Double = 0
        let kind = Int(box.kind)
        // Local, since each look at a property of a class is checked for exclusive access.
        let (parts, nearby, nearCount) = (state.parts.base, near.base, near.count)
        let (checksLoads, fragile) = (model.checksLoads, model.kindFragile)
        for place in 0..<(nearCount + state.parts.count - first) {
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
    func loadsHold(_ state: PackingState, from first: Int) -> Bool {
        let count = state.parts.count
        flows.fill(0, count: count)
        let (parts, bearings, flows) = (state.parts.base, state.bearings.base, flows.base)
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
