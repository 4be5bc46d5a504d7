/// The run must wait for a person; what it was to do is known to the desk.
struct AwaitsApproval: Error {}

/// No model came to a conclusion; the rules decide.
struct ModelGaveUp: Error {
    var code: String
    var message: String
}
