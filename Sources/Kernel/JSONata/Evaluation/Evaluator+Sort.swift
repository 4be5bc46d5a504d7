import Core

extension Evaluator {
    /// The elements in the order of the terms; equal ones keep theirs.
    func sorted(_ input: Value, by terms: [Node.Term], at position: Int, _ frame: Frame)
        throws(Failure) -> ArrayValue
    {
        guard case .array(let array) = input else { return .sequence(input) }
        if array.count <= 1 { return array }
        let keys = SortKeys(self, array, terms, frame)
        let order = try merged(Array(0..<array.count)) { left, right throws(Failure) in
            try keys.isAfter(left, right, at: position)
        }
        let items = array.items
        let result = ArrayValue(order.map { items[$0] })
        result.isTupleStream = false
        return result
    }

    /// Merge sort: stable, and `isAfter` is asked in the same order as in the reference.
    func merged<Element>(
        _ items: [Element],
        isAfter: (Element, Element) throws(Failure) -> Bool
    ) throws(Failure) -> [Element] {
        guard items.count > 1 else { return items }
        let middle = items.count / 2
        let left = try merged(Array(items[..<middle]), isAfter: isAfter)
        let right = try merged(Array(items[middle...]), isAfter: isAfter)
        var result: [Element] = []
        result.reserveCapacity(items.count)
        var (ours, theirs) = (0, 0)
        while ours < left.count, theirs < right.count {
            try charge()
            if try isAfter(left[ours], right[theirs]) {
                result.append(right[theirs])
                theirs += 1
            } else {
                result.append(left[ours])
                ours += 1
            }
        }
        result += left[ours...]
        result += right[theirs...]
        return result
    }
}

/// The terms of the elements that are sorted: each is evaluated once, and only when it is needed.
private final class SortKeys {
    private let evaluator: Evaluator
    private let array: ArrayValue
    private let terms: [Node.Term]
    private let frame: Frame
    private var values: [Value?]

    init(_ evaluator: Evaluator, _ array: ArrayValue, _ terms: [Node.Term], _ frame: Frame) {
        self.evaluator = evaluator
        self.array = array
        self.terms = terms
        self.frame = frame
        values = Array(repeating: nil, count: array.count * terms.count)
    }

    private func value(of element: Int, term: Int) throws(Failure) -> Value {
        let at = element * terms.count + term
        if let value = values[at] { return value }
        var context = array[element]
        var inner = frame
        if array.isTupleStream, case .tuple(let tuple) = context {
            inner = Frame(frame, tuple: tuple)
            context = tuple.context
        }
        defer { if inner !== frame { evaluator.leave(&inner) } }
        let value = try evaluator.evaluate(terms[term].expression, context, inner)
        values[at] = value
        return value
    }

    func isAfter(_ left: Int, _ right: Int, at position: Int) throws(Failure) -> Bool {
        for (at, term) in terms.enumerated() {
            let first = try value(of: left, term: at)
            let second = try value(of: right, term: at)
            // What has no value comes last, in either direction.
            if first.isUndefined {
                if second.isUndefined { continue }
                return true
            }
            if second.isUndefined { return false }
            guard first.text != nil || first.double != nil else {
                throw Failure("T2008", position: position, of: first)
            }
            guard second.text != nil || second.double != nil else {
                throw Failure("T2008", position: position, of: second)
            }
            var isAfter: Bool
            if let ours = first.double, let theirs = second.double {
                if ours == theirs { continue }
                isAfter = !(ours < theirs)
            } else if let ours = first.text, let theirs = second.text {
                if Text.same(ours, theirs) { continue }
                isAfter = !Text.precedes(ours, theirs)
            } else {
                throw Failure(
                    "T2007",
                    position: position,
                    value: first.forMessage,
                    inserts: ["value2": second.forMessage ?? .null]
                )
            }
            if term.isDescending { isAfter.toggle() }
            return isAfter
        }
        return false
    }
}
