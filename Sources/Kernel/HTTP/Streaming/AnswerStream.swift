import Core

/// The writing end of an answer that is streamed over a connection.
///
/// Invariant behind `@unchecked Sendable`: its variables are touched on the
/// loop's thread only; tasks on other threads come in through `loop.perform`.
final class AnswerStream: BodySink, @unchecked Sendable {
    /// A part for which there was no room yet.
    private struct Waiting {
        let id: Int
        let bytes: [UInt8]
        let continuation: CheckedContinuation<Void, any Error>
    }

    let status: Status
    let isEndless: Bool
    private let loop: EventLoop
    private let isChunked: Bool
    /// Nil once the stream has ended, whoever still holds a writer.
    private var connection: Connection?
    private var waiting: [Waiting] = []
    private var lastID = 0
    /// How many bytes of the body were taken.
    private(set) var count = 0

    init(_ connection: Connection, status: Status, isChunked: Bool, isEndless: Bool) {
        self.status = status
        self.connection = connection
        loop = connection.loop
        self.isChunked = isChunked
        self.isEndless = isEndless
    }

    func take(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        guard !bytes.isEmpty else { return }
        if loop.isCurrent, append(bytes) { return }
        let call = StreamCall()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                loop.perform { self.take(bytes, call, continuation) }
            }
        } onCancel: {
            loop.perform { self.cancel(call) }
        }
    }

    /// Takes `bytes` if nothing stands before them; false when they must wait.
    private func append(_ bytes: [UInt8]) -> Bool {
        guard let connection, waiting.isEmpty, connection.hasRoom else { return false }
        connection.append(bytes, isChunked: isChunked)
        count += bytes.count
        return true
    }

    private func take(
        _ bytes: [UInt8],
        _ call: StreamCall,
        _ continuation: CheckedContinuation<Void, any Error>
    ) {
        guard connection != nil, !call.isCancelled else {
            continuation.resume(throwing: CancellationError())
            return
        }
        if append(bytes) {
            continuation.resume()
            return
        }
        lastID += 1
        call.id = lastID
        waiting.append(Waiting(id: lastID, bytes: bytes, continuation: continuation))
    }

    private func cancel(_ call: StreamCall) {
        call.isCancelled = true
        guard let index = waiting.firstIndex(where: { $0.id == call.id }) else { return }
        waiting.remove(at: index).continuation.resume(throwing: CancellationError())
    }

    /// Some bytes have left: lets those who wait go on as far as there is room.
    func drained() {
        guard !waiting.isEmpty, let connection else { return }
        var taken = 0
        for part in waiting {
            guard connection.hasRoom else { break }
            connection.append(part.bytes, isChunked: isChunked)
            count += part.bytes.count
            part.continuation.resume()
            taken += 1
        }
        waiting.removeFirst(taken)
    }

    /// Refuses everything from now on.
    func end() {
        connection = nil
        let left = waiting
        waiting = []
        for part in left { part.continuation.resume(throwing: CancellationError()) }
    }
}

/// What cancelling a waiting call needs to know of it.
///
/// Invariant behind `@unchecked Sendable`: touched on the stream's loop only.
private final class StreamCall: @unchecked Sendable {
    var id = 0
    var isCancelled = false
}
