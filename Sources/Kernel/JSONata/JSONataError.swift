public import Core

/// Why an expression does not compile or evaluate.
public struct JSONataError: Error, Sendable, CustomStringConvertible {
    /// The code of the JSONata reference: S for syntax, T for types, D for what happens at evaluation; U1001
    /// when a limit was reached.
    public var code: String
    /// What is wrong, in the reference's words.
    public var message: String
    /// Where, in UTF-16 code units from the start of the source.
    public var position: Int?
    /// The operator, function or token it is about.
    public var token: String?
    /// The value it is about.
    public var value: JSON?

    /// An error of the given parts.
    public init(
        code: String,
        message: String,
        position: Int? = nil,
        token: String? = nil,
        value: JSON? = nil
    ) {
        self.code = code
        self.message = message
        self.position = position
        self.token = token
        self.value = value
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}

extension JSONataError {
    init(_ failure: Failure) {
        var known = failure.inserts
        known["token"] = failure.token
        known["value"] = failure.value
        let written = failure.inserts["message"]?.string
        self.init(
            code: failure.code,
            message: written ?? ErrorMessages.text(of: failure.code, inserting: known),
            position: failure.position,
            token: failure.token.map { $0.string ?? $0.text() },
            value: failure.value
        )
    }
}
