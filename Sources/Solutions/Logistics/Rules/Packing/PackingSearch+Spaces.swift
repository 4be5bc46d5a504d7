extension PackingSearch {
    /// Takes the block out of every space it enters.
    func cut(
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
    func offer(_ space: FreeSpace) {
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
    func offerTop(
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
    func offerJoined(_ space: FreeSpace) {
        var space = space
        space.distance = distance(space)
        space.exhausted = -1
        fresh.append(space)
    }

    func join(_ a: FreeSpace, _ b: FreeSpace) {
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

    func isKnown(_ space: FreeSpace) -> Bool {
        for index in 0..<fresh.count where fresh[index].contains(space) { return true }
        return false
    }

    /// Adds the fresh spaces that no other space contains.
    func merge(_ state: PackingState) {
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
