/// A transaction waiting to be run, with its caller.
protocol WriteJob: AnyObject, Sendable {
    /// Runs the body; answers whether it succeeded.
    func run(_ transaction: any DriverTransaction) -> Bool
    /// The store's own error, when that is what the body failed with.
    var storeError: StoreError? { get }
    /// Runs the actions registered for after the commit.
    func committed()
    /// Tells the caller; with an error the whole group failed.
    func finish(_ error: StoreError?)
}

/// The transaction that a driver lends to bodies.
protocol DriverTransaction: Transaction {
    /// What the body registered for after the commit.
    var actions: [@Sendable () -> Void] { get }
}

/// `@unchecked Sendable`: touched by the submitting thread before `submit` and by the writer thread
/// after, never by both at once.
final class TransactionJob<Value: Sendable>: WriteJob, @unchecked Sendable {
    private let body: @Sendable (any Transaction) throws -> Value
    private let continuation: CheckedContinuation<Value, any Error>
    private var result: Result<Value, any Error>?
    private var actions: [@Sendable () -> Void] = []

    init(
        body: @escaping @Sendable (any Transaction) throws -> Value,
        continuation: CheckedContinuation<Value, any Error>
    ) {
        self.body = body
        self.continuation = continuation
    }

    var storeError: StoreError? {
        guard case .failure(let error) = result else { return nil }
        return error as? StoreError
    }

    func run(_ transaction: any DriverTransaction) -> Bool {
        actions = []
        do {
            result = .success(try body(transaction))
            actions = transaction.actions
            return true
        } catch {
            result = .failure(error)
            return false
        }
    }

    func committed() {
        for action in actions {
            action()
        }
    }

    func finish(_ error: StoreError?) {
        if let error {
            continuation.resume(throwing: error)
        } else if let result {
            continuation.resume(with: result)
        } else {
            continuation.resume(throwing: StoreError(.misuse, "the transaction was not run"))
        }
    }
}

/// Writes nothing, and does its work once its group is committed.
final class PauseJob<Value: Sendable>: WriteJob {
    let storeError: StoreError? = nil
    private let body: @Sendable () throws -> Value
    private let continuation: CheckedContinuation<Value, any Error>

    init(
        body: @escaping @Sendable () throws -> Value,
        continuation: CheckedContinuation<Value, any Error>
    ) {
        self.body = body
        self.continuation = continuation
    }

    func run(_ transaction: any DriverTransaction) -> Bool { true }

    func committed() {}

    func finish(_ error: StoreError?) {
        if let error {
            continuation.resume(throwing: error)
        } else {
            continuation.resume(with: Result { try body() })
        }
    }
}
