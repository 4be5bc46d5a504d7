/// A body that is written while it is sent, its length unknown.
public struct StreamedBody: Sendable {
    /// Writes the body; its end is the body's end, and what it throws aborts the connection.
    let write: @Sendable (BodyWriter) async throws -> Void
    /// Whether it ends only by being cancelled, as a live feed does.
    let isEndless: Bool
}

/// Keeps a streamed body in memory.
///
/// Invariant: none of its own; the actor serialises its callers.
private actor MemorySink: BodySink {
    private(set) var bytes: [UInt8] = []
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    func take(_ part: [UInt8]) throws {
        try Task.checkCancellation()
        guard part.count <= limit - bytes.count else { throw HTTPFault.tooLarge(limit: limit) }
        bytes += part
    }
}

extension Response {
    /// An answer whose body is written while it is sent: chunked for HTTP/1.1, ended by closing the
    /// connection for HTTP/1.0.
    ///
    /// `write` runs in a task of its own on the connection's event loop. The task is cancelled when the
    /// client leaves. When it throws, the connection is ended without the body's proper end, so that the
    /// client knows that something is missing. HEAD does not call it.
    ///
    /// - Parameters:
    ///   - type: the content type.
    ///   - headers: more header fields.
    ///   - isEndless: whether `write` ends only when it is cancelled. It is then cancelled as soon as the
    ///     server begins to stop, and throwing `CancellationError` counts as the body's proper end; other
    ///     bodies have until the drain's deadline. Default false.
    ///   - write: writes the body.
    /// - Returns: the answer.
    public static func stream(
        type: String,
        headers: Headers = [:],
        isEndless: Bool = false,
        _ write: @escaping @Sendable (BodyWriter) async throws -> Void
    ) -> Response {
        var headers = headers
        headers["Content-Type"] = type
        return Response(
            headers: headers,
            body: .stream(StreamedBody(write: write, isEndless: isEndless))
        )
    }

    /// The whole body, whatever its form; for tests and for clients in the process.
    ///
    /// - Parameter limit: the largest body that is taken, in bytes, default 64 MiB.
    /// - Returns: the body.
    /// - Throws: what a streamed body's writer throws; `too-large` beyond the limit; when a file cannot
    ///   be read.
    public func collected(limit: Int = 64 << 20) async throws -> [UInt8] {
        switch body {
        case .bytes(let bytes): return bytes
        case .file(let file): return try file.contents()
        case .stream(let body):
            let sink = MemorySink(limit: limit)
            try await body.write(BodyWriter(sink))
            return await sink.bytes
        }
    }
}
