import Core

extension NativeFunction {
    /// Functions of arrays.
    static let array: [NativeFunction] = [
        NativeFunction("append", "<xx:a>", 2) { call, given throws(Failure) in
            if given[0].isUndefined { return given[1] }
            if given[1].isUndefined { return given[0] }
            return try call.evaluator.appended(given[0], given[1])
        },
        NativeFunction("reverse", "<a:a>", 1) { call, given throws(Failure) in
            guard case .array(let array) = given[0], array.count > 1 else { return given[0] }
            try call.evaluator.charge(elements: array.count)
            return .array(ArrayValue(array.items.reversed()))
        },
        NativeFunction("shuffle", "<a:a>", 1) { call, given throws(Failure) in
            guard case .array(let array) = given[0], array.count > 1 else { return given[0] }
            try call.evaluator.charge(elements: array.count)
            var items = array.items
            let random = call.evaluator.environment.random
            for at in items.indices.dropFirst() {
                items.swapAt(at, Int(random.unit() * Double(at + 1)))
            }
            return .array(ArrayValue(items))
        },
        NativeFunction("distinct", "<x:x>", 1) { call, given throws(Failure) in
            try distinct(call, given)
        },
        NativeFunction("zip", "<a+>", 0, parameters: 1) { call, given throws(Failure) in
            let arrays = given.all.map { $0.array?.items ?? [] }
            let result = ArrayValue()
            for at in 0..<(arrays.map(\.count).min() ?? 0) {
                try call.evaluator.charge(elements: arrays.count)
                result.append(.array(ArrayValue(arrays.map { $0[at] })))
            }
            return .array(result)
        },
        NativeFunction("sort", "<af?:a>", 2) { call, given throws(Failure) in
            try sorted(call, given)
        },
    ]

    private static func distinct(_ call: Invocation, _ given: Arguments) throws(Failure) -> Value {
        guard case .array(let array) = given[0], array.count > 1 else { return given[0] }
        let result = ArrayValue(isSequence: array.isSequence)
        // Plain values are found by what they are, others by comparing.
        var texts: Set<Name> = []
        var numbers: Set<Double> = []
        var others: [Value] = []
        try call.evaluator.charge(elements: array.count)
        for item in array.items {
            switch item {
            case .string(let text):
                if texts.insert(Name(text)).inserted { result.append(item) }
            case .number, .exact:
                if numbers.insert(item.double ?? 0).inserted { result.append(item) }
            default:
                var isKnown = false
                for other in others where try call.evaluator.areEqual(item, other) {
                    isKnown = true
                    break
                }
                try call.evaluator.charge(others.count)
                if !isKnown {
                    others.append(item)
                    result.append(item)
                }
            }
        }
        return .array(result)
    }

    private static func sorted(_ call: Invocation, _ given: Arguments) throws(Failure) -> Value {
        guard case .array(let array) = given[0], array.count > 1 else { return given[0] }
        let evaluator = call.evaluator
        try evaluator.charge(elements: array.count)
        let items: [Value]
        if given[1].isFunction {
            items = try evaluator.merged(array.items) { left, right throws(Failure) in
                try evaluator.apply(given[1], [left, right], .null, call.frame).isTrue
            }
        } else if try Evaluator.areNumbers(array) {
            items = try evaluator.merged(array.items) { left, right in
                (left.double ?? 0) > (right.double ?? 0)
            }
        } else if Evaluator.areStrings(array) {
            items = try evaluator.merged(array.items) { left, right in
                Text.precedes(right.text ?? "", left.text ?? "")
            }
        } else {
            throw Failure("D3070")
        }
        return .array(ArrayValue(items))
    }
}

extension Value {
    /// Whether JavaScript takes the value for true.
    var isTrue: Bool {
        switch self {
        case .undefined, .null: false
        case .bool(let flag): flag
        case .number, .exact: double.map { $0 != 0 && !$0.isNaN } ?? false
        case .string(let text): !text.isEmpty
        case .array, .object, .function, .tuple: true
        }
    }
}
