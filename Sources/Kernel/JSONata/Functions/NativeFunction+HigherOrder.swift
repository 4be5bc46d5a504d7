import Core

extension Invocation {
    /// What a function makes of a value, its place and what it is from, as far as it takes them.
    func apply(_ function: FunctionValue, _ value: Value, _ place: Value, _ whole: Value)
        throws(Failure) -> Value
    {
        let arity = function.arity
        let arguments =
            arity >= 3 ? [value, place, whole] : arity == 2 ? [value, place] : [value]
        return try evaluator.apply(function, arguments, frame)
    }
}

extension NativeFunction {
    private static func function(_ value: Value, index: Int) throws(Failure) -> FunctionValue {
        guard case .function(let function) = value else {
            throw Failure("T0410", inserts: ["index": .int(index)])
        }
        return function
    }

    /// Functions that take functions.
    static let higherOrder: [NativeFunction] = [
        NativeFunction("map", "<af>", 2) { call, given throws(Failure) in
            guard case .array(let array) = given[0] else { return .undefined }
            let function = try function(given[1], index: 2)
            let result = ArrayValue(isSequence: true)
            for (at, item) in array.items.enumerated() {
                let value = try call.apply(function, item, .number(Double(at)), given[0])
                if !value.isUndefined { result.append(value) }
            }
            return .array(result)
        },
        NativeFunction("filter", "<af>", 2) { call, given throws(Failure) in
            guard case .array(let array) = given[0] else { return .undefined }
            let function = try function(given[1], index: 2)
            let result = ArrayValue(isSequence: true)
            for (at, item) in array.items.enumerated() {
                let value = try call.apply(function, item, .number(Double(at)), given[0])
                if try Evaluator.boolean(value) ?? false { result.append(item) }
            }
            return .array(result)
        },
        NativeFunction("single", "<af?>", 2) { call, given throws(Failure) in
            guard case .array(let array) = given[0] else { return .undefined }
            var found: Value?
            for (at, item) in array.items.enumerated() {
                if case .function(let function) = given[1] {
                    let value = try call.apply(function, item, .number(Double(at)), given[0])
                    guard try Evaluator.boolean(value) ?? false else { continue }
                }
                guard case .none = found else { throw Failure("D3138") }
                found = item
            }
            guard let found else { throw Failure("D3139") }
            return found
        },
        NativeFunction("reduce", "<afj?:j>", 3) { call, given throws(Failure) in
            try reduced(call, given)
        },
        NativeFunction("sift", "<o-f?:o>", 2) { call, given throws(Failure) in
            let result = ObjectValue()
            if case .object(let object) = given[0] {
                let function = try function(given[1], index: 2)
                let values = object.items
                for (at, key) in object.keys.enumerated() {
                    let value = try call.apply(function, values[at], .string(key), given[0])
                    if try Evaluator.boolean(value) ?? false { result.set(key, values[at]) }
                }
            }
            return result.count > 0 ? .object(result) : .undefined
        },
        NativeFunction("each", "<o-f:a>", 2) { call, given throws(Failure) in
            let result = ArrayValue(isSequence: true)
            if case .object(let object) = given[0] {
                let function = try function(given[1], index: 2)
                let values = object.items
                for (at, key) in object.keys.enumerated() {
                    let value = try call.apply(function, values[at], .string(key), given[0])
                    if !value.isUndefined { result.append(value) }
                }
            }
            return .array(result)
        },
    ]

    private static func reduced(_ call: Invocation, _ given: Arguments) throws(Failure) -> Value {
        guard case .array(let array) = given[0] else { return .undefined }
        let function = try function(given[1], index: 2)
        let arity = function.arity
        guard arity >= 2 else { throw Failure("D3050") }
        var items = array.items[...]
        var result = given[2]
        if result.isUndefined, let first = items.popFirst() { result = first }
        for at in items.indices {
            var arguments = [result, items[at]]
            if arity >= 3 { arguments.append(.number(Double(at))) }
            if arity >= 4 { arguments.append(given[0]) }
            result = try call.evaluator.apply(function, arguments, call.frame)
        }
        return result
    }
}
