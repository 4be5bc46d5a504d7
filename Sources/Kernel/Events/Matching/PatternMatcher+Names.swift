/// Finding members' names among those that patterns name.
extension PatternMatcher {
    /// The node that a member's name leads to from a node; 0 when no pattern names it.
    @inline(__always)
    func child(of node: Int, _ name: JSONScanner.Text) -> Int {
        let count = name.end - name.start
        guard count <= 8, name.start + 8 <= scanner.end, !name.hasEscapes else {
            return longChild(of: node, name)
        }
        let word = scanner.word(name.start)
        let head = count == 8 ? word : word & (1 << UInt64(8 * count) - 1)
        let found = find(node, head, 0, count, nil)
        if found != 0 { return found }
        // A dot within a name separates names, as it does in event-ruler.
        let ones: UInt64 = 0x0101_0101_0101_0101
        let dots = head ^ (ones &* 0x2E)
        guard (dots &- ones) & ~dots & (ones &* 0x80) != 0 else { return 0 }
        return longChild(of: node, name)
    }

    private func longChild(of node: Int, _ name: JSONScanner.Text) -> Int {
        if !name.hasEscapes { return descend(from: node, slice(name.start, name.end)) }
        var bytes: [UInt8] = []
        scanner.decode(name, into: &bytes)
        return bytes.withUnsafeBufferPointer { descend(from: node, $0) }
    }

    private func descend(from node: Int, _ name: UnsafeBufferPointer<UInt8>) -> Int {
        var node = node
        var start = 0
        while true {
            var end = start
            while end < name.count, name[end] != UInt8(ascii: ".") { end += 1 }
            node = find(node, UnsafeBufferPointer(rebasing: name[start..<end]))
            if node == 0 || end == name.count { return node }
            start = end + 1
        }
    }

    private func find(_ node: Int, _ name: UnsafeBufferPointer<UInt8>) -> Int {
        var head: UInt64 = 0
        var tail: UInt64 = 0
        for index in 0..<min(8, name.count) { head |= UInt64(name[index]) << UInt64(8 * index) }
        if name.count > 8 {
            for index in 0..<8 {
                tail |= UInt64(name[name.count - 8 + index]) << UInt64(8 * index)
            }
        }
        return find(node, head, tail, name.count, name.count > 16 ? name : nil)
    }

    @inline(__always)
    private func find(
        _ node: Int,
        _ head: UInt64,
        _ tail: UInt64,
        _ count: Int,
        _ whole: UnsafeBufferPointer<UInt8>?
    ) -> Int {
        var at = PatternMachine.place(head, tail, count, node) & tables.childMask
        while true {
            let entry = tables.children[at]
            if entry.node == 0 { return 0 }
            if entry.head == head, entry.tail == tail, Int(entry.count) == count,
                Int(entry.parent) == node,
                whole?.elementsEqual(tables.names[Int(entry.start)..<Int(entry.start) + count])
                    ?? true
            {
                return Int(entry.node)
            }
            at = (at + 1) & tables.childMask
        }
    }
}
