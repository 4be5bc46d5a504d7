import Core

/// A read waiting to be run, with its caller.
protocol ReadJob: AnyObject, Sendable {
    /// Whether it may take long.
    var isScan: Bool { get }
    /// When it is given up.
    var deadline: ContinuousClock.Instant { get }
    /// Runs the body and keeps its outcome.
    func run(_ reader: PostgresReader)
    /// Tells the caller the outcome.
    func finish()
    /// Tells the caller that the read could not be made.
    func fail(_ error: StoreError)
}

/// `@unchecked Sendable`: touched by the submitting thread before `submit` and by one thread of the pool
/// after, never by both at once.
final class SnapshotJob<Value: Sendable>: ReadJob, @unchecked Sendable {
    let isScan: Bool
    let deadline: ContinuousClock.Instant
    private let body: @Sendable (any Reader) throws -> Value
    private let continuation: CheckedContinuation<Value, any Error>
    private var result: Result<Value, any Error>?

    init(
        isScan: Bool,
        deadline: ContinuousClock.Instant,
        body: @escaping @Sendable (any Reader) throws -> Value,
        continuation: CheckedContinuation<Value, any Error>
    ) {
        self.isScan = isScan
        self.deadline = deadline
        self.body = body
        self.continuation = continuation
    }

    func run(_ reader: PostgresReader) {
        result = Result { try body(reader) }
    }

    func finish() {
        if let result {
            continuation.resume(with: result)
        } else {
            fail(StoreError(.misuse, "the read was not run"))
        }
    }

    func fail(_ error: StoreError) {
        continuation.resume(throwing: error)
    }
}
