public import Core

/// The functions that an expression may call.
public struct JSONataLibrary: Sendable {
    /// A function of the program's own: arguments that were not given are nil, and nil is no value.
    public typealias Function =
        @Sendable (_ arguments: [JSON?], _ environment: JSONataEnvironment) throws(JSONataError) ->
        JSON?

    private(set) var functions: [String: NativeFunction]

    /// The functions of JSONata 2.1.
    public static let standard = JSONataLibrary(
        NativeFunction.text + NativeFunction.matching + NativeFunction.encoding
            + NativeFunction.numeric + NativeFunction.formatting + NativeFunction.array
            + NativeFunction.object + NativeFunction.higherOrder + NativeFunction.general
            + NativeFunction.time
    )

    init(_ functions: [NativeFunction]) {
        self.functions = [:]
        for function in functions { self.functions[function.name] = function }
    }

    /// The names of the functions, without `$`.
    public var names: Set<String> { Set(functions.keys) }

    /// The library without some functions.
    public func removing(_ names: String...) -> JSONataLibrary {
        var result = self
        for name in names { result.functions[name] = nil }
        return result
    }

    /// The library with another function, or one in the place of another.
    ///
    /// - Parameters:
    ///   - name: the name without `$`.
    ///   - signature: what it takes, such as `<s-n?:s>`; nil takes anything.
    ///   - parameters: how many arguments it has at most.
    ///   - body: what it does; its errors need no place.
    /// - Returns: the library with it.
    /// - Throws: S0401 or S0402 for a signature that is none.
    public func adding(
        _ name: String,
        signature: String?,
        parameters: Int,
        body: @escaping Function
    ) throws(JSONataError) -> JSONataLibrary {
        let parsed: Signature?
        do throws(Signature.Problem) {
            parsed = try signature.map { text throws(Signature.Problem) in try Signature(text) }
        } catch {
            throw JSONataError(Failure(error.code, value: .string(error.value)))
        }
        return adding(
            NativeFunction(name, parsed, arity: parameters) { call, arguments throws(Failure) in
                var values: [JSON?] = []
                for argument in arguments.all { values.append(try argument.json()) }
                do throws(JSONataError) {
                    let result = try body(values, call.evaluator.environment)
                    return result.map { Value($0) } ?? .undefined
                } catch {
                    throw Failure(
                        error.code,
                        value: error.value,
                        inserts: ["message": .string(error.message)]
                    )
                }
            }
        )
    }

    func adding(_ more: NativeFunction...) -> JSONataLibrary {
        var result = self
        for function in more { result.functions[function.name] = function }
        return result
    }
}
