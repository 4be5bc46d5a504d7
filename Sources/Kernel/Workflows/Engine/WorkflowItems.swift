public import Core

/// Where distributed Maps read their items and write their results.
public struct WorkflowItems: Sendable {
    /// Reads a page of items.
    public var read: @Sendable (ItemRead, Scope) async throws -> ItemPage
    /// Writes results; the same part may come twice.
    public var write: @Sendable (ResultWrite, Scope) async throws -> Void

    /// A place.
    public init(
        read: @escaping @Sendable (ItemRead, Scope) async throws -> ItemPage,
        write: @escaping @Sendable (ResultWrite, Scope) async throws -> Void
    ) {
        self.read = read
        self.write = write
    }
}
