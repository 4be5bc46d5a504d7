/// A function that the source writes.
final class LambdaNode: Sendable {
    let parameters: [Name]
    let body: Node
    let signature: Signature?
    /// Whether it stands for a call at the end of a function.
    let isThunk: Bool

    init(parameters: [Name], body: Node, signature: Signature?, isThunk: Bool) {
        self.parameters = parameters
        self.body = body
        self.signature = signature
        self.isThunk = isThunk
    }
}
