/// A function of the library.
final class NativeFunction: Sendable {
    typealias Body = @Sendable (_ call: Invocation, _ arguments: Arguments) throws(Failure) -> Value

    let name: String
    let signature: Signature?
    /// How many arguments functions of higher order give it.
    let arity: Int
    /// How many parameters it has.
    let parameters: Int
    let body: Body

    init(
        _ name: String,
        _ signature: Signature?,
        arity: Int,
        parameters: Int? = nil,
        body: @escaping Body
    ) {
        self.name = name
        self.signature = signature
        self.arity = arity
        self.parameters = parameters ?? arity
        self.body = body
    }
}
