import Core

extension Evaluator {
    /// What was found for one key.
    private struct Entry {
        let key: String
        var data: Value
        let pair: Int
    }

    /// The object whose keys and values the pairs make of each element.
    func grouped(_ input: Value, by group: Node.Group, _ frame: Frame) throws(Failure) -> Value {
        var isTupleStream = false
        var items: [Value]
        switch input {
        case .array(let array):
            isTupleStream = array.isTupleStream
            items = array.items
        default: items = [input]
        }
        // With nothing to group, the pairs make one object of their own.
        if items.isEmpty, !isTupleStream { items = [.undefined] }
        if items.count == 1, !isTupleStream {
            return try object(of: group, items[0], frame)
        }
        var entries: [Entry] = []
        var index: [Name: Int] = [:]
        for item in items {
            let (context, scope) = scoped(item, frame)
            var inner = scope
            defer { if inner !== frame { leave(&inner) } }
            for (at, pair) in group.pairs.enumerated() {
                let found = try evaluate(pair.key, context, inner)
                guard let key = try key(found, at: group.position) else { continue }
                guard let known = index[Name(key)] else {
                    index[Name(key)] = entries.count
                    entries.append(Entry(key: key, data: item, pair: at))
                    continue
                }
                guard entries[known].pair == at else {
                    throw Failure("D1009", position: group.position, value: .string(key))
                }
                entries[known].data = try gathered(entries[known].data, item)
            }
        }
        let result = ObjectValue()
        for entry in entries {
            var context = entry.data
            var inner = frame
            if isTupleStream {
                let tuple = try reduced(entry.data)
                context = tuple.context
                inner = Frame(frame, tuple: tuple)
            }
            defer { if inner !== frame { leave(&inner) } }
            let value = try evaluate(group.pairs[entry.pair].value, context, inner)
            if !value.isUndefined { result.set(entry.key, value) }
        }
        try charge(8 + result.count * 2)
        return try bounded(.object(result))
    }

    /// The object that the pairs make of one value.
    private func object(of group: Node.Group, _ item: Value, _ frame: Frame) throws(Failure)
        -> Value
    {
        let result = ObjectValue()
        var keys: [String?] = []
        keys.reserveCapacity(group.pairs.count)
        for (at, pair) in group.pairs.enumerated() {
            var found: Value
            if case .string(let text) = pair.key.kind, pair.key.isPlain {
                try charge()
                found = .string(text)
            } else {
                found = try evaluate(pair.key, item, frame)
            }
            let key = try key(found, at: group.position)
            if let key, keys.contains(where: { $0.map { Text.same($0, key) } ?? false }), at > 0 {
                throw Failure("D1009", position: group.position, value: .string(key))
            }
            keys.append(key)
        }
        for (at, pair) in group.pairs.enumerated() {
            guard let key = keys[at] else { continue }
            let value = try evaluate(pair.value, item, frame)
            if !value.isUndefined { result.set(key, value) }
        }
        try charge(8 + result.count * 2)
        return try bounded(.object(result))
    }

    private func key(_ value: Value, at position: Int) throws(Failure) -> String? {
        if value.isUndefined { return nil }
        guard let key = value.text else { throw Failure("T1003", position: position, of: value) }
        return key
    }

    private func scoped(_ item: Value, _ frame: Frame) -> (Value, Frame) {
        guard case .tuple(let tuple) = item else { return (item, frame) }
        return (tuple.context, Frame(frame, tuple: tuple))
    }

    /// Two values as one array; what gathers more has an array of its own, which is added to.
    private func gathered(_ first: Value, _ second: Value) throws(Failure) -> Value {
        if case .array(let array) = first, array.isGathering {
            if case .array(let more) = second {
                try charge(elements: array.count + more.count)
                array.append(contentsOf: more)
            } else {
                array.append(second)
            }
            return first
        }
        guard case .array(let array) = try appended(first, second) else { return first }
        array.isGathering = true
        return .array(array)
    }

    /// The values together, as `$append` has them.
    func appended(_ first: Value, _ second: Value) throws(Failure) -> Value {
        if first.isUndefined { return second }
        if second.isUndefined { return first }
        let left = first.array ?? ArrayValue([first])
        let right = second.array ?? ArrayValue([second])
        try charge(elements: left.count + right.count)
        let result = ArrayValue()
        result.reserveCapacity(left.count + right.count)
        result.append(contentsOf: left)
        result.append(contentsOf: right)
        return .array(result)
    }

    /// The tuples of one group as one, each variable with all its values.
    private func reduced(_ data: Value) throws(Failure) -> Tuple {
        if case .tuple(let tuple) = data { return tuple }
        guard case .array(let array) = data, case .tuple(let first) = array.element(0) else {
            return Tuple(data)
        }
        let contexts = Gatherer(first.context)
        var names = first.bindings.map(\.name)
        var gatherers = first.bindings.map { Gatherer($0.value) }
        for case .tuple(let tuple) in array.items.dropFirst() {
            try charge(tuple.bindings.count + 1)
            contexts.add(tuple.context)
            for binding in tuple.bindings {
                if let at = names.firstIndex(of: binding.name) {
                    gatherers[at].add(binding.value)
                } else {
                    names.append(binding.name)
                    gatherers.append(Gatherer(binding.value))
                }
            }
        }
        return Tuple(contexts.value, zip(names, gatherers).map { ($0, $1.value) })
    }
}

/// Adds values to a value, as `$append` does, without copying what is there each time.
private final class Gatherer {
    private(set) var value: Value
    private var isOwn = false

    init(_ value: Value) { self.value = value }

    func add(_ more: Value) {
        if more.isUndefined { return }
        if value.isUndefined {
            value = more
            return
        }
        let array: ArrayValue
        if isOwn, case .array(let own) = value {
            array = own
        } else {
            array = ArrayValue()
            if case .array(let first) = value {
                array.append(contentsOf: first)
            } else {
                array.append(value)
            }
            value = .array(array)
            isOwn = true
        }
        if case .array(let found) = more {
            array.append(contentsOf: found)
        } else {
            array.append(more)
        }
    }
}
