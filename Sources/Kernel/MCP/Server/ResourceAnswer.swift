/// What a resource holds.
public struct ResourceAnswer: Sendable {
    /// The contents, at least one.
    public var contents: [ResourceContents]
    /// For how long clients may keep them.
    public var cache: CacheHint

    /// An answer.
    public init(_ contents: [ResourceContents], cache: CacheHint = .none) {
        self.contents = contents
        self.cache = cache
    }
}
