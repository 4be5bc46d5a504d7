import Core

/// Why an expression does not compile or evaluate, before its message is written.
///
/// A class, so that functions that throw it stay small on the stack.
final class Failure: Error, Sendable {
    let code: String
    let position: Int?
    let token: JSON?
    let value: JSON?
    /// What else the message names, and `message` where the expression wrote it itself.
    let inserts: [String: JSON]

    init(
        _ code: String,
        position: Int? = nil,
        token: JSON? = nil,
        value: JSON? = nil,
        inserts: [String: JSON] = [:]
    ) {
        self.code = code
        self.position = position
        self.token = token
        self.value = value
        self.inserts = inserts
    }

    convenience init(_ code: String, position: Int? = nil, token: JSON? = nil, of value: Value) {
        self.init(code, position: position, token: token, value: value.forMessage)
    }

    /// The same, elsewhere.
    func at(position: Int?, token: JSON?) -> Failure {
        Failure(code, position: position, token: token, value: value, inserts: inserts)
    }
}
