/// What follows from an event's values.
extension PatternMatcher {
    func conclude() {
        if tables.tracksElements {
            elements[0].end = Int32(elements.count)
            elements[0].values = 0..<Int32(values.count)
        }
        for field in tables.absentFields { missing(field) }
        for slot in hits {
            let word = Int(slot >> 6)
            let owner = tables.groupOfWord[word]
            guard owner.isLead else { continue }
            let group = tables.groups[Int(owner.group)]
            check(slot, group, word - tables.members[group.members.lowerBound].start)
        }
        for field in seenFields where !tables.fields[field].isSparse {
            for group in tables.groupsOf[field] { join(tables.groups[group]) }
        }
    }

    /// Satisfies the conditions that accept absence when the field has no value in the event.
    private func missing(_ field: Int) {
        let index = tables.fields[field]
        let base = accumulator + index.words.lowerBound
        if seen[field] == turn {
            // It has one, but perhaps not where a branch found its other values: that is compared later.
            guard isNested else { return }
            for word in 0..<index.words.count { base[word] |= index.absent[word] }
            return
        }
        seen[field] = turn
        seenFields.append(field)
        for word in 0..<index.words.count { base[word] = index.absent[word] }
    }

    /// Keeps a hit when the other fields of its group are satisfied too.
    @inline(__always)
    private func check(_ slot: UInt32, _ group: PatternMachine.Group, _ word: Int) {
        var bits: UInt64 = 1 << UInt64(slot & 63)
        for member in group.members.dropFirst() {
            let member = tables.members[member]
            guard seen[member.field] == turn else { return }
            bits &= accumulator[member.start + word]
            if bits == 0 { return }
        }
        let first = group.firstBranch + word * 64
        if isNested, group.isConsistent { bits = consistent(bits, first) }
        if bits != 0 { single.append((first, bits)) }
    }

    /// Keeps of a group's branches those that all fields satisfy.
    private func join(_ group: PatternMachine.Group) {
        let first = tables.members[group.members.lowerBound].start
        let mustCompare = isNested && group.isConsistent
        if group.members.count == 1, !mustCompare {
            found.append(
                Found(
                    firstBranch: group.firstBranch,
                    words: UnsafePointer(accumulator + first),
                    count: group.words
                )
            )
            return
        }
        for member in group.members.dropFirst() {
            guard seen[tables.members[member].field] == turn else { return }
        }
        let words = joined + joinedCount
        words.update(from: accumulator + first, count: group.words)
        for member in group.members.dropFirst() {
            let other = accumulator + tables.members[member].start
            for index in 0..<group.words { words[index] &= other[index] }
        }
        if mustCompare {
            for index in 0..<group.words where words[index] != 0 {
                words[index] = consistent(words[index], group.firstBranch + index * 64)
            }
        }
        joinedCount += group.words
        found.append(
            Found(
                firstBranch: group.firstBranch,
                words: UnsafePointer(words),
                count: group.words
            )
        )
    }

    private func consistent(_ bits: UInt64, _ first: Int) -> UInt64 {
        var kept = bits
        var rest = bits
        while rest != 0 {
            let place = rest.trailingZeroBitCount
            rest &= rest - 1
            if !isConsistent(tables.branches[first + place]) { kept &= ~(1 << UInt64(place)) }
        }
        return kept
    }
}
