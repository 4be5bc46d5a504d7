import Core

#if canImport(Glibc)
    import Glibc
#endif

extension Evaluator {
    func value(
        of operation: Node.Operation,
        _ left: Node,
        _ right: Node,
        at position: Int,
        _ input: Value,
        _ frame: Frame
    ) throws(Failure) -> Value {
        let first = try evaluate(left, input, frame)
        do throws(Failure) {
            switch operation {
            case .and:
                guard try isTrue(first) else { return .bool(false) }
                return .bool(try isTrue(try evaluate(right, input, frame)))
            case .or:
                if try isTrue(first) { return .bool(true) }
                return .bool(try isTrue(try evaluate(right, input, frame)))
            default: break
            }
        } catch {
            throw error.at(position: position, token: .string(operation.rawValue))
        }
        let second = try evaluate(right, input, frame)
        do throws(Failure) {
            return try value(of: operation, first, second)
        } catch {
            throw error.at(position: position, token: .string(operation.rawValue))
        }
    }

    private func value(of operation: Node.Operation, _ first: Value, _ second: Value)
        throws(Failure) -> Value
    {
        switch operation {
        case .add, .subtract, .multiply, .divide, .remainder:
            return try calculated(operation, first, second)
        case .equal, .unequal:
            if first.isUndefined || second.isUndefined { return .bool(false) }
            return .bool(try areEqual(first, second) == (operation == .equal))
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            return try compared(operation, first, second)
        case .concatenate:
            let left = try ValueText.string(first, evaluator: self) ?? ""
            let right = try ValueText.string(second, evaluator: self) ?? ""
            try charge(text: left.utf8.count + right.utf8.count)
            return .string(Text.joined(left, right))
        case .range: return try range(first, second)
        case .contained:
            if first.isUndefined || second.isUndefined { return .bool(false) }
            try charge(for: second)
            guard case .array(let array) = second else {
                return .bool(Self.areIdentical(second, first))
            }
            return .bool(array.items.contains { Self.areIdentical($0, first) })
        case .and, .or: return .undefined
        }
    }

    private func calculated(_ operation: Node.Operation, _ first: Value, _ second: Value)
        throws(Failure) -> Value
    {
        if !first.isUndefined, try !first.isNumeric() { throw Failure("T2001", of: first) }
        if !second.isUndefined, try !second.isNumeric() { throw Failure("T2002", of: second) }
        guard let left = first.double, let right = second.double else { return .undefined }
        switch operation {
        case .add: return .number(left + right)
        case .subtract: return .number(left - right)
        case .multiply: return .number(left * right)
        case .divide: return .number(left / right)
        default: return .number(fmod(left, right))
        }
    }

    private func compared(_ operation: Node.Operation, _ first: Value, _ second: Value)
        throws(Failure) -> Value
    {
        func isComparable(_ value: Value) -> Bool {
            value.isUndefined || value.text != nil || value.double != nil
        }
        guard isComparable(first), isComparable(second) else {
            let culprit = first.text != nil || first.double != nil ? second : first
            throw Failure("T2010", of: culprit)
        }
        if first.isUndefined || second.isUndefined { return .undefined }
        if let left = first.double, let right = second.double {
            switch operation {
            case .less: return .bool(left < right)
            case .lessOrEqual: return .bool(left <= right)
            case .greater: return .bool(left > right)
            default: return .bool(left >= right)
            }
        }
        try charge(for: first)
        guard let left = first.text, let right = second.text else {
            throw Failure(
                "T2009",
                value: first.forMessage,
                inserts: ["value2": second.forMessage ?? .null]
            )
        }
        switch operation {
        case .less: return .bool(Text.precedes(left, right))
        case .lessOrEqual: return .bool(!Text.precedes(right, left))
        case .greater: return .bool(Text.precedes(right, left))
        default: return .bool(!Text.precedes(left, right))
        }
    }

    private func range(_ first: Value, _ second: Value) throws(Failure) -> Value {
        func isWhole(_ value: Value) -> Bool {
            guard let double = value.double else { return value.isUndefined }
            return double.isFinite && double == double.rounded()
        }
        guard isWhole(first) else { throw Failure("T2003", of: first) }
        guard isWhole(second) else { throw Failure("T2004", of: second) }
        guard let lower = first.double, let upper = second.double, lower <= upper else {
            return .undefined
        }
        let size = upper - lower + 1
        guard size <= 1e7 else { throw Failure("D2014", value: .double(size)) }
        guard Int(size) <= limits.elements else {
            throw Failure("D2015", value: .int(limits.elements))
        }
        try charge(Int(size) / 4)
        return .array(ArrayValue(from: lower, count: Int(size)))
    }

    func negated(_ operand: Node, at position: Int, _ input: Value, _ frame: Frame)
        throws(Failure) -> Value
    {
        let value = try evaluate(operand, input, frame)
        if value.isUndefined { return .undefined }
        guard try value.isNumeric(), let number = value.double else {
            throw Failure("D1002", position: position, token: "-", of: value)
        }
        return .number(-number)
    }

    /// Whether the values are equal, arrays and objects by what they hold.
    func areEqual(_ first: Value, _ second: Value) throws(Failure) -> Bool {
        switch (first, second) {
        case (.array(let left), .array(let right)):
            guard left !== right else { return true }
            guard left.count == right.count else { return false }
            try charge()
            let (ours, theirs) = (left.items, right.items)
            for at in ours.indices where try !areEqual(ours[at], theirs[at]) { return false }
            return true
        case (.object(let left), .object(let right)):
            guard left !== right else { return true }
            guard left.count == right.count else { return false }
            try charge()
            let ours = left.items
            for (at, key) in left.keys.enumerated() {
                let theirs = right[key]
                if theirs.isUndefined { return false }
                if try !areEqual(ours[at], theirs) { return false }
            }
            return true
        default:
            try charge(for: first)
            return Self.areIdentical(first, second)
        }
    }

    /// Whether the values are the same; arrays, objects and functions only when they are one.
    static func areIdentical(_ first: Value, _ second: Value) -> Bool {
        switch (first, second) {
        case (.undefined, .undefined), (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.string(let left), .string(let right)): return Text.same(left, right)
        case (.array(let left), .array(let right)): return left === right
        case (.object(let left), .object(let right)): return left === right
        case (.function(let left), .function(let right)): return left === right
        case (.tuple(let left), .tuple(let right)): return left === right
        default:
            guard let left = first.double, let right = second.double else { return false }
            return left == right
        }
    }
}
