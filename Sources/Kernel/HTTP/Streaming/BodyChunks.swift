/// A request's body in parts, as they come in.
///
/// Between the parts that were asked for, at most 256 KiB are kept; then nothing more is read from the
/// client until the next part is asked for. One task at a time may read.
public struct BodyChunks: AsyncSequence, Sendable {
    private let source: any BodySource

    init(_ source: any BodySource) {
        self.source = source
    }

    /// Reads the parts; all readers of one body share it.
    public func makeAsyncIterator() -> Iterator { Iterator(source: source) }

    /// Reads the parts of a body.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let source: any BodySource

        /// The next part, never an empty one; nil at the body's proper end.
        ///
        /// - Throws: 413 beyond the route's limit, 400 for broken framing, 408 when the client is too
        ///   slow, `CancellationError` when it leaves before the end or the task is cancelled.
        public func next() async throws -> [UInt8]? { try await source.next() }
    }
}

/// Where the parts of a body come from.
protocol BodySource: AnyObject, Sendable {
    /// The next part, nil at the end.
    func next() async throws -> [UInt8]?
}

/// A body that is there already.
actor MemorySource: BodySource {
    private var bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    func next() -> [UInt8]? {
        defer { bytes = [] }
        return bytes.isEmpty ? nil : bytes
    }
}
