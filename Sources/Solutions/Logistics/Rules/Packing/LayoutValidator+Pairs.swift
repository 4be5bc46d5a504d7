/// The rules about two boxes.
extension LayoutValidator.Check {
    private var isFull: Bool { found.count >= LayoutValidator.mostReported }

    mutating func overlaps() {
        let tree = tree
        for first in boxes.indices {
            let a = boxes[first]
            // Of each pair the one with the lower index looks for the other.
            var others: [Int] = []
            tree.visit(BoxTree.Bounds(a)) { second in
                let b = boxes[second]
                if second > first, a.x < b.x + b.length, b.x < a.x + a.length,
                    a.y < b.y + b.width, b.y < a.y + a.width, a.z < b.z + b.height,
                    b.z < a.z + a.height
                {
                    others.append(second)
                }
                return others.count < LayoutValidator.mostReported
            }
            for second in others.sorted() {
                report(.overlap, [first, second], "\(name(first)) and \(name(second)) overlap")
            }
            if isFull { return }
        }
    }

    /// Finds what stands on what: undersides that meet tops of the same height.
    mutating func contacts() {
        let tree = tree
        under = boxes.enumerated().map { index, box in
            var found: [(box: Int, area: Int)] = []
            var region = BoxTree.Bounds(box)
            region.z = box.z - 1..<box.z
            tree.visit(region) { other in
                let lower = boxes[other]
                if other != index, lower.z + lower.height == box.z {
                    let x = min(box.x + box.length, lower.x + lower.length) - max(box.x, lower.x)
                    let y = min(box.y + box.width, lower.y + lower.width) - max(box.y, lower.y)
                    if x > 0, y > 0 { found.append((other, x * y)) }
                }
                return true
            }
            return found.sorted { $0.box < $1.box }
        }
    }

    mutating func stops() {
        let stops = boxes.map { problem.items[$0.item].stop }
        guard Set(stops).count > 1 else { return }
        let tree = tree
        for early in boxes.indices {
            let a = boxes[early]
            var later: [Int: Bool] = [:]
            var above = BoxTree.Bounds(a)
            above.z = a.z + a.height..<BoxTree.everywhere.upperBound
            var inFront = BoxTree.Bounds(a)
            inFront.x = a.x + a.length..<BoxTree.everywhere.upperBound
            for region in [above, inFront] {
                tree.visit(region, after: stops[early]) { late in
                    let b = boxes[late]
                    let meetsY = a.y < b.y + b.width && b.y < a.y + a.width
                    let meetsX = a.x < b.x + b.length && b.x < a.x + a.length
                    let meetsZ = a.z < b.z + b.height && b.z < a.z + a.height
                    let isAbove = meetsX && b.z >= a.z + a.height
                    let isInFront = meetsZ && b.x >= a.x + a.length
                    if meetsY, isAbove || isInFront { later[late] = isAbove }
                    return later.count < LayoutValidator.mostReported
                }
            }
            for (late, isAbove) in later.sorted(by: { $0.key < $1.key }) {
                report(
                    .stop,
                    [early, late],
                    "\(name(late)) for stop \(stops[late]) is "
                        + (isAbove ? "above" : "between the door and")
                        + " \(name(early)) for stop \(stops[early])"
                )
            }
            if isFull { return }
        }
    }

    mutating func apart() {
        var members: [String: [Int]] = [:]
        for index in boxes.indices {
            guard let goods = item(index).goodsClass else { continue }
            members[goods, default: []].append(index)
        }
        var trees: [String: BoxTree] = [:]
        for rule in problem.keepApart {
            guard let here = members[rule.first], let there = members[rule.second] else { continue }
            // The fewer look for the more.
            let (few, many, goods) =
                here.count <= there.count ? (here, there, rule.second) : (there, here, rule.first)
            let tree = trees[goods] ?? BoxTree(boxes, of: many)
            trees[goods] = tree
            for one in few {
                var near: [Int] = []
                tree.visit(reach(of: rule, around: boxes[one])) { other in
                    if gap(boxes[one], boxes[other]) < rule.distance ?? .max { near.append(other) }
                    return near.count < LayoutValidator.mostReported
                }
                for other in near.sorted() {
                    report(rule, min(one, other), max(one, other))
                }
                if isFull { return }
            }
        }
    }

    /// The gap in mm between two outlines seen from above; below 0 for boxes over each other.
    private func gap(_ a: PackedBox, _ b: PackedBox) -> Int {
        max(
            b.x - (a.x + a.length),
            a.x - (b.x + b.length),
            b.y - (a.y + a.width),
            a.y - (b.y + b.width)
        )
    }

    /// Where a box would stand too near `box`: from floor to roof, and everywhere without a distance.
    private func reach(of rule: KeepApart, around box: PackedBox) -> BoxTree.Bounds {
        let all = BoxTree.everywhere
        guard let distance = rule.distance else { return .init(x: all, y: all, z: all) }
        var region = BoxTree.Bounds(box)
        region.x = region.x.lowerBound - distance..<region.x.upperBound + distance
        region.y = region.y.lowerBound - distance..<region.y.upperBound + distance
        region.z = all
        return region
    }

    private mutating func report(_ rule: KeepApart, _ one: Int, _ other: Int) {
        let names =
            item(one).goodsClass == rule.first
            ? "\(name(one)) is \(rule.first), \(name(other)) is \(rule.second): "
            : "\(name(one)) is \(rule.second), \(name(other)) is \(rule.first): "
        report(
            .apart,
            [one, other],
            names
                + (rule.distance.map {
                    "\(max(0, gap(boxes[one], boxes[other]))) mm lie between them, at least \($0) "
                        + "are asked, seen from above"
                } ?? "they may not be in one space")
        )
    }
}
