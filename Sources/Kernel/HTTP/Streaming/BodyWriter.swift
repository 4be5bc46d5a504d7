/// Takes the parts of an answer that is written while it is sent.
///
/// It may be used by several tasks at once: each part leaves as a whole, in the order of the calls.
public struct BodyWriter: Sendable {
    private let sink: any BodySink

    init(_ sink: any BodySink) {
        self.sink = sink
    }

    /// Takes one part; waits while more than 256 KiB have not left yet.
    ///
    /// - Throws: `CancellationError` once the client has left, the connection is closed or the calling
    ///   task is cancelled; the part is then lost, as everything after it.
    public func write(_ bytes: [UInt8]) async throws {
        try await sink.take(bytes)
    }

    /// Takes one part as text in UTF-8; otherwise as with bytes.
    public func write(_ text: String) async throws {
        try await sink.take(Array(text.utf8))
    }
}

/// Where a streamed body goes.
protocol BodySink: AnyObject, Sendable {
    /// Takes a part as soon as there is room for it.
    func take(_ bytes: [UInt8]) async throws
}
