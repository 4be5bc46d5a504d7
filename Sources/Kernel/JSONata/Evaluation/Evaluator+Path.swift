import Core

extension Evaluator {
    /// The value of a member; of an array, those of its elements.
    func member(_ name: String, of input: Value) throws(Failure) -> Value {
        guard case .array(let array) = input else { return Self.member(name, of: input) }
        try charge(array.count)
        let found = Self.member(name, of: input)
        if case .array(let values) = found { try charge(values.count) }
        return found
    }

    static func member(_ name: String, of input: Value) -> Value {
        switch input {
        case .object(let object): return object[name]
        case .array(let array):
            let result = ArrayValue(isSequence: true)
            for item in array.items {
                switch member(name, of: item) {
                case .undefined: continue
                case .array(let found): result.append(contentsOf: found)
                case let found: result.append(found)
                }
            }
            return .array(result)
        default: return .undefined
        }
    }

    func value(
        ofPath path: Node.Path,
        _ node: Node,
        _ input: Value,
        _ frame: Frame
    ) throws(Failure) -> Value {
        var first = 0
        var sequence: ArrayValue
        if case .array(let array) = input, !path.isAbsolute {
            sequence = array
        } else {
            // Names that lead from object to object need no sequences.
            var value = input
            while first < path.plainSteps {
                if case .name(let name) = path.steps[first].kind {
                    guard case .object(let object) = value else { break }
                    try charge()
                    value = object[name]
                } else {
                    value = try evaluate(path.steps[first], value, frame)
                }
                first += 1
            }
            if depth >= limits.depth, first > 0 { throw tooDeep() }
            if first > 0, case .array(let array) = value, array.isSequence {
                value = .array(ArrayValue(sequenceOf: array))
            }
            if first == path.steps.count || first > 0 && value.isUndefined {
                return try finished(value, path, node, frame)
            }
            if case .array(let array) = value, first > 0, !array.isConstructed {
                sequence = ArrayValue(sequenceOf: array)
                if sequence.count == 0 { return try finished(.undefined, path, node, frame) }
            } else {
                sequence = .sequence(value)
            }
        }
        var tuples: ArrayValue?
        var isTupleStream = false
        var result = Value.undefined
        for at in first..<path.steps.count {
            let step = path.steps[at]
            if step.step?.isTuple == true { isTupleStream = true }
            if at == 0, step.step?.isConstructed == true {
                result = try evaluate(step, .array(sequence), frame)
            } else if isTupleStream {
                tuples = try tupleStep(step, sequence, tuples, frame)
            } else {
                let isLast = at == path.steps.count - 1
                result = .array(try self.step(step, sequence, isLast: isLast, frame))
            }
            if !isTupleStream {
                guard case .array(let array) = result else {
                    if result.isUndefined { break }
                    // A constructed first step is an array; a block with one may be anything.
                    if step.step?.focus == nil { sequence = .sequence(result) }
                    continue
                }
                if array.count == 0 { break }
                if step.step?.focus == nil { sequence = array }
            } else if step.step?.focus == nil {
                if let tuples {
                    sequence = tuples
                } else if case .array(let array) = result {
                    sequence = array
                }
            }
        }
        if isTupleStream, let tuples {
            if path.isTuple {
                result = .array(tuples)
            } else {
                let contexts = ArrayValue(isSequence: true)
                for case .tuple(let tuple) in tuples.items { contexts.append(tuple.context) }
                result = .array(contexts)
            }
        }
        return try finished(result, path, node, frame, tuples: isTupleStream ? tuples : nil)
    }

    /// Keeps a single result as an array where that is asked for, and groups the results.
    private func finished(
        _ value: Value,
        _ path: Node.Path,
        _ node: Node,
        _ frame: Frame,
        tuples: ArrayValue? = nil
    ) throws(Failure) -> Value {
        var value = value
        if path.keepsSingleton {
            switch value {
            case .array(let array):
                if array.isConstructed, !array.isSequence {
                    let sequence = ArrayValue.sequence(value)
                    sequence.keepsSingleton = true
                    value = .array(sequence)
                } else {
                    array.keepsSingleton = true
                }
            case .undefined: break
            default:
                let sequence = ArrayValue.sequence(value)
                sequence.keepsSingleton = true
                value = .array(sequence)
            }
        }
        guard let group = node.group else { return value }
        return try grouped(tuples.map { .array($0) } ?? value, by: group, frame)
    }

