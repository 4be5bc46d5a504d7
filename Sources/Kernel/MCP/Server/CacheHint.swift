/// For how long clients may keep an answer, and who may share it.
public struct CacheHint: Sendable, Hashable {
    /// How long it is good, in milliseconds; 0 for not at all.
    public var milliseconds: Int
    /// Whether others than the caller may get it.
    public var isPublic: Bool

    /// A hint.
    public init(milliseconds: Int, isPublic: Bool = false) {
        self.milliseconds = milliseconds
        self.isPublic = isPublic
    }

    /// For the caller alone, and stale at once.
    public static let none = CacheHint(milliseconds: 0)
}
