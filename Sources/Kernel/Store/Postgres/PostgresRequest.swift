import Core

/// A single query on its way, with its caller.
///
/// `@unchecked Sendable`: touched by the submitting thread before `submit` and by the reactor's thread
/// after, never by both at once.
final class PostgresRequest: @unchecked Sendable {
    let sql: String
    let parameters: [SQLValue]
    let deadline: ContinuousClock.Instant
    /// What the server answered; complete with the sync after it.
    var answer: Result<PostgresResult, PostgresFailure>?
    /// Whether it was on its way on a connection that was lost.
    var isRepeated = false
    private var tries = 0
    private let done: @Sendable (Result<PostgresResult, any Error>) -> Void

    init(
        _ sql: String,
        _ parameters: [SQLValue],
        deadline: ContinuousClock.Instant,
        done: @escaping @Sendable (Result<PostgresResult, any Error>) -> Void
    ) {
        self.sql = sql
        self.parameters = parameters
        self.deadline = deadline
        self.done = done
    }

    /// The answer is complete.
    ///
    /// - Returns: false when it is to be sent again.
    func finish() -> Bool {
        switch answer {
        case .success(let result): done(.success(result))
        case .failure(let failure)
        where (failure.isPassing || failure.needsPreparing) && tries < 5:
            tries += 1
            answer = nil
            return false
        case .failure(let failure): done(.failure(failure.storeError))
        case nil: done(.failure(StoreError(.misuse, "the server answered nothing")))
        }
        return true
    }

    /// It cannot be answered.
    func fail(_ error: StoreError) { done(.failure(error)) }
}
