import Core
import Glibc
import Synchronization

/// A bounded pool of connections for reads of several statements on one snapshot, each with a thread.
///
/// Threads and connections are made when they are first needed. A read that waits too long, or finds too
/// many waiting, is refused with a message that says so. A connection that is lost is made anew, and the
/// read is run again, until its time is over.
final class PostgresReaders: Sendable {
    private struct State {
        var reads: [any ReadJob] = []
        var scans: [any ReadJob] = []
        var runningScans = 0
        var threads = 0
        var idle = 0
        var closed = false
    }

    private let address: PostgresAddress
    private let purpose: PostgresAddress.Purpose
    private let configuration: PostgresConfiguration
    private let state = Mutex(State())
    private let wake = ThreadSemaphore()

    init(
        _ address: PostgresAddress,
        for purpose: PostgresAddress.Purpose,
        _ configuration: PostgresConfiguration
    ) {
        self.address = address
        self.purpose = purpose
        self.configuration = configuration
    }

    /// Takes a read in, or refuses it at once.
    func submit(_ job: any ReadJob) {
        enum Answer {
            case taken(starts: Bool)
            case refused(StoreError)
        }
        let limit = max(1, configuration.connections)
        let answer = state.withLock { state -> Answer in
            if state.closed { return .refused(StoreError(.closed, "the store is closed")) }
            let waiting = state.reads.count + state.scans.count
            guard waiting < configuration.waiting else {
                return .refused(
                    StoreError(
                        .unavailable,
                        "all \(limit) connections for reading are in use, and \(waiting) reads "
                            + "wait for one"
                    )
                )
            }
            if job.isScan { state.scans.append(job) } else { state.reads.append(job) }
            guard state.idle <= waiting, state.threads < limit else {
                return .taken(starts: false)
            }
            state.threads += 1
            return .taken(starts: true)
        }
        switch answer {
        case .refused(let error): job.fail(error)
        case .taken(let starts):
            if starts { start() }
            wake.signal()
        }
    }

    /// Refuses those whose time is over; called from time to time.
    func refuseTheLate() {
        let now = ContinuousClock.now
        let late = state.withLock { state -> [any ReadJob] in
            guard !state.reads.isEmpty || !state.scans.isEmpty else { return [] }
            let late = (state.reads + state.scans).filter { $0.deadline <= now }
            guard !late.isEmpty else { return [] }
            state.reads.removeAll { $0.deadline <= now }
            state.scans.removeAll { $0.deadline <= now }
            return late
        }
        for job in late {
            job.fail(
                StoreError(
                    .unavailable,
                    "no connection for reading became free within \(configuration.readTimeout)"
                )
            )
        }
    }

    /// Whether any read waits.
    var isWaitedFor: Bool {
        state.withLock { !$0.reads.isEmpty || !$0.scans.isEmpty }
    }

    /// Refuses what waits and what comes later; the threads end.
    func close() {
        let (waiting, threads) = state.withLock { state in
            state.closed = true
            defer {
                state.reads = []
                state.scans = []
            }
            return (state.reads + state.scans, state.threads)
        }
        for job in waiting { job.fail(StoreError(.closed, "the store is closed")) }
        for _ in 0..<threads { wake.signal() }
    }

    private func start() {
        var thread = pthread_t()
        let this = Unmanaged.passRetained(self)
        if pthread_create(&thread, nil, readerMain, this.toOpaque()) != 0 {
            this.release()
            state.withLock { $0.threads -= 1 }
            return
        }
        pthread_detach(thread)
    }

    fileprivate func serve() {
        var connection: PostgresConnection?
        while true {
            state.withLock { $0.idle += 1 }
            wake.wait()
            state.withLock { $0.idle -= 1 }
            while let job = take() {
                run(job, on: &connection)
                if job.isScan { scanEnded() }
            }
            if state.withLock({ $0.closed }) { return }
        }
    }

    /// Half of the connections are kept free of scans, which may take long.
    private func take() -> (any ReadJob)? {
        state.withLock { state in
            if state.closed { return nil }
            if !state.reads.isEmpty { return state.reads.removeFirst() }
            guard !state.scans.isEmpty,
                state.runningScans < max(1, configuration.connections / 2)
            else { return nil }
            state.runningScans += 1
            return state.scans.removeFirst()
        }
    }

    private func scanEnded() {
        let more = state.withLock { state in
            state.runningScans -= 1
            return !state.scans.isEmpty
        }
        if more { wake.signal() }
    }

    private func run(_ job: any ReadJob, on connection: inout PostgresConnection?) {
        var tries = 0
        while true {
            if connection?.isLost == true { connection = nil }
            do throws(PostgresFailure) {
                let current: PostgresConnection
                if let connection {
                    current = connection
                } else {
                    current = try PostgresConnection.open(address, for: purpose)
                    connection = current
                }
                let reader = PostgresReader(
                    current,
                    isScan: job.isScan,
                    patience: job.isScan ? nil : configuration.statementTimeout + .seconds(5)
                )
                job.run(reader)
                reader.end()
                if let failure = reader.failure, failure.isPassing || failure.needsPreparing {
                    throw failure
                }
                job.finish()
                return
            } catch {
                if error.needsConnection || connection?.isLost == true { connection = nil }
                if error.needsPreparing { connection?.forgetStatements() }
                tries += 1
                let closed = state.withLock { $0.closed }
                guard ContinuousClock.now < job.deadline, !closed, tries < 100 else {
                    job.fail(
                        StoreError(
                            error.isLost ? .unavailable : error.storeError.reason,
                            error.message,
                            sqlState: error.state.isEmpty ? nil : error.state
                        )
                    )
                    return
                }
                if tries > 1 { usleep(UInt32(min(500, 10 << min(tries, 6)) * 1_000)) }
            }
        }
    }
}

private func readerMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<PostgresReaders>.fromOpaque(argument).takeRetainedValue().serve()
    return nil
}

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

/// The snapshot that a body reads: it begins with the first statement.
final class PostgresReader: Reader {
    private var connection: PostgresConnection?
    private let isScan: Bool
    private let patience: Duration?
    private var hasBegun = false
    /// What the connection or a statement failed with.
    private(set) var failure: PostgresFailure?

    init(_ connection: PostgresConnection, isScan: Bool, patience: Duration?) {
        self.connection = connection
        self.isScan = isScan
        self.patience = patience
    }

    func forEach(
        _ sql: String,
        _ parameters: [SQLValue],
        _ body: (any Row) throws -> Void
    ) throws {
        guard let connection else { throw StoreError(.misuse, "the read has ended") }
        let result: PostgresResult?
        do throws(PostgresFailure) {
            if !hasBegun {
                hasBegun = true
                try connection.send("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                if isScan { try connection.send("SET LOCAL statement_timeout = 0") }
            }
            try connection.send(sql, parameters)
            result = try connection.settle(patience)
        } catch {
            if failure == nil { failure = error }
            throw error.storeError
        }
        try result?.forEach(body)
    }

    /// Lets the snapshot go; nobody waits for the answer.
    func end() {
        guard let connection else { return }
        self.connection = nil
        guard hasBegun, !connection.isLost else { return }
        // What was read is good, whatever becomes of the connection.
        do throws(PostgresFailure) {
            try connection.send("ROLLBACK")
            try connection.sync()
            try connection.flush()
        } catch {
            return
        }
    }
}
