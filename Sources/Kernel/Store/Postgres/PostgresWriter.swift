import Core
import Glibc
import Synchronization

/// One thread that commits everybody's transactions in groups, on one connection in pipeline mode.
///
/// A group begins by locking the table `weft_lock`, which all writers of this schema do; so transactions
/// follow each other, whatever process they come from, and each sees all that were committed before.
/// The lock is a table's because `LOCK TABLE` takes no snapshot: the first statement after it does.
///
/// A group's jobs run one after the other without savepoints; when one fails, all are run again, each
/// under a savepoint, as are the jobs of some groups after. See ``PostgresTransaction`` for what happens
/// to statements that fail, and `PostgresWriter+Recovery` for connections that are lost.
final class PostgresWriter: Sendable {
    let address: PostgresAddress
    let configuration: PostgresConfiguration
    /// This process's name among the writers.
    let name: String
    /// Where other processes hear of commits.
    let channel: String
    private let mailbox = WriteMailbox()

    init(
        _ address: PostgresAddress,
        _ configuration: PostgresConfiguration,
        channel: String
    ) {
        self.address = address
        self.configuration = configuration
        self.channel = channel
        name =
            IDGenerator(clock: SystemClock(), random: configuration.random)
            .next(PostgresWriter.self).description
    }

    /// Starts the thread; the writer lives until `close`.
    ///
    /// - Parameter connection: the first connection.
    /// - Throws: `StoreError` when the system has no thread left.
    func start(on connection: PostgresConnection) throws(StoreError) {
        var thread = pthread_t()
        let start = Unmanaged.passRetained(PostgresWriterThread(self, connection))
        guard pthread_create(&thread, nil, writerMain, start.toOpaque()) == 0 else {
            start.release()
            throw StoreError(.cannotOpen, "no thread for the writer")
        }
        pthread_detach(thread)
    }

    /// Takes a job in.
    func submit(_ job: any WriteJob) { mailbox.submit(job) }

    /// Runs what is in the mailbox, refuses what comes later, and returns when that is done.
    func close() { mailbox.close() }

    fileprivate func serve(_ thread: PostgresWriterThread) {
        mailbox.serve(batch: max(1, configuration.batch), thread.commit) { thread.connection = nil }
    }
}

private func writerMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let thread = Unmanaged<PostgresWriterThread>.fromOpaque(argument).takeRetainedValue()
    thread.writer.serve(thread)
    return nil
}

/// What the writer's thread alone touches.
final class PostgresWriterThread {
    /// How a group's jobs are run.
    private enum Manner {
        /// One after the other; the first failure undoes all.
        case bare
        /// Each under a savepoint.
        case guarded
        /// A single one, each of its statements waited for.
        case careful
    }

    /// What came of running a group.
    private enum Outcome {
        case committed
        /// The only job's body threw; nothing was changed.
        case refused
        /// Something failed that this manner of running cannot tell apart.
        case unclear
    }

    let writer: PostgresWriter
    var connection: PostgresConnection?
    /// Whether a commit was sent whose answer has not come: its mark tells whether it was made.
    var isCommitting = false
    /// The mark that the group under way leaves behind when it is committed.
    var mark: Int64 = 0
    /// Whether a group has given up on the server, and no other has reached it since.
    var isAway = false
    /// How many groups still run their jobs under savepoints.
    private var cautious = 0

    /// How many groups do after one with a job that failed.
    private static let caution = 32

    init(_ writer: PostgresWriter, _ connection: PostgresConnection) {
        self.writer = writer
        self.connection = connection
    }

    /// How long the server may say nothing: longer than it may take for a statement or a lock.
    var patience: Duration {
        max(writer.configuration.statementTimeout, writer.configuration.lockTimeout)
            + .seconds(10)
    }

    func commit(_ jobs: [any WriteJob]) {
        let began = ContinuousClock.now
        // Once the server was away for so long, nobody waits for it again until it is back.
        let deadline = isAway ? began : began + writer.configuration.writeTimeout
        var manner: Manner = jobs.count > 1 && cautious > 0 ? .guarded : .bare
        if cautious > 0 { cautious -= 1 }
        var tries = 0
        while true {
            do throws(PostgresFailure) {
                switch try run(jobs, manner) {
                case .committed:
                    writer.configuration.onCommit?(jobs.count, ContinuousClock.now - began)
                    tell(jobs)
                    return
                case .refused:
                    for job in jobs { job.finish(nil) }
                    return
                case .unclear where jobs.count == 1:
                    manner = .careful
                case .unclear:
                    cautious = Self.caution
                    if manner == .guarded {
                        for job in jobs { commit([job]) }
                        return
                    }
                    manner = .guarded
                }
            } catch {
                tries += 1
                guard tries < 1_000 else { return give(up: error, jobs) }
                switch recover(from: error, tries: tries, until: deadline) {
                case .again: continue
                case .committed:
                    writer.configuration.onCommit?(jobs.count, ContinuousClock.now - began)
                    tell(jobs)
                    return
                case .giveUp(let error):
                    if jobs.count > 1, !error.isPassing {
                        for job in jobs { commit([job]) }
                    } else {
                        give(up: error, jobs)
                    }
                    return
                case .unknown:
                    let error = StoreError(
                        .outcomeUnknown,
                        "the connection to the database was lost while committing, and for "
                            + "\(writer.configuration.writeTimeout) none could be had to find out "
                            + "whether the commit was made: look before trying again"
                    )
                    for job in jobs { job.finish(error) }
                    return
                }
            }
        }
    }

