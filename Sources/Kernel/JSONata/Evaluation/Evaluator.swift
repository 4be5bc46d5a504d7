import Core

#if canImport(Glibc)
    import Glibc
#endif

/// One evaluation: counts what it takes, and holds what must be let go of afterwards.
final class Evaluator {
    let environment: JSONataEnvironment
    let library: JSONataLibrary
    let limits: JSONataLimits
    let stack = StackGuard()
    let root: Frame

    var depth = 0
    /// How many calls of functions are under way.
    var calls = 0
    private var work = 0
    private var nextLook = 4_096
    private var deadline: Int64 = 0
    /// Frames that outlived their scope: functions hold them, and they may hold the functions.
    private var escaped: [Frame] = []
    private var nextSweep = 1_024

    init(environment: JSONataEnvironment, library: JSONataLibrary) {
        self.environment = environment
        self.library = library
        limits = environment.limits
        root = Frame(nil, bindings: environment.bindings.map { (Name($0), Value($1)) })
    }

    /// The value of the tree for an input.
    func run(_ node: Node, input: JSON?) throws(Failure) -> Value {
        var value = input.map { Value($0) } ?? .undefined
        root.bind(Name("$"), value)
        if case .array = value {
            let wrapper = ArrayValue.sequence(value)
            wrapper.isOuterWrapper = true
            value = .array(wrapper)
        }
        return try evaluate(node, value, root)
    }

    /// Takes apart what holds itself.
    func finish() {
        root.clear()
        for frame in escaped { frame.clear() }
        escaped = []
    }

    /// Notes a frame whose scope has ended, if somebody still has it.
    @inline(__always)
    func leave(_ frame: inout Frame) {
        if !isKnownUniquelyReferenced(&frame), !frame.isEmpty {
            escaped.append(frame)
            if escaped.count >= nextSweep { sweep() }
        }
    }

    /// Lets go of frames that nobody else has any more, the inner ones first.
    private func sweep() {
        var kept = 0
        for at in escaped.indices {
            if isKnownUniquelyReferenced(&escaped[at]) {
                escaped[at] = root
            } else if escaped[at] !== root {
                escaped.swapAt(kept, at)
                kept += 1
            }
        }
        escaped.removeLast(escaped.count - kept)
        nextSweep = max(1_024, kept * 2)
    }

    // MARK: limits

    /// Counts work, and ends the evaluation when it is too much.
    @inline(__always)
    func charge(_ amount: Int = 1) throws(Failure) {
        work &+= amount
        if work >= nextLook { try look() }
    }

    private func look() throws(Failure) {
        guard work <= limits.steps else {
            throw tooMuch("Expression evaluation timeout: Check for infinite loop")
        }
        nextLook = min(work + 16_384, limits.steps + 1)
        try checkTime()
    }

    /// Ends the evaluation when it has taken too long.
    func checkTime() throws(Failure) {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let now = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        if deadline == 0 {
            let (seconds, attoseconds) = limits.time.components
            deadline = now + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        } else if now > deadline {
            throw tooMuch("Expression evaluation timeout: Check for infinite loop")
        }
    }

    func tooMuch(_ reason: String) -> Failure {
        Failure("U1001", inserts: ["reason": .string(reason)])
    }

    func tooDeep() -> Failure {
        tooMuch(
            "Stack overflow error: Check for non-terminating recursive function.  Consider "
                + "rewriting as tail-recursive."
        )
    }

    /// Refuses a text that is too long, and counts the others as work.
    @inline(__always)
    func charge(text bytes: Int) throws(Failure) {
        guard bytes <= limits.text else { throw tooMuch("A string is too long") }
        try charge(bytes >> 5 + 1)
    }

    /// Refuses an array that is too long, and counts the others as work.
    @inline(__always)
    func charge(elements count: Int) throws(Failure) {
        guard count <= limits.elements else {
            throw Failure("D2015", value: .int(limits.elements))
        }
        try charge(count + 1)
    }

    /// Counts the work of looking at all of some values.
    @inline(__always)
    func charge(for values: [Value]) throws(Failure) {
        for value in values { try charge(for: value) }
    }

    /// Counts the work of looking at all of a value.
    @inline(__always)
    func charge(for value: Value) throws(Failure) {
        switch value {
        case .array(let array): try charge(array.count >> 3)
        case .string(let text): try charge(text.utf8.count >> 8)
        default: break
        }
    }

    /// The effective truth value, false of nothing.
    @inline(__always)
    func isTrue(_ value: Value) throws(Failure) -> Bool {
        try charge(for: value)
        return try Self.boolean(value) ?? false
    }

    /// The value, unless it nests too deep.
    @inline(__always)
    func bounded(_ value: Value) throws(Failure) -> Value {
        guard value.nesting <= limits.nesting else { throw tooMuch("A value is nested too deep") }
        return value
    }

    /// The value as JSON.
    func exported(_ value: Value) throws(Failure) -> JSON? {
        try charge(weight(of: value, atMost: limits.steps))
        return try value.json()
    }

    /// How many values there are in a value, the input's aside; counting ends past a bound.
    private func weight(of value: Value, atMost bound: Int) -> Int {
        var weight = 1
        let items: [Value]
        switch value {
        case .array(let array): items = array.ownItems
        case .object(let object): items = object.ownItems
        default: return weight
        }
        for item in items {
            weight += self.weight(of: item, atMost: bound - weight)
            if weight > bound { break }
        }
        return weight
    }

    // MARK: evaluation

