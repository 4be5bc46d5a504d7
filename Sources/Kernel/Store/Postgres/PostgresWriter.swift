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
/// to statements that fail, and `PostgresWriterThread+Recovery` for connections that are lost.
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
