public import Core

/// A compiled JSONata expression, which can be evaluated many times and on several threads.
public struct JSONataExpression: Sendable {
    /// The text it was compiled from.
    public let source: String
    /// The names of the variables that it reads and does not bind itself, functions of its library aside.
    public let freeVariables: Set<String>

    private let root: Node
    private let library: JSONataLibrary

    /// Compiles a source with a library of functions.
    ///
    /// - Throws: an error with a code that begins with S, or U1001 for a source that is too long or nests too
    ///   deep.
    public init(_ source: String, functions: JSONataLibrary = .standard) throws(JSONataError) {
        self.source = source
        library = functions
        do throws(Failure) {
            guard source.utf8.count <= JSONataLimits.sourceDefault else {
                throw Failure("U1001", inserts: ["reason": "The expression is too long"])
            }
            let stack = StackGuard()
            let compiled = try Compiler.compile(source, library: functions, stack: stack)
            root = compiled.node
            freeVariables = compiled.globals.filter { functions.functions[$0] == nil }
        } catch {
            throw JSONataError(error)
        }
    }

    /// The value of the expression for an input; nil when there is none, or when it is a function.
    public func evaluate(_ input: JSON?, in environment: JSONataEnvironment) throws(JSONataError)
        -> JSON?
    {
        guard case .value(let value) = try outcome(input, in: environment) else { return nil }
        return value
    }

    /// What the expression evaluates to for an input.
    public func outcome(_ input: JSON?, in environment: JSONataEnvironment) throws(JSONataError)
        -> JSONataOutcome
    {
        do throws(Failure) {
            let evaluator = Evaluator(environment: environment, library: library)
            defer { evaluator.finish() }
            let value = try evaluator.run(root, input: input)
            if value.isFunction { return .function }
            return try evaluator.exported(value).map { .value($0) } ?? .undefined
        } catch {
            throw JSONataError(error)
        }
    }
}
