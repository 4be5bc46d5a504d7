/// An answer whose body is read while it comes in.
public struct WebStream: Sendable {
    /// The status, 200 to 599.
    public var status: Int
    /// The header fields in order, names in lower case.
    public var headers: [(name: String, value: String)]
    /// The body; letting go of it ends the request.
    public var body: WebBody

    /// An answer that has begun.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: WebBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first value of the header field `name`, given in lower case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }
}

/// The body of an answer in pieces, as they come in; one task reads it, once.
///
/// When nobody reads, the other side is held up: between two pieces at most 256 KiB are kept. The
/// request ends when the body is let go of, when ``cancel()`` is called and when the task that waits for
/// a piece is cancelled.
public final class WebBody: AsyncSequence, Sendable {
    /// A piece of the body, never an empty one.
    public typealias Element = [UInt8]
    /// Why there is no further piece.
    public typealias Failure = WebFault

    private let piece: @Sendable () async throws(WebFault) -> [UInt8]?
    private let leave: @Sendable () -> Void

    /// A body.
    ///
    /// - Parameters:
    ///   - piece: waits for the next piece; nil at the proper end, and ever after.
    ///   - leave: nobody reads any more; called once or more, also after the end.
    public init(
        next piece: @escaping @Sendable () async throws(WebFault) -> [UInt8]?,
        leave: @escaping @Sendable () -> Void
    ) {
        self.piece = piece
        self.leave = leave
    }

    deinit { leave() }

    /// Ends the request; whoever reads on gets the fault `cancelled`, unless all of the body had come.
    public func cancel() { leave() }

    /// The next piece, never an empty one; nil at the body's proper end.
    ///
    /// - Throws: `WebFault` when it breaks off, is too long or too slow, or the task is cancelled.
    public func next() async throws(WebFault) -> [UInt8]? { try await piece() }

    /// Reads the pieces; all readers of one body share it.
    public func makeAsyncIterator() -> Iterator { Iterator(body: self) }

    /// Reads the pieces of a body.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let body: WebBody

        /// See ``WebBody/next()``.
        ///
        /// - Throws: `WebFault`.
        public mutating func next(
            isolation _: isolated (any _Concurrency.Actor)?
        ) async throws(WebFault) -> [UInt8]? {
            try await body.next()
        }
    }
}

extension WebClient {
    /// Sends a request and waits for the whole answer, which is then read in one piece.
    ///
    /// This is for clients that have no streams, such as those of tests.
    ///
    /// - Throws: `WebFault` when there is no answer.
    public func stream(_ request: WebRequest) async throws(WebFault) -> WebStream {
        let answer = try await send(request)
        let rest = OnePiece(answer.body)
        return WebStream(
            status: answer.status,
            headers: answer.headers,
            body: WebBody(next: { () async throws(WebFault) in await rest.take() }, leave: {})
        )
    }
}

/// What is read once.
private actor OnePiece {
    private var bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    func take() -> [UInt8]? {
        defer { bytes = [] }
        return bytes.isEmpty ? nil : bytes
    }
}