    /// What a step makes of each element, in one sequence.
    private func step(_ node: Node, _ input: ArrayValue, isLast: Bool, _ frame: Frame)
        throws(Failure) -> ArrayValue
    {
        if case .sort(let terms) = node.kind {
            let result = try sorted(.array(input), by: terms, at: node.position, frame)
            return try staged(node.step?.stages ?? [], result, frame)
        }
        let stages = node.step?.stages ?? []
        let result = ArrayValue(isSequence: true)
        var found = 0
        var first = Value.undefined
        for item in input.items {
            var value = try evaluate(node, item, frame)
            for case .filter(let filter) in stages {
                value = .array(try filtered(value, by: filter, frame))
            }
            if value.isUndefined { continue }
            found += 1
            if found == 1 {
                first = value
                // One array as the last step's only result is the result itself.
                if isLast, case .array(let array) = value, !array.isSequence { continue }
            } else if found == 2, isLast, case .array(let array) = first, !array.isSequence {
                try add(array, to: result)
            }
            if case .array(let array) = value {
                try add(array, to: result)
            } else {
                result.append(value)
            }
        }
        if isLast, found == 1, case .array(let array) = first, !array.isSequence { return array }
        return result
    }

    /// Adds the elements of an array to a sequence; a constructed one is an element itself.
    private func add(_ array: ArrayValue, to result: ArrayValue) throws(Failure) {
        if array.isConstructed {
            result.append(.array(array))
        } else {
            try charge(elements: result.count + array.count)
            result.append(contentsOf: array)
        }
    }

    func staged(_ stages: [Node.Stage], _ input: ArrayValue, _ frame: Frame) throws(Failure)
        -> ArrayValue
    {
        var result = input
        for stage in stages {
            switch stage {
            case .filter(let filter): result = try filtered(.array(result), by: filter, frame)
            case .index(let name):
                for (at, item) in result.items.enumerated() {
                    if case .tuple(let tuple) = item { tuple.bind(name, .number(Double(at))) }
                }
            }
        }
        return result
    }

    /// A step that carries what was bound along the path.
    private func tupleStep(
        _ node: Node,
        _ input: ArrayValue,
        _ bindings: ArrayValue?,
        _ frame: Frame
    ) throws(Failure) -> ArrayValue {
        let step = node.step ?? Node.Step()
        if case .sort(let terms) = node.kind {
            let items = bindings ?? input
            let sorted = try sorted(.array(items), by: terms, at: node.position, frame)
            let result = ArrayValue(isSequence: true)
            result.isTupleStream = true
            for (at, item) in sorted.items.enumerated() {
                guard bindings == nil else {
                    result.append(item)
                    continue
                }
                let tuple = Tuple(item)
                if let index = step.index { tuple.bind(index, .number(Double(at))) }
                result.append(.tuple(tuple))
            }
            return try staged(step.stages, result, frame)
        }
        let result = ArrayValue(isSequence: true)
        result.isTupleStream = true
        let tuples = bindings?.items ?? input.items.map { .tuple(Tuple($0)) }
        for case .tuple(let tuple) in tuples {
            var inner = Frame(frame, tuple: tuple)
            defer { leave(&inner) }
            let value = try evaluate(node, tuple.context, inner)
            if value.isUndefined { continue }
            let values = value.array ?? ArrayValue([value])
            for (at, item) in values.items.enumerated() {
                try charge(4 + tuple.bindings.count)
                result.append(.tuple(extended(tuple, by: item, at: at, step)))
            }
        }
        return try staged(step.stages, result, frame)
    }

    private func extended(_ tuple: Tuple, by item: Value, at index: Int, _ step: Node.Step)
        -> Tuple
    {
        let next = Tuple(tuple.context, tuple.bindings)
        if case .tuple(let found) = item {
            next.context = found.context
            for binding in found.bindings { next.bind(binding.name, binding.value) }
            return next
        }
        if let focus = step.focus {
            next.bind(focus, item)
        } else {
            next.context = item
        }
        if let name = step.index { next.bind(name, .number(Double(index))) }
        if let ancestor = step.ancestor { next.bind(ancestor, tuple.context) }
        return next
    }
}
