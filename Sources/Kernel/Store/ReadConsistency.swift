/// Which committed states a read may see.
public enum ReadConsistency: Sendable, Hashable {
    /// The latest: everything whose commit was acknowledged before the read began.
    case strong
    /// One that is at most so much older; a replica answers when it is known to be no further behind.
    ///
    /// Without a replica it is the same as ``strong``.
    case bounded(Duration)
}
