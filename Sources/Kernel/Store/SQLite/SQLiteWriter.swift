import Core
import Glibc
import Synchronization

/// One thread that commits everybody's transactions in groups.
///
/// Callers put jobs into a mailbox; the thread takes up to `batch` of them, runs them, commits all with
/// one sync, and only then tells the callers. Savepoints would cost a tenth; so a group goes without,
/// and when one of its jobs fails, all are run again, each under a savepoint, as are the jobs of some
/// groups after. When the group cannot be committed, each job is run again in a transaction of its own,
/// so that only the guilty ones fail.
final class SQLiteWriter: Sendable {
    private struct State {
        var jobs: [any WriteJob] = []
        var closed = false
        /// Whether the schedule was asked to run what is in the mailbox.
        var isScheduled = false
        /// The failure after which nothing is written any more.
        var poison: StoreError?
    }

    private let connection: SQLiteConnection
    private let batch: Int
    private let state = Mutex(State())
    private let wake = ThreadSemaphore()
    private let done = ThreadSemaphore()
    private let anchor: SQLiteAnchor
    private let onCommit: (@Sendable (Int, Duration) -> Void)?
    /// Runs the work in place of the thread.
    private let schedule: (@Sendable (@escaping @Sendable () -> Void) -> Void)?
    /// How many groups still run their jobs under savepoints.
    private let cautious = Atomic<Int>(0)
    /// How many groups do after one with a job that failed.
    private static let caution = 32

    init(
        connection: SQLiteConnection,
        batch: Int,
        anchor: SQLiteAnchor,
        onCommit: (@Sendable (Int, Duration) -> Void)?,
        schedule: (@Sendable (@escaping @Sendable () -> Void) -> Void)? = nil
    ) {
        self.connection = connection
        self.batch = batch
        self.anchor = anchor
        self.onCommit = onCommit
        self.schedule = schedule
    }

    /// Starts the thread; the writer lives until `close`.
    func start() throws(StoreError) {
        var thread = pthread_t()
        let this = Unmanaged.passRetained(self)
        guard pthread_create(&thread, nil, writerMain, this.toOpaque()) == 0 else {
            this.release()
            throw StoreError(.cannotOpen, "no thread for the writer")
        }
        pthread_detach(thread)
    }

    func submit(_ job: any WriteJob) {
        let refused = state.withLock { state -> StoreError? in
            if let poison = state.poison { return poison }
            if state.closed { return StoreError(.closed, "the store is closed") }
            state.jobs.append(job)
            return nil
        }
        if let refused {
            job.finish(refused)
        } else if let schedule {
            let isScheduled = state.withLock { state in
                defer { state.isScheduled = true }
                return state.isScheduled
            }
            if !isScheduled { schedule { self.drain() } }
        } else {
            wake.signal()
        }
    }

    /// Runs what is in the mailbox, refuses what comes later, and returns when the thread has ended.
    func close() {
        state.withLock { $0.closed = true }
        if schedule != nil {
            drain()
        } else {
            wake.signal()
            done.wait()
        }
    }

    fileprivate func loop() {
        repeat { wake.wait() } while !drain()
        done.signal()
    }

    /// Commits what is in the mailbox.
    ///
    /// - Returns: whether the writer was closed.
    @discardableResult
    private func drain() -> Bool {
        while true {
            let (jobs, closed) = state.withLock { state -> ([any WriteJob], Bool) in
                let taken = Array(state.jobs.prefix(batch))
                state.jobs.removeFirst(taken.count)
                if taken.isEmpty { state.isScheduled = false }
                return (taken, state.closed)
            }
            if jobs.isEmpty {
                guard closed else { return false }
                anchor.close()
                // A tidy end: the file alone holds everything, the log beside it is empty.
                try? connection.run("PRAGMA wal_checkpoint(TRUNCATE)")
                return true
            }
            commit(jobs)
        }
    }

    private func commit(_ jobs: [any WriteJob]) {
        do throws(StoreError) {
            let began = ContinuousClock.now
            try attempt(jobs)
            onCommit?(jobs.count, ContinuousClock.now - began)
        } catch {
            if jobs.count > 1, !isPoisoned(by: error) {
                for job in jobs {
                    commit([job])
                }
                return
            }
            for job in jobs {
                job.finish(error)
            }
            return
        }
        for job in jobs {
            job.committed()
        }
        for job in jobs {
            job.finish(nil)
        }
    }

