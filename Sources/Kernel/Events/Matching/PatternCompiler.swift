/// Builds the tables of a ``PatternMachine``.
struct PatternCompiler {
    private(set) var nodes: [PatternMachine.Node] = [PatternMachine.Node()]
    private(set) var names: [UInt8] = []
    private(set) var fields: [FieldIndex] = []
    private(set) var groups: [PatternMachine.Group] = []
    private(set) var members: [PatternMachine.Member] = []
    private(set) var branches: [PatternMachine.Branch] = []
    private(set) var groupsOf: [[Int]] = []
    private(set) var groupOfWord: [(group: Int32, isLead: Bool)] = []
    private(set) var words = 0
    private(set) var hasSeveralBranches = false

    /// The names under each node.
    private var childNodes: [[String: Int]] = [[:]]

    init(_ patterns: [Pattern]) {
        var alike: [[Int]: [PatternMachine.Branch]] = [:]
        var order: [[Int]] = []
        var fieldCount = 0
        for (number, pattern) in patterns.enumerated() {
            hasSeveralBranches = hasSeveralBranches || pattern.branches.count > 1
            for branch in pattern.branches {
                let leaves = branch.map { leaf in
                    (field: field(leaf.path, &fieldCount), condition: leaf.condition)
                }
                let key = leaves.map(\.field)
                if alike[key] == nil { order.append(key) }
                alike[key, default: []].append(
                    PatternMachine.Branch(pattern: Int32(number), leaves: leaves)
                )
            }
        }
        place(order, alike, fieldCount)
    }

    /// The number of the field at the path, made when it is new.
    private mutating func field(_ path: [String], _ count: inout Int) -> Int {
        var node = 0
        for name in path {
            if let known = childNodes[node][name] {
                node = known
                continue
            }
            childNodes[node][name] = nodes.count
            nodes[node].hasChildren = true
            nodes.append(PatternMachine.Node(parent: Int32(node)))
            childNodes.append([:])
            node = nodes.count - 1
        }
        if nodes[node].field < 0 {
            nodes[node].field = Int32(count)
            count += 1
        }
        return Int(nodes[node].field)
    }

    /// Gives each group its words in each of its fields, and compiles the fields.
    private mutating func place(
        _ order: [[Int]],
        _ alike: [[Int]: [PatternMachine.Branch]],
        _ fieldCount: Int
    ) {
        var wordsOf = [Int](repeating: 0, count: fieldCount)
        for key in order {
            let list = alike[key] ?? []
            let words = (list.count + 63) / 64
            let asksAbsence = list.contains { branch in
                branch.leaves.contains { $0.condition.acceptsAbsence }
            }
            groups.append(
                PatternMachine.Group(
                    members: members.count..<members.count + key.count,
                    words: words,
                    firstBranch: branches.count,
                    isConsistent: key.count > 1 || asksAbsence
                )
            )
            for field in key {
                members.append(PatternMachine.Member(field: field, start: wordsOf[field]))
                wordsOf[field] += words
            }
            branches += list
            branches += Array(
                repeating: PatternMachine.Branch(pattern: -1, leaves: []),
                count: words * 64 - list.count
            )
        }
        var firstWord = [Int](repeating: 0, count: fieldCount)
        for field in 0..<fieldCount {
            firstWord[field] = words
            words += wordsOf[field]
        }
        var conditions = [[UInt32: Condition]](repeating: [:], count: fieldCount)
        var recorded = [Bool](repeating: false, count: fieldCount)
        for group in groups {
            for (place, index) in group.members.enumerated() {
                let field = members[index].field
                members[index].start += firstWord[field]
                recorded[field] = recorded[field] || group.isConsistent
                for offset in 0..<group.words * 64 {
                    let branch = branches[group.firstBranch + offset]
                    guard branch.pattern >= 0 else { break }
                    let slot = UInt32(members[index].start * 64 + offset)
                    conditions[field][slot] = branch.leaves[place].condition
                }
            }
        }
        for (node, value) in nodes.enumerated() where value.field >= 0 {
            let field = Int(value.field)
            while fields.count <= field {
                let next = fields.count
                let place = next == field ? node : nodes.firstIndex { Int($0.field) == next } ?? 0
                fields.append(
                    FieldIndex(
                        conditions[next],
                        words: firstWord[next]..<(firstWord[next] + wordsOf[next]),
                        node: place,
                        isRecorded: recorded[next]
                    )
                )
            }
        }
        lead()
    }

    /// Decides with which field each group begins: one that few values satisfy, or else one that leads few.
    private mutating func lead() {
        groupsOf = [[Int]](repeating: [], count: fields.count)
        groupOfWord = [(group: Int32, isLead: Bool)](repeating: (-1, false), count: words)
        for (index, group) in groups.enumerated() {
            members[group.members].sort { left, right in
                if fields[left.field].isSparse != fields[right.field].isSparse {
                    return fields[left.field].isSparse
                }
                return groupsOf[left.field].count < groupsOf[right.field].count
            }
            for (rank, member) in members[group.members].enumerated() {
                for word in member.start..<(member.start + group.words) {
                    groupOfWord[word] = (Int32(index), rank == 0)
                }
                if rank == 0 { groupsOf[member.field].append(index) }
            }
        }
    }

    /// The names of all nodes as one hash table.
    mutating func childTable() -> (entries: [PatternMachine.Child], mask: Int) {
        var size = 8
        while size < nodes.count * 4 { size *= 2 }
        var table = [PatternMachine.Child](repeating: PatternMachine.Child(), count: size)
        for (parent, children) in childNodes.enumerated() {
            for (name, node) in children {
                let bytes = Array(name.utf8)
                var entry = PatternMachine.Child()
                for (index, byte) in bytes.prefix(8).enumerated() {
                    entry.head |= UInt64(byte) << UInt64(8 * index)
                }
                if bytes.count > 8 {
                    for (index, byte) in bytes.suffix(8).enumerated() {
                        entry.tail |= UInt64(byte) << UInt64(8 * index)
                    }
                }
                entry.count = UInt32(bytes.count)
                entry.parent = UInt32(parent)
                entry.start = UInt32(names.count)
                entry.node = UInt32(node)
                names += bytes
                var at =
                    PatternMachine.place(entry.head, entry.tail, bytes.count, parent)
                    & (size - 1)
                while table[at].node != 0 { at = (at + 1) & (size - 1) }
                table[at] = entry
            }
        }
        return (table, size - 1)
    }
}

extension PatternMachine {
    /// Where to look for a name in the table of children.
    @inline(__always)
    static func place(_ head: UInt64, _ tail: UInt64, _ count: Int, _ parent: Int) -> Int {
        var hash = head ^ (tail &* 0xD6E8_FEB8_6659_FD93)
        hash ^= UInt64(truncatingIfNeeded: count) << 56 ^ UInt64(truncatingIfNeeded: parent) << 24
        hash = hash &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: (hash ^ hash >> 29) >> 20 & 0xFFF_FFFF)
    }
}
