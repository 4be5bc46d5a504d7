import Core

extension NativeFunction {
    /// Functions of any value, and of the evaluation itself.
    static let general: [NativeFunction] = [
        NativeFunction("boolean", "<x-:b>", 1) { _, given throws(Failure) in
            try Evaluator.boolean(given[0]).map { .bool($0) } ?? .undefined
        },
        NativeFunction("not", "<x-:b>", 1) { _, given throws(Failure) in
            try Evaluator.boolean(given[0]).map { .bool(!$0) } ?? .undefined
        },
        NativeFunction("exists", "<x:b>", 1) { _, given in .bool(!given[0].isUndefined) },
        NativeFunction("type", "<x:s>", 1) { _, given throws(Failure) in try type(given[0]) },
        NativeFunction("error", "<s?:x>", 1) { _, given throws(Failure) in
            throw Failure("D3137", saying: given[0], else: "$error() function evaluated")
        },
        NativeFunction("assert", "<bs?:x>", 2) { _, given throws(Failure) in
            if given[0].isTrue { return .undefined }
            throw Failure("D3141", saying: given[1], else: "$assert() statement failed")
        },
        NativeFunction("clone", "<(oa)-:o>", 1) { call, given throws(Failure) in
            given[0].isUndefined ? .undefined : try call.evaluator.cloned(given[0])
        },
        NativeFunction("eval", "<sx?:x>", 2) { call, given throws(Failure) in
            try evaluated(call, given)
        },
    ]

    private static func type(_ value: Value) throws(Failure) -> Value {
        switch value {
        case .undefined: .undefined
        case .null: "null"
        case .bool: "boolean"
        case .number, .exact: try value.isNumeric() ? "number" : "object"
        case .string: "string"
        case .array: "array"
        case .object, .tuple: "object"
        case .function: "function"
        }
    }

    private static func evaluated(_ call: Invocation, _ given: Arguments) throws(Failure) -> Value {
        guard let source = given[0].text else { return .undefined }
        let evaluator = call.evaluator
        var input = call.input
        if !given[1].isUndefined {
            input = given[1]
            if case .array(let array) = input, !array.isSequence {
                let wrapper = ArrayValue.sequence(input)
                wrapper.isOuterWrapper = true
                input = .array(wrapper)
            }
        }
        let node: Node
        do throws(Failure) {
            guard source.utf8.count <= evaluator.limits.source else {
                throw evaluator.tooMuch("The expression is too long")
            }
            try evaluator.charge(source.utf8.count)
            node = try Compiler.compile(
                source,
                library: evaluator.library,
                stack: evaluator.stack,
                isDynamic: true
            ).node
        } catch {
            throw wrapped(error, "D3120")
        }
        do throws(Failure) {
            return try evaluator.evaluate(node, input, call.frame)
        } catch {
            throw wrapped(error, "D3121")
        }
    }

    /// An error of an expression within an expression; what a limit ends stays what it is.
    private static func wrapped(_ error: Failure, _ code: String) -> Failure {
        if error.code == "U1001" { return error }
        return Failure(code, value: .string(JSONataError(error).message))
    }
}

extension Failure {
    /// An error that the expression itself raises.
    fileprivate convenience init(_ code: String, saying value: Value, else standard: String) {
        let text = value.text.map { $0.isEmpty ? standard : $0 } ?? standard
        self.init(code, inserts: ["message": .string(Text.exported(text))])
    }
}

extension Value: ExpressibleByStringLiteral {
    init(stringLiteral value: String) { self = .string(value) }
}