    private func tell(_ jobs: [any WriteJob]) {
        isAway = false
        for job in jobs {
            job.committed()
        }
        for job in jobs {
            job.finish(nil)
        }
    }

    private func give(up error: PostgresFailure, _ jobs: [any WriteJob]) {
        for job in jobs { job.finish(error.storeError) }
    }

    /// Runs a group in a transaction and commits it.
    ///
    /// - Throws: failures after which the group is to be run again, or that concern the commit.
    private func run(
        _ jobs: [any WriteJob],
        _ manner: Manner
    ) throws(PostgresFailure) -> Outcome {
        guard let connection else { throw .lost("there is no connection yet") }
        isCommitting = false
        try connection.check()
        try connection.send("BEGIN ISOLATION LEVEL SERIALIZABLE")
        try connection.send("LOCK TABLE weft_lock IN EXCLUSIVE MODE")
        var hasWritten = false
        var topics: Set<String> = []
        for job in jobs {
            let careful = manner == .careful
            if manner == .guarded { try connection.send("SAVEPOINT weft_job") }
            var transaction = PostgresTransaction(
                connection,
                careful: careful,
                patience: patience
            )
            var succeeded = job.run(transaction)
            transaction.end()
            if case .passing(let failure) = transaction.trouble { throw failure }
            if manner == .bare, transaction.trouble != nil || !succeeded && jobs.count > 1 {
                try undo(connection)
                return .unclear
            }
            if manner == .guarded || !succeeded {
                // Whether statements that were only sent have failed decides what the outcome is worth.
                if try !settled(connection, transaction) {
                    guard manner == .guarded else {
                        try undo(connection)
                        return .unclear
                    }
                    try connection.send("ROLLBACK TO weft_job")
                    try connection.settle(patience)
                    transaction = PostgresTransaction(
                        connection,
                        careful: true,
                        patience: patience
                    )
                    succeeded = job.run(transaction)
                    transaction.end()
                    if case .passing(let failure) = transaction.trouble { throw failure }
                }
                guard manner == .guarded else {
                    try undo(connection)
                    return .refused
                }
                if !succeeded { try connection.send("ROLLBACK TO weft_job") }
                try connection.send("RELEASE weft_job")
            }
            if succeeded {
                hasWritten = hasWritten || transaction.hasWritten
                topics.formUnion(transaction.topics)
            }
        }
        let isMade = try finish(connection, manner, hasWritten: hasWritten, topics)
        return isMade ? .committed : .unclear
    }

    /// Waits for what a body has sent.
    ///
    /// - Returns: false when something of it failed.
    private func settled(
        _ connection: PostgresConnection,
        _ transaction: PostgresTransaction
    ) throws(PostgresFailure) -> Bool {
        do throws(PostgresFailure) {
            try connection.settle(patience)
            return transaction.trouble == nil
        } catch {
            if error.isPassing || error.needsPreparing { throw error }
            return false
        }
    }

    private func undo(_ connection: PostgresConnection) throws(PostgresFailure) {
        do throws(PostgresFailure) {
            try connection.settle(patience)
        } catch {
            // What is still unanswered may have failed: that does not matter any more.
            if error.isLost { throw error }
        }
        try connection.send("ROLLBACK")
        try connection.settle(patience)
    }

    /// Sends the commit together with everything that was not waited for.
    ///
    /// - Returns: whether it was made; false when a statement before it had failed.
    private func finish(
        _ connection: PostgresConnection,
        _ manner: Manner,
        hasWritten: Bool,
        _ topics: Set<String>
    ) throws(PostgresFailure) -> Bool {
        if hasWritten {
            mark += 1
            try leaveMark(mark, on: connection)
            if !topics.isEmpty {
                try connection.send(
                    "SELECT pg_notify(?, ?)",
                    [
                        .text(writer.channel),
                        .text(([writer.name] + topics.sorted()).joined(separator: " ")),
                    ]
                )
            }
        }
        isCommitting = hasWritten
        try connection.send("COMMIT")
        do throws(PostgresFailure) {
            let result = try connection.settle(patience)
            isCommitting = false
            // A transaction that had failed unnoticed answers a commit with "ROLLBACK".
            guard result?.command == "COMMIT" else {
                throw PostgresFailure(
                    state: "25P02",
                    message: "the server rolled the transaction back",
                    isLost: false
                )
            }
            return true
        } catch {
            if error.isLost { throw error }
            isCommitting = false
            guard manner != .careful, connection.isInTransaction, !error.isPassing,
                !error.needsPreparing
            else { throw error }
            try undo(connection)
            return false
        }
    }
}
