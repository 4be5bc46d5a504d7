import Core

/// The request cannot go on before the client has answered; the result that says so is made of this.
struct InputRequired: Error {
    var questions: [ClientQuestion]
    /// What was answered in earlier rounds and is needed again.
    var answered: [String: JSON]
}
