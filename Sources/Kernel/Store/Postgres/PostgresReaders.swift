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
