/// Whether the values that satisfy a branch can be taken from the same elements of arrays.
///
/// As in event-ruler, two values may not come from different elements of one array, values that stand
/// in an array themselves (not in an object of it) excepted; and a field is absent when it has no value
/// that could be taken together with those of the fields that come before it in the order of paths.
/// Leaves under one array depend on each other only through the choice of its element, so the elements
/// are tried one after the other and never in combination: time grows with the number of values.
extension PatternMatcher {
    /// What became of a stretch of leaves.
    private enum Outcome {
        case failed
        /// All of them are satisfied; whether by a value, or all by absence.
        case satisfied(byValue: Bool)
    }

    func isConsistent(_ branch: PatternMachine.Branch) -> Bool {
        if valuesOf == nil {
            var lists = [[Int32]](repeating: [], count: tables.fields.count)
            for (index, value) in values.enumerated() {
                lists[Int(value.field)].append(Int32(index))
            }
            valuesOf = lists
        }
        if case .failed = satisfy(branch.leaves[...], within: 0, absence: 0) { return false }
        return true
    }

    /// Satisfies leaves with values within an element.
    ///
    /// - Parameters:
    ///   - leaves: the leaves, in the order of their paths.
    ///   - element: where their values are looked for.
    ///   - absence: where a field may have no value to be absent, as long as no leaf here has one.
    /// - Returns: whether all of them are satisfied.
    private func satisfy(
        _ leaves: ArraySlice<(field: Int, condition: Condition)>,
        within element: Int32,
        absence: Int32
    ) -> Outcome {
        var absence = absence
        var byValue = false
        var next = leaves.startIndex
        while next < leaves.endIndex {
            let leaf = leaves[next]
            let candidates = values(of: leaf.field, in: element)
            let isDirect = candidates.contains { index in
                let value = values[Int(index)]
                return value.element == element
                    && withScalar(value) { leaf.condition.accepts($0) }
            }
            if isDirect {
                next += 1
                (byValue, absence) = (true, element)
                continue
            }
            var passed: Int?
            for array in arrays(of: candidates, below: element) {
                let stretch = leaves[next...].prefix { leaf in
                    isUnder(leaf.field, Int(self.arrays[array].node))
                }
                for inner in elements(of: array) {
                    guard
                        case .satisfied(let innerByValue) = satisfy(
                            stretch,
                            within: inner,
                            absence: absence
                        )
                    else { continue }
                    if innerByValue { (byValue, absence) = (true, element) }
                    passed = stretch.endIndex
                    break
                }
                if passed != nil { break }
            }
            if let passed, passed > next {
                next = passed
                continue
            }
            guard leaf.condition.acceptsAbsence, values(of: leaf.field, in: absence).isEmpty else {
                return .failed
            }
            next += 1
        }
        return .satisfied(byValue: byValue)
    }

    /// The values of a field within an element.
    private func values(of field: Int, in element: Int32) -> ArraySlice<Int32> {
        guard let list = valuesOf?[field] else { return [] }
        let range = elements[Int(element)].values
        return list[
            Self.place(
                of: range.lowerBound,
                in: list
            )..<Self.place(
                of: range.upperBound,
                in: list
            )
        ]
    }

    private static func place(of value: Int32, in list: [Int32]) -> Int {
        var low = 0
        var high = list.count
        while low < high {
            let middle = (low + high) / 2
            if list[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The arrays directly below an element that hold the values.
    private func arrays(of candidates: ArraySlice<Int32>, below element: Int32) -> [Int] {
        var arrays: [Int] = []
        var next = candidates.startIndex
        while next < candidates.endIndex {
            var inner = values[Int(candidates[next])].element
            guard inner != element else {
                next += 1
                continue
            }
            while elements[Int(inner)].parent != element { inner = elements[Int(inner)].parent }
            let array = Int(elements[Int(inner)].array)
            arrays.append(array)
            let end = self.arrays[array].valuesEnd
            while next < candidates.endIndex, candidates[next] < end { next += 1 }
        }
        return arrays
    }

    /// The elements of an array that are objects or arrays.
    private func elements(of array: Int) -> some Sequence<Int32> {
        sequence(first: arrays[array].first) { [self] element in
            let next = elements[Int(element)].end
            guard next < elements.count, elements[Int(next)].array == array else { return nil }
            return next
        }
    }

    private func isUnder(_ field: Int, _ node: Int) -> Bool {
        var place = tables.fields[field].node
        while place != node {
            guard tables.nodes[place].parent >= 0 else { return false }
            place = Int(tables.nodes[place].parent)
        }
        return true
    }
}
