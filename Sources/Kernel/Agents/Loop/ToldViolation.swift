import Core

/// What is wrong with a model's arguments, as the model may be told of it: nothing of what a placeholder
/// stands for.
struct ToldViolation: Sendable, Equatable {
    var pointer: String
    var message: String

    /// A violation.
    ///
    /// - Parameters:
    ///   - violation: what was found in the arguments with their values.
    ///   - shown: the arguments as the model wrote them.
    ///   - clear: the arguments with their values.
    init(_ violation: SchemaViolation, in shown: JSON, of clear: JSON) {
        pointer = violation.pointer
        message = violation.message
        var place = ""
        var written = shown
        for key in JSON.keys(of: violation.pointer) ?? [] {
            guard let next = written.child(key) else {
                // A member that is missing is told; what is within a placeholder's value is not.
                if written.object == nil && written.array == nil { hide(at: place) }
                return
            }
            place += "/" + JSON.pointerToken(key)
            written = next
        }
        // That a field is unknown tells its name alone, which is never hidden.
        guard violation.code != "unknown-field", written != clear.value(at: place) else { return }
        hide(at: place)
    }

    private mutating func hide(at place: String) {
        pointer = place
        message = "what your placeholder stands for does not fit the schema here"
    }

    var json: JSON { ["pointer": .string(pointer), "message": .string(message)] }
}
