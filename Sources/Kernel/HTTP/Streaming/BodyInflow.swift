import Core

/// The reading end of a request's body that comes in while its handler is at work.
///
/// Invariant behind `@unchecked Sendable`: everything but `loop` is touched on the loop's thread only;
/// tasks on other threads come in through `loop.perform`.
final class BodyInflow: BodySource, @unchecked Sendable {
    /// With more than this nothing more is read from the client.
    private static let window = 256 << 10

    private let loop: EventLoop
    /// Nil once the connection has nothing more to do with the body.
    private var connection: Connection?
    private var bytes: [UInt8] = []
    private var outcome: Result<Void, any Error>?
    private var waiting: CheckedContinuation<[UInt8]?, any Error>?

    init(_ connection: Connection) {
        self.connection = connection
        loop = connection.loop
    }

    // MARK: The handler's side

    func next() async throws -> [UInt8]? {
        try Task.checkCancellation()
        if loop.isCurrent, let ready = take() { return try ready.get() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                loop.perform { self.wait(continuation) }
            }
        } onCancel: {
            loop.perform { self.fail(CancellationError()) }
        }
    }

    /// What there is; nil when it must be waited for.
    private func take() -> Result<[UInt8]?, any Error>? {
        if !bytes.isEmpty {
            let wasFull = isFull
            let part = bytes
            bytes = []
            if wasFull { connection?.inflowHasRoom() }
            return .success(part)
        }
        return outcome.map { outcome in outcome.map { nil } }
    }

    private func wait(_ continuation: CheckedContinuation<[UInt8]?, any Error>) {
        if let ready = take() {
            continuation.resume(with: ready)
        } else if waiting != nil {
            continuation.resume(
                throwing: GeneralFault(
                    .internal,
                    code: "body-read-twice",
                    "two tasks read one body at once"
                )
            )
        } else {
            waiting = continuation
            connection?.invite()
        }
    }

    // MARK: The connection's side

    var isFull: Bool { bytes.count >= Self.window }

    func append(_ part: Span<UInt8>) {
        part.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        guard let waiting else { return }
        self.waiting = nil
        let part = bytes
        bytes = []
        waiting.resume(returning: part)
    }

    /// The body has come in whole.
    func finish() { end(.success(())) }

    /// The body will not come in whole; what has come can still be read.
    func fail(_ error: any Error) { end(.failure(error)) }

    private func end(_ outcome: Result<Void, any Error>) {
        connection = nil
        guard self.outcome == nil else { return }
        self.outcome = outcome
        guard let waiting else { return }
        self.waiting = nil
        waiting.resume(with: outcome.map { nil })
    }
}
