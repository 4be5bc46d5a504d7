extension PackingBlocks {
    mutating func addPairs() {
        var from = 0
        // Each round pairs what the last one made with everything made so far.
        while from < shapes.count, shapes.count < settings.limit {
            let until = shapes.count
            pair(from..<until, with: 0..<until)
            from = until
        }
    }

    mutating func pair(_ fresh: Range<Int>, with all: Range<Int>) {
        var byHeight: [Int32: [Int]] = [:]
        for index in all {
            byHeight[shapes[index].height, default: []].append(index)
        }
        let byFootprint = all.sorted {
            (shapes[$0].length, $0) < (shapes[$1].length, $1)
        }
        let lengths = byFootprint.map { shapes[$0].length }
        // A bound on the work, not on time: the same blocks arise on every machine.
        var attempts = 8_000_000
        for i in fresh {
            for j in byHeight[shapes[i].height] ?? [] {
                attempts -= 1
                if bodies[i].group != bodies[j].group { continue }
                // Pairs within the fresh range come up twice; once is enough.
                if j >= fresh.lowerBound, j < i { continue }
                if shapes.count >= settings.limit || attempts < 0 { return }
                joinAlongX(i, j)
                joinAlongY(i, j)
            }
            let longest = shapes[i].length
            let least = Int32(Double(longest) * 0.9)
            var at = Self.firstIndex(in: lengths, notBelow: least)
            while at < lengths.count, lengths[at] <= longest {
                let j = byFootprint[at]
                at += 1
                attempts -= 1
                if bodies[i].group != bodies[j].group { continue }
                if shapes.count >= settings.limit || attempts < 0 { return }
                joinAlongZ(i, j)
                if i != j, j < fresh.lowerBound { joinAlongZ(j, i) }
            }
        }
    }

    static func firstIndex(in sorted: [Int32], notBelow value: Int32) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func joinAlongX(_ i: Int, _ j: Int) {
        let a = shapes[i]
        let b = shapes[j]
        let length = a.length + b.length
        let width = max(a.width, b.width)
        guard Int(length) <= problem.space.length,
            fills(i, j, Int64(length) * Int64(width) * Int64(a.height))
        else { return }
        let wholeTop = bodies[i].topLength == a.length
        join(
            i,
            j,
            .alongX,
            SIMD3(length, width, a.height),
            top: wholeTop
                ? SIMD2(
                    a.length + bodies[j].topLength,
                    min(bodies[i].topWidth, bodies[j].topWidth)
                ) : SIMD2(bodies[i].topLength, bodies[i].topWidth),
            shift: Int64(a.length)
        )
    }

    mutating func joinAlongY(_ i: Int, _ j: Int) {
        let a = shapes[i]
        let b = shapes[j]
        let length = max(a.length, b.length)
        let width = a.width + b.width
        guard Int(width) <= problem.space.width,
            fills(i, j, Int64(length) * Int64(width) * Int64(a.height))
        else { return }
        let wholeTop = bodies[i].topWidth == a.width
        join(
            i,
            j,
            .alongY,
            SIMD3(length, width, a.height),
            top: wholeTop
                ? SIMD2(
                    min(bodies[i].topLength, bodies[j].topLength),
                    a.width + bodies[j].topWidth
                ) : SIMD2(bodies[i].topLength, bodies[i].topWidth),
            shift: 0
        )
    }

    /// `j` on top of `i`.
    mutating func joinAlongZ(_ i: Int, _ j: Int) {
        let a = shapes[i]
        let b = shapes[j]
        let height = a.height + b.height
        guard Int(height) <= problem.space.height, b.length <= bodies[i].topLength,
            b.width <= bodies[i].topWidth,
            fills(i, j, Int64(a.length) * Int64(a.width) * Int64(height))
        else { return }
        join(
            i,
            j,
            .alongZ,
            SIMD3(a.length, a.width, height),
            top: SIMD2(bodies[j].topLength, bodies[j].topWidth),
            shift: 0
        )
    }

    private func fills(_ i: Int, _ j: Int, _ hull: Int64) -> Bool {
        Double(bodies[i].volume + bodies[j].volume) >= settings.leastFill * Double(hull)
    }

    mutating func join(
        _ i: Int,
        _ j: Int,
        _ make: BlockBody.Make,
        _ size: SIMD3<Int32>,
        top: SIMD2<Int32>,
        shift: Int64
    ) {
        let a = bodies[i]
        let b = bodies[j]
        if a.firstClass & b.secondClass | a.secondClass & b.firstClass != 0 { return }
        if keepsParts, a.boxCount + b.boxCount > Self.mostParts { return }
        var kinds = shapes[i].kinds
        var amounts = shapes[i].amounts
        merging: for slot in 0..<4 {
            let extra = shapes[j].amounts[slot]
            if extra == 0 { break }
            let kind = shapes[j].kinds[slot]
            for place in 0..<4 {
                if amounts[place] == 0 {
                    kinds[place] = kind
                    amounts[place] = extra
                } else if kinds[place] == kind {
                    let (sum, over) = amounts[place].addingReportingOverflow(extra)
                    if over { return }
                    amounts[place] = sum
                } else {
                    if place == 3 { return }
                    continue
                }
                if Int(amounts[place]) > stock.quantities[Int(kind)] { return }
                continue merging
            }
        }
        let body = BlockBody(
            make: make,
            first: Int32(i),
            second: Int32(j),
            topLength: top.x,
            topWidth: top.y,
            volume: a.volume + b.volume,
            weight: a.weight + b.weight,
            moment: a.moment + b.moment + 2 * shift * b.weight,
            stop: a.stop,
            group: a.group,
            firstClass: a.firstClass | b.firstClass,
            secondClass: a.secondClass | b.secondClass,
            boxCount: a.boxCount + b.boxCount
        )
        if keepsParts, make == .alongZ, !bears(i, j) { return }
        let (sortedKinds, sortedAmounts) = Self.sorted(kinds, amounts)
        add(
            BlockShape(
                length: size.x,
                width: size.y,
                height: size.z,
                value: 0,
                kinds: sortedKinds,
                amounts: sortedAmounts
            ),
            body
        )
    }

    /// A quick test that `j` may stand on `i` as far as that can be said without the exact flow of
    /// forces; the search makes the exact test when it places the block.
    private func bears(_ i: Int, _ j: Int) -> Bool {
        func kinds(_ index: Int) -> [Int] {
            (0..<4).filter { shapes[index].amounts[$0] > 0 }.map { Int(shapes[index].kinds[$0]) }
        }
        let above = kinds(j).map { problem.items[$0] }
        return kinds(i).allSatisfy { lower in
            let item = problem.items[lower]
            if item.maxLoadGrams == 0, above.contains(where: { $0.weightGrams > 0 }) {
                return false
            }
            return !item.isFragile
                || above.allSatisfy { $0.isFragile && $0.weightGrams <= item.weightGrams }
        }
    }

    static func sorted(_ kinds: SIMD4<UInt32>, _ amounts: SIMD4<UInt16>)
        -> (SIMD4<UInt32>, SIMD4<UInt16>)
    {
        var kinds = kinds
        var amounts = amounts
        var used = 0
        while used < 4, amounts[used] > 0 { used += 1 }
        for end in stride(from: used - 1, to: 0, by: -1) {
            for at in 0..<end where kinds[at] > kinds[at + 1] {
                (kinds[at], kinds[at + 1]) = (kinds[at + 1], kinds[at])
                (amounts[at], amounts[at + 1]) = (amounts[at + 1], amounts[at])
            }
        }
        return (kinds, amounts)
    }
}