    /// The value of a node for an input.
    func evaluate(_ node: Node, _ input: Value, _ frame: Frame) throws(Failure) -> Value {
        try charge()
        if node.isPlain, depth < limits.depth, let value = leaf(node, input, frame) {
            return value
        }
        depth += 1
        guard depth <= limits.depth else {
            depth -= 1
            throw tooDeep()
        }
        defer { depth -= 1 }
        var value: Value
        if stack.isShort {
            value = try stack.onFreshStack { () throws(Failure) in
                try self.value(of: node, input, frame)
            }
        } else {
            value = try self.value(of: node, input, frame)
        }
        if !node.isPlain {
            for predicate in node.predicates {
                value = .array(try filtered(value, by: predicate, frame))
            }
            if let group = node.group {
                if case .path = node.kind {} else { value = try grouped(value, by: group, frame) }
            }
        }
        return Self.normalised(value, keepsArray: node.keepsArray)
    }

    /// The value of a node that holds no others and needs no evaluation; nil for any other.
    @inline(__always)
    private func leaf(_ node: Node, _ input: Value, _ frame: Frame) -> Value? {
        switch node.kind {
        case .number(let number): return .number(number)
        case .string(let text): return .string(text)
        case .name(let name):
            guard case .object(let object) = input else { return nil }
            return Self.normalised(object[name], keepsArray: node.keepsArray)
        case .variable(let name):
            guard let value = frame.value(of: name) else { return nil }
            return Self.normalised(value, keepsArray: node.keepsArray)
        default: return nil
        }
    }

    /// An empty sequence is undefined, one of a single value is that value.
    @inline(__always)
    static func normalised(_ value: Value, keepsArray: Bool = false) -> Value {
        guard case .array(let array) = value, array.isSequence, !array.isTupleStream else {
            return value
        }
        if keepsArray { array.keepsSingleton = true }
        if array.count == 0 { return .undefined }
        return array.count == 1 && !array.keepsSingleton ? array[0] : value
    }

    private func value(of node: Node, _ input: Value, _ frame: Frame) throws(Failure) -> Value {
        switch node.kind {
        case .path(let path): return try value(ofPath: path, node, input, frame)
        case .binary(let operation, let left, let right):
            return try value(of: operation, left, right, at: node.position, input, frame)
        case .negation(let operand): return try negated(operand, at: node.position, input, frame)
        case .array(let items, let isConstructed):
            return try array(items, isConstructed: isConstructed, input, frame)
        case .object(let group): return try grouped(input, by: group, frame)
        case .name(let name): return try member(name, of: input)
        case .string(let text): return .string(text)
        case .number(let number): return .number(number)
        case .bool(let flag): return .bool(flag)
        case .null: return .null
        case .wildcard: return try wildcard(input)
        case .descendants: return try descendants(input)
        case .parent(let label): return frame.value(of: label) ?? .undefined
        case .condition(let condition, let first, let second):
            if try isTrue(try evaluate(condition, input, frame)) {
                return try evaluate(first, input, frame)
            }
            guard let second else { return .undefined }
            return try evaluate(second, input, frame)
        case .otherwise(let isCoalescing, let first, let second):
            let value = try evaluate(first, input, frame)
            let isTaken =
                isCoalescing ? !value.isUndefined : try isTrue(value)
            return isTaken ? value : try evaluate(second, input, frame)
        case .block(let expressions): return try block(expressions, input, frame)
        case .bind(let name, let expression):
            let value = try evaluate(expression, input, frame)
            frame.bind(name, value)
            return value
        case .regex(let pattern):
            return .function(FunctionValue(.matcher(pattern, position: node.position)))
        case .call(let call): return try value(of: call, input, frame)
        case .partial(let call): return try partial(call, input, frame)
        case .variable(let name):
            return frame.value(of: name) ?? libraryFunction(name.text)
        case .global(let name, let function):
            if let bound = root.value(of: name) { return bound }
            return function.map { .function(FunctionValue(.native($0))) } ?? .undefined
        case .context:
            if case .array(let array) = input, array.isOuterWrapper { return array[0] }
            return input
        case .lambda(let lambda):
            let value = FunctionValue.Lambda(lambda, input: input, frame: frame)
            return .function(FunctionValue(.lambda(value)))
        case .chain(let first, let second):
            return try chained(first, second, at: node.position, input, frame)
        case .transform(let transform):
            return .function(FunctionValue(.transform(transform, frame)))
        case .sort(let terms):
            return .array(try sorted(input, by: terms, at: node.position, frame))
        case .placeholder: return .undefined
        }
    }

    private func libraryFunction(_ name: String) -> Value {
        library.functions[name].map { .function(FunctionValue(.native($0))) } ?? .undefined
    }

    private func block(_ expressions: [Node], _ input: Value, _ frame: Frame) throws(Failure)
        -> Value
    {
        var inner = Frame(frame)
        defer { leave(&inner) }
        var value = Value.undefined
        for expression in expressions { value = try evaluate(expression, input, inner) }
        return value
    }

    private func array(
        _ items: [Node],
        isConstructed: Bool,
        _ input: Value,
        _ frame: Frame
    ) throws(Failure) -> Value {
        var result = ArrayValue()
        for item in items {
            let value = try evaluate(item, input, frame)
            if case .array(let array) = value, case .binary(.range, _, _) = item.kind,
                result.count == 0
            {
                result = array.copy
                continue
            }
            switch value {
            case .undefined: continue
            case .array(let array):
                if case .array = item.kind {
                    result.append(value)
                } else {
                    try charge(elements: result.count + array.count)
                    result.append(contentsOf: array)
                }
            default: result.append(value)
            }
        }
        result.isConstructed = isConstructed
        return try bounded(.array(result))
    }
}
