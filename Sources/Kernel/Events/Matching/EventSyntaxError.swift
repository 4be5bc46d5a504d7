/// Why the text of an event cannot be matched: it is not JSON, or not an object.
public struct EventSyntaxError: Error, Sendable, CustomStringConvertible {
    /// What was found and what was expected.
    public var message: String
    /// The place in the text, in bytes from 0.
    public var offset: Int

    /// One sentence with the place.
    public var description: String { "byte \(offset): \(message)" }
}
