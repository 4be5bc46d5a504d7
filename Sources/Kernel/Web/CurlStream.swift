import Core
import Synchronization

/// An answer on its way from the driver's thread to the task that reads it.
final class CurlStream: Sendable {
    typealias Head = (status: Int, headers: [(name: String, value: String)])
    typealias Piece = Result<[UInt8]?, WebFault>

    private struct State {
        var head: CheckedContinuation<Result<Head, WebFault>, Never>?
        var buffer = StreamBuffer()
        /// One, as one task reads.
        var readers: [CheckedContinuation<Void, Never>] = []

        /// Those who wait, and do no more.
        mutating func release() -> [CheckedContinuation<Void, Never>] {
            defer { readers = [] }
            return readers
        }
    }

    private let state = Mutex(State())

    /// Whether nothing more comes.
    var hasEnded: Bool { state.withLock { $0.buffer.hasEnded } }

    func awaitHead(_ continuation: CheckedContinuation<Result<Head, WebFault>, Never>) {
        state.withLock { $0.head = continuation }
    }

    func begin(status: Int, headers: [(name: String, value: String)]) {
        let waiting = state.withLock { state in
            defer { state.head = nil }
            return state.head
        }
        waiting?.resume(returning: .success((status, headers)))
    }

    /// Takes a piece; false when it must come again later.
    func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let (taken, readers) = state.withLock { state in
            let taken = state.buffer.take(bytes)
            return (taken, state.release())
        }
        for reader in readers { reader.resume() }
        return taken
    }

    func finish(_ result: Result<WebAnswer, WebFault>) {
        let (head, readers) = state.withLock { state in
            var fault: WebFault?
            if case .failure(let failure) = result { fault = failure }
            state.buffer.end(fault)
            defer { state.head = nil }
            return (state.head, state.release())
        }
        head?.resume(returning: result.map { ($0.status, $0.headers) })
        for reader in readers { reader.resume() }
    }

    /// Waits for the next piece.
    ///
    /// - Parameter resume: called when the other side was held up and may go on.
    /// - Returns: the piece, nil at the end, or why there is none.
    func next(resume: () -> Void) async -> Piece {
        while true {
            switch state.withLock({ $0.buffer.read() }) {
            case .piece(let bytes, let resumes):
                if resumes { resume() }
                return .success(bytes)
            case .end: return .success(nil)
            case .failed(let code, let message): return .failure(WebFault(code, message))
            case .wait: await something()
            }
        }
    }

    /// Waits until there is something to read.
    private func something() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.buffer.isReadable { return true }
                state.readers.append(continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}
