/// A password or token, which no log, error or debugger shows by accident.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The secret itself, for the one place that needs it.
    public let exposed: String

    /// A secret of the given text.
    public init(_ text: String) {
        exposed = text
    }

    /// `redacted`.
    public var description: String { "redacted" }
    /// `redacted`.
    public var debugDescription: String { "redacted" }
    /// Nothing, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A password as it is stored: Argon2id in PHC text form.
public struct PasswordHash: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    let text: String

    init(_ text: String) {
        self.text = text
    }

    /// `redacted`.
    public var description: String { "redacted" }
    /// `redacted`.
    public var debugDescription: String { "redacted" }
    /// Nothing, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
