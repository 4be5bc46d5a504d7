import Core

/// A function as a value.
final class FunctionValue {
    enum Kind {
        case native(NativeFunction)
        case lambda(Lambda)
        /// A function of the library with some of its arguments.
        case partial(FunctionValue, [Value?])
        /// The second after the first.
        case composed(FunctionValue, FunctionValue)
        case matcher(Pattern, position: Int)
        case transform(Node.Transform, Frame)
        /// A function that a value came with: the next match of a pattern.
        case closure(arity: Int, (Evaluator) throws(Failure) -> Value)
    }

    let kind: Kind
    /// How deep functions are held in each other; frames that lambdas hold are let go of by the evaluator.
    let nesting: Int

    init(_ kind: Kind) {
        self.kind = kind
        switch kind {
        case .partial(let function, let arguments):
            nesting =
                1 + max(function.nesting, arguments.lazy.compactMap { $0?.nesting }.max() ?? 0)
        case .composed(let first, let second): nesting = 1 + max(first.nesting, second.nesting)
        case .native, .lambda, .matcher, .transform, .closure: nesting = 1
        }
    }

    /// A function that the source writes, with the scope it was written in.
    final class Lambda {
        let parameters: [Name]
        let body: Node
        let signature: Signature?
        let isThunk: Bool
        let input: Value
        let frame: Frame

        init(_ node: LambdaNode, input: Value, frame: Frame) {
            parameters = node.parameters
            body = node.body
            signature = node.signature
            isThunk = node.isThunk
            self.input = input
            self.frame = frame
        }

        /// The function with some of its parameters bound in a scope of their own.
        init(_ lambda: Lambda, parameters: [Name], frame: Frame) {
            self.parameters = parameters
            body = lambda.body
            signature = nil
            isThunk = false
            input = lambda.input
            self.frame = frame
        }
    }

    /// How many arguments it takes.
    var arity: Int {
        switch kind {
        case .native(let function): function.arity
        case .lambda(let lambda): lambda.parameters.count
        case .partial(let function, let arguments):
            (0..<function.parameters).count { at in
                guard at < arguments.count, case .none = arguments[at] else { return false }
                return true
            }
        case .composed, .transform: 1
        case .matcher: 2
        case .closure(let arity, _): arity
        }
    }

    /// How many parameters it has: functions of the library may have more than are given to them.
    var parameters: Int {
        if case .native(let function) = kind { return function.parameters }
        return arity
    }
}
