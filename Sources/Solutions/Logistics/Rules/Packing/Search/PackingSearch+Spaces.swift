extension PackingSearch {
    /// Takes the block out of every space it enters.
    func cut(
        _ state: State,
        _ block: PlacedBlock,
        _ body: BlockBody,
        host: FreeSpace
    ) {
        let full = model.fullSupport
        scratch.pointee.fresh.clear()
        scratch.pointee.touching.clear()
        scratch.pointee.tops.count = 0
        let spaces = state.pointee.spaces.base
        let from = SIMD4(block.x0, block.y0, block.z0, 0)
        let to = SIMD4(block.x1, block.y1, block.z1, 0)
        var write = 0
        for read in 0..<state.pointee.spaces.count {
            let space = spaces[read]
            guard space.meets(from, to) else {
                spaces[write] = space
                for axis in 0..<3 {
                    touch(space, Int32(write), from, to, axis)
                }
                write &+= 1
                continue
            }
            split(space, from, to, 0)
            split(space, from, to, 1)
            if !full { split(space, from, to, 2) }
        }
        state.pointee.spaces.count = write
        for face in 0..<6 { merge(state, face) }
        if full, block.z1 < host.z1 {
            offerTop(state, block, body, host)
            mergeTops(state)
        }
    }

    /// Offers what a block leaves of a space before and behind it along an axis.
    @inline(__always)
    private func split(
        _ space: FreeSpace,
        _ from: SIMD4<Int32>,
        _ to: SIMD4<Int32>,
        _ axis: Int
    ) {
        if from[axis] > space.low[axis] {
            var rest = space
            rest.high[axis] = from[axis]
            offer(rest, 2 * axis)
        }
        if to[axis] < space.high[axis] {
            var rest = space
            rest.low[axis] = to[axis]
            offer(rest, 2 * axis + 1)
        }
    }

    /// Notes a space that ends at a face of the block across an axis.
    @inline(__always)
    private func touch(
        _ space: FreeSpace,
        _ index: Int32,
        _ from: SIMD4<Int32>,
        _ to: SIMD4<Int32>,
        _ axis: Int
    ) {
        let (isBefore, isBehind) = (space.high[axis] == from[axis], space.low[axis] == to[axis])
        guard isBefore || isBehind else { return }
        let (one, other) = ((axis + 1) % 3, (axis + 2) % 3)
        guard space.low[one] < to[one], space.high[one] > from[one], space.low[other] < to[other],
            space.high[other] > from[other]
        else { return }
        scratch.pointee.touching.lists[isBefore ? 2 * axis : 2 * axis + 1].append(index)
    }

    @inline(__always)
    private func isUseful(_ space: FreeSpace) -> Bool {
        space.x1 &- space.x0 >= model.leastHorizontal
            && space.y1 &- space.y0 >= model.leastHorizontal
            && space.z1 &- space.z0 >= model.leastVertical
    }

    @inline(__always)
    private func offer(_ space: FreeSpace, _ face: Int) {
        guard isUseful(space) else { return }
        scratch.pointee.fresh.lists[face].append(space)
    }

    /// Adds what a cut left at one face of the block, but for what lies in another space.
    ///
    /// Such a rest ends at the face, so that only a space which ends there too can hold it: another
    /// rest at the same face, or one of those that touched it before.
    private func merge(_ state: State, _ face: Int) {
        let fresh = scratch.pointee.fresh.lists[face]
        let touching = scratch.pointee.touching.lists[face]
        next: for index in 0..<fresh.count {
            var space = fresh[index]
            for other in 0..<fresh.count where other != index {
                if fresh[other].contains(space), other < index || !space.contains(fresh[other]) {
                    continue next
                }
            }
            for other in 0..<touching.count
            where state.pointee.spaces[Int(touching[other])].contains(space) { continue next }
            space.distance = distance(space)
            space.exhausted = -1
            state.pointee.spaces.append(space)
        }
    }

    /// The space on the block's flat top, joined with neighbouring tops of the same height.
    func offerTop(
        _ state: State,
        _ block: PlacedBlock,
        _ body: BlockBody,
        _ host: FreeSpace
    ) {
        var top = host
        top.low.z = block.z1
        if block.mirror & 1 == 0 {
            top.low.x = block.x0
            top.high.x = block.x0 + body.topLength
        } else {
            top.high.x = block.x1
            top.low.x = block.x1 - body.topLength
        }
        if block.mirror & 2 == 0 {
            top.low.y = block.y0
            top.high.y = block.y0 + body.topWidth
        } else {
            top.high.y = block.y1
            top.low.y = block.y1 - body.topWidth
        }
        var next = scratch.pointee.tops.count
        offerJoined(top)
        // Each new top is joined with the older ones, and the joined ones again, a few times.
        while next < scratch.pointee.tops.count, scratch.pointee.tops.count < 48 {
            let grown = next == scratch.pointee.tops.count ? top : scratch.pointee.tops[next]
            next += 1
            for index in 0..<state.pointee.spaces.count {
                let other = state.pointee.spaces[index]
                if other.z0 != grown.z0 { continue }
                join(grown, other)
            }
        }
    }

    /// Tops are offered whatever their size, as joining may make them large enough.
    func offerJoined(_ space: FreeSpace) {
        var space = space
        space.distance = distance(space)
        space.exhausted = -1
        scratch.pointee.tops.append(space)
    }

    func join(_ a: FreeSpace, _ b: FreeSpace) {
        let y0 = max(a.y0, b.y0)
        let y1 = min(a.y1, b.y1)
        let x0 = max(a.x0, b.x0)
        let x1 = min(a.x1, b.x1)
        if y1 > y0, x1 >= x0 {
            var joined = a
            joined.low.y = y0
            joined.high.y = y1
            joined.low.x = min(a.x0, b.x0)
            joined.high.x = max(a.x1, b.x1)
            joined.high.z = min(a.z1, b.z1)
            if !a.contains(joined), !b.contains(joined), !isKnown(joined) { offerJoined(joined) }
        }
        if x1 > x0, y1 >= y0 {
            var joined = a
            joined.low.x = x0
            joined.high.x = x1
            joined.low.y = min(a.y0, b.y0)
            joined.high.y = max(a.y1, b.y1)
            joined.high.z = min(a.z1, b.z1)
            if !a.contains(joined), !b.contains(joined), !isKnown(joined) { offerJoined(joined) }
        }
    }

    func isKnown(_ space: FreeSpace) -> Bool {
        for index in 0..<scratch.pointee.tops.count
        where scratch.pointee.tops[index].contains(space) { return true }
        return false
    }

    /// Adds the spaces on tops that no other space contains.
    private func mergeTops(_ state: State) {
        let tops = scratch.pointee.tops
        next: for index in 0..<tops.count {
            let space = tops[index]
            guard isUseful(space) else { continue }
            for other in 0..<tops.count where other != index {
                if tops[other].contains(space), other < index || !space.contains(tops[other]) {
                    continue next
                }
            }
            for other in 0..<state.pointee.spaces.count
            where state.pointee.spaces[other].contains(space) { continue next }
            state.pointee.spaces.append(space)
        }
    }
}
