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
    private let connection: SQLiteConnection
    private let batch: Int
    private let mailbox = WriteMailbox()
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
        let isNew = mailbox.submit(job)
        if let schedule, isNew { schedule { self.mailbox.drain(batch: self.batch, self.commit) } }
    }

    /// Runs `body` where the writer's thread is in no transaction, and before it begins another.
    func betweenGroups<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            submit(PauseJob(body: body, continuation: continuation))
        }
    }

    /// Runs what is in the mailbox, refuses what comes later, and returns when all is done.
    func close() {
        guard schedule != nil else { return mailbox.close() }
        mailbox.refuse()
        mailbox.drain(batch: batch, commit)
        end()
    }

    fileprivate func loop() {
        mailbox.serve(batch: batch, commit, atEnd: end)
    }

    private func end() {
        anchor.close()
        // A tidy end: the file alone holds everything, the log beside it is empty.
        try? connection.run("PRAGMA wal_checkpoint(TRUNCATE)")
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
                job.finish(job.storeError ?? error)
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
        mailbox.stop(
            StoreError(
                .closed,
                "the store was stopped after a failure of the disk: \(error.message)",
                driverCode: error.driverCode
            ),
            waiting: error
        )
        return true
    }

    var poison: StoreError? { mailbox.poison }
}

private func writerMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<SQLiteWriter>.fromOpaque(argument).takeRetainedValue().loop()
    return nil
}
