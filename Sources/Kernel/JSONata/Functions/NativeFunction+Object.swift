import Core

extension NativeFunction {
    /// Functions of objects.
    static let object: [NativeFunction] = [
        NativeFunction("keys", "<x-:a<s>>", 1) { call, given throws(Failure) in
            let result = ArrayValue(isSequence: true)
            if case .object(let object) = given[0] {
                for key in object.keys { result.append(.string(key)) }
            } else if case .array = given[0] {
                var known: Set<Name> = []
                try collectKeys(given[0], call.evaluator, &known, result)
            }
            try call.evaluator.charge(elements: result.count)
            return .array(result)
        },
        NativeFunction("lookup", "<x-s:x>", 2) { call, given throws(Failure) in
            guard let name = given[1].text else { return .undefined }
            return try call.evaluator.member(name, of: given[0])
        },
        NativeFunction("spread", "<x-:a<o>>", 1) { call, given throws(Failure) in
            try spread(given[0], call.evaluator)
        },
        NativeFunction("merge", "<a<o>:o>", 1) { call, given throws(Failure) in
            guard case .array(let array) = given[0] else { return .undefined }
            let result = ObjectValue()
            for case .object(let object) in array.items {
                try call.evaluator.charge(object.count * 2 + 1)
                let values = object.items
                for (at, key) in object.keys.enumerated() { result.set(key, values[at]) }
            }
            return .object(result)
        },
    ]

    private static func collectKeys(
        _ value: Value,
        _ evaluator: Evaluator,
        _ known: inout Set<Name>,
        _ result: ArrayValue
    ) throws(Failure) {
        switch value {
        case .array(let array):
            for item in array.items { try collectKeys(item, evaluator, &known, result) }
        case .object(let object):
            try evaluator.charge(object.count)
            for key in object.keys where known.insert(Name(key)).inserted {
                result.append(.string(key))
            }
        default: break
        }
    }

    private static func spread(_ value: Value, _ evaluator: Evaluator) throws(Failure) -> Value {
        switch value {
        case .array(let array):
            var result = Value.array(ArrayValue(isSequence: true))
            if case .array(let parts) = result {
                for item in array.items {
                    let part = try spread(item, evaluator)
                    if part.isUndefined { continue }
                    // As `$append` does, what is put together is an array and no sequence.
                    parts.isSequence = false
                    if case .array(let found) = part {
                        try evaluator.charge(elements: parts.count > 0 ? found.count : 0)
                        parts.append(contentsOf: found)
                    } else {
                        parts.append(part)
                    }
                }
                result = .array(parts)
            }
            return result
        case .object(let object):
            let result = ArrayValue(isSequence: true)
            let values = object.items
            for (at, key) in object.keys.enumerated() {
                try evaluator.charge(10)
                let one = ObjectValue()
                one.set(key, values[at])
                result.append(.object(one))
            }
            return .array(result)
        default: return value
        }
    }
}
