import Core

#if canImport(Glibc)
    import Glibc
#endif

extension Evaluator {
    /// The elements that fit a predicate, or the one at its index.
    func filtered(_ input: Value, by predicate: Node, _ frame: Frame) throws(Failure) -> ArrayValue
    {
        var items: ArrayValue
        switch input {
        case .array(let array): items = array
        // Nothing is a sequence of one that is not there.
        default: items = ArrayValue([input], isSequence: true)
        }
        let result = ArrayValue(isSequence: true)
        result.isTupleStream = items.isTupleStream
        if case .number(let number) = predicate.kind {
            let index = Self.index(number, in: items.count)
            let item = index.map { items[$0] } ?? .undefined
            switch item {
            case .undefined: break
            case .array(let array): return array
            default: result.append(item)
            }
            return result
        }
        for (at, item) in items.items.enumerated() {
            let found: Value
            if items.isTupleStream, case .tuple(let tuple) = item {
                var inner = Frame(frame, tuple: tuple)
                defer { leave(&inner) }
                found = try evaluate(predicate, tuple.context, inner)
            } else {
                found = try evaluate(predicate, item, frame)
            }
            if try found.isNumeric() {
                if let number = found.double, Self.index(number, in: items.count) == at {
                    result.append(item)
                }
            } else if case .array(let indices) = found, try Self.areNumbers(indices) {
                try charge(indices.count)
                for case let number? in indices.items.map(\.double)
                where Self.index(number, in: items.count) == at {
                    result.append(item)
                }
            } else if try isTrue(found) {
                result.append(item)
            }
        }
        return result
    }

    /// The index that a number means, negative ones from the end; nil when it is out of range.
    private static func index(_ number: Double, in count: Int) -> Int? {
        var index = floor(number)
        if index < 0 { index += Double(count) }
        return index >= 0 && index < Double(count) ? Int(index) : nil
    }

    static func areNumbers(_ array: ArrayValue) throws(Failure) -> Bool {
        for item in array.items where try !item.isNumeric() { return false }
        return true
    }

    static func areStrings(_ array: ArrayValue) -> Bool {
        array.items.allSatisfy { $0.text != nil }
    }

    /// The effective truth value; nil of nothing.
    static func boolean(_ value: Value) throws(Failure) -> Bool? {
        switch value {
        case .undefined: return nil
        case .null, .function: return false
        case .bool(let flag): return flag
        case .number, .exact:
            guard try value.isNumeric() else { return false }
            return value.double != 0
        case .string(let text): return !text.isEmpty
        case .array(let array):
            if array.count == 1 { return try boolean(array[0]) ?? false }
            for item in array.items where try boolean(item) ?? false { return true }
            return false
        case .object(let object): return object.count > 0
        case .tuple: return true
        }
    }

    func wildcard(_ input: Value) throws(Failure) -> Value {
        var input = input
        if case .array(let array) = input, array.isOuterWrapper { input = array.element(0) }
        let result = ArrayValue(isSequence: true)
        let items: [Value]
        switch input {
        case .object(let object): items = object.items
        case .array(let array): items = array.items
        default: return .array(result)
        }
        for item in items {
            if case .array(let array) = item {
                flatten(array, into: result)
                // As the reference has it: an array in what was found makes an array of the result.
                result.isSequence = false
            } else {
                result.append(item)
            }
        }
        try charge(result.count)
        return .array(result)
    }

    private func flatten(_ array: ArrayValue, into result: ArrayValue) {
        for item in array.items {
            if case .array(let inner) = item {
                flatten(inner, into: result)
            } else {
                result.append(item)
            }
        }
    }

    func descendants(_ input: Value) throws(Failure) -> Value {
        if input.isUndefined { return .undefined }
        let result = ArrayValue(isSequence: true)
        try descend(input, into: result)
        return result.count == 1 ? result[0] : .array(result)
    }

    private func descend(_ value: Value, into result: ArrayValue) throws(Failure) {
        try charge()
        switch value {
        case .array(let array):
            for item in array.items { try descend(item, into: result) }
        case .object(let object):
            result.append(value)
            for item in object.items { try descend(item, into: result) }
        default: result.append(value)
        }
    }
}
