public import Core

/// A letter that this room wants sent; whoever composes the program sends it.
public struct IdentityMail: Sendable {
    /// The sorts of letter.
    public enum Purpose: String, Sendable {
        /// Somebody asked to set a forgotten password.
        case reset
        /// An admin made an account for the person.
        case invitation
    }

    /// What it is about.
    public var purpose: Purpose
    /// Who it is for.
    public var name: String
    /// Where to.
    public var address: EmailAddress
    /// A path with the one-time secret.
    public var link: Secret
    /// Until when the link is good.
    public var goodUntil: Timestamp
    /// Names the letter, so that it is sent once.
    public var key: String
}