    private func attempt(_ jobs: [any WriteJob]) throws(StoreError) {
        anchor.pause()
        defer { anchor.resume() }
        do throws(StoreError) {
            // A group of one needs no savepoint: its failure is the group's.
            let left = cautious.load(ordering: .relaxed)
            if jobs.count == 1 {
                if try !runBare(jobs) { return }
            } else if left > 0 {
                cautious.store(left - 1, ordering: .relaxed)
                try runGuarded(jobs)
            } else if try !runBare(jobs) {
                cautious.store(Self.caution, ordering: .relaxed)
                try runGuarded(jobs)
            }
            try connection.run("COMMIT")
        } catch {
            if connection.inTransaction { try? connection.run("ROLLBACK") }
            throw error
        }
    }

    /// Runs jobs one after the other, until one fails.
    ///
    /// - Returns: whether all succeeded; if not, everything is rolled back.
    private func runBare(_ jobs: [any WriteJob]) throws(StoreError) -> Bool {
        try connection.run("BEGIN IMMEDIATE")
        for job in jobs where try !run(job) {
            try connection.run("ROLLBACK")
            return false
        }
        return true
    }

    /// Runs jobs one after the other, and undoes those that fail.
    private func runGuarded(_ jobs: [any WriteJob]) throws(StoreError) {
        try connection.run("BEGIN IMMEDIATE")
        for job in jobs {
            try connection.run("SAVEPOINT job")
            if try !run(job) { try connection.run("ROLLBACK TO job") }
            try connection.run("RELEASE job")
        }
    }

    private func run(_ job: any WriteJob) throws(StoreError) -> Bool {
        let transaction = SQLiteTransaction(connection)
        let succeeded = job.run(transaction)
        transaction.end()
        guard connection.inTransaction else {
            // SQLite rolls everything back by itself on a full disk or an I/O error.
            throw job.storeError ?? StoreError(.full, "SQLite rolled the transaction back")
        }
        return succeeded
    }

    /// After a failed sync the kernel may have dropped what it could not write: stop, do not guess.
    private func isPoisoned(by error: StoreError) -> Bool {
        guard error.reason == .io || error.reason == .corrupt else { return false }
        let waiting = state.withLock { state in
            state.poison = StoreError(
                .closed,
                "the store was stopped after a failure of the disk: \(error.message)",
                driverCode: error.driverCode
            )
            defer { state.jobs = [] }
            return state.jobs
        }
        for job in waiting {
            job.finish(error)
        }
        return true
    }

    var poison: StoreError? { state.withLock { $0.poison } }
}

private func writerMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<SQLiteWriter>.fromOpaque(argument).takeRetainedValue().loop()
    return nil
}

/// A transaction waiting to be run, with its caller.
protocol WriteJob: AnyObject, Sendable {
    /// Runs the body; answers whether it succeeded.
    func run(_ transaction: SQLiteTransaction) -> Bool
    /// The store's own error, when that is what the body failed with.
    var storeError: StoreError? { get }
    /// Runs the actions registered for after the commit.
    func committed()
    /// Tells the caller; with an error the whole group failed.
    func finish(_ error: StoreError?)
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

    func run(_ transaction: SQLiteTransaction) -> Bool {
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
            continuation.resume(throwing: storeError ?? error)
        } else if let result {
            continuation.resume(with: result)
        } else {
            continuation.resume(throwing: StoreError(.misuse, "the transaction was not run"))
        }
    }
}

/// The transaction that a body sees.
final class SQLiteTransaction: Transaction {
    private var connection: SQLiteConnection?
    private(set) var actions: [@Sendable () -> Void] = []

    init(_ connection: SQLiteConnection) {
        self.connection = connection
    }

    /// From here on the transaction refuses to be used: its body has returned.
    func end() {
        connection = nil
    }

    func forEach(
        _ sql: String,
        _ parameters: [SQLValue],
        _ body: (any Row) throws -> Void
    ) throws {
        try open().forEach(sql, parameters, body)
    }

    func execute(_ sql: String, _ parameters: [SQLValue]) throws {
        _ = try open().execute(sql, parameters)
    }

    func executeCounting(_ sql: String, _ parameters: [SQLValue]) throws -> Int {
        try open().execute(sql, parameters)
    }

    func attempt<Value>(_ body: () throws -> Value) throws -> Value {
        let connection = try open()
        let registered = actions.count
        try connection.run("SAVEPOINT attempt")
        do {
            let value = try body()
            try connection.run("RELEASE attempt")
            return value
        } catch {
            actions.removeSubrange(registered...)
            if connection.inTransaction {
                try connection.run("ROLLBACK TO attempt")
                try connection.run("RELEASE attempt")
            }
            throw error
        }
    }

    func afterCommit(_ action: @escaping @Sendable () -> Void) {
        actions.append(action)
    }

    /// Nobody else reads the file.
    func announce(_ topic: String) {}

    private func open() throws(StoreError) -> SQLiteConnection {
        guard let connection else { throw StoreError(.misuse, "the transaction has ended") }
        return connection
    }
}
