import CPostgres
import Core
import Glibc

/// One connection to a PostgreSQL server, in pipeline mode: statements are sent one after the other, and
/// their answers come in the same order.
///
/// After a failure the server skips what was sent until the next sync. Every wait ends with one, so a
/// connection that nobody waits for has nothing unanswered.
///
/// `@unchecked Sendable`: whoever holds it (the writer's thread, a reader's or the reactor's) uses it on
/// that thread alone; libpq lets one thread at a time use a connection.
final class PostgresConnection: @unchecked Sendable {
    private enum Expected {
        case preparing(PostgresStatement)
        case forgetting
        case executing
        case sync
    }

    /// What the server answered to one statement, or to a sync.
    enum Answer {
        case done(PostgresResult)
        case failed(PostgresFailure)
        /// Not run, as one before it had failed.
        case skipped
        case synced
    }

    /// At most this many statements are kept prepared; the least recently used half goes when full.
    private static let cachedStatements = 256

    private let handle: OpaquePointer
    private let counter: PostgresCounter
    private var statements: [String: PostgresStatement] = [:]
    private var named = 0
    private var uses = 0
    private var parameters = PostgresParameters()
    private var expected: [Expected] = []
    /// The first of `expected` that is not answered yet.
    private var next = 0
    /// The answer to `expected[next]`, until the end of its results has come.
    private var answer: Answer?
    /// Why a statement could not be prepared, until its execution is answered.
    private var unprepared: PostgresFailure?
    /// Whether the results of a statement that was prepared or forgotten have come.
    private var isPrepared = false
    /// Whether it is of no more use.
    private(set) var isLost = false

    /// Takes over a connection that libpq has made.
    init(_ handle: OpaquePointer, _ counter: PostgresCounter) throws(PostgresFailure) {
        self.handle = handle
        self.counter = counter
        counter.add(1)
        guard PQstatus(handle) == CONNECTION_OK else {
            throw .lost(Self.message(of: handle))
        }
        weft_pq_silence(handle)
        guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else {
            throw .lost(Self.message(of: handle))
        }
    }

    deinit {
        PQfinish(handle)
        counter.add(-1)
    }

    /// Connects, and waits for it.
    static func open(
        _ address: PostgresAddress,
        for purpose: PostgresAddress.Purpose
    ) throws(PostgresFailure) -> PostgresConnection {
        let made = address.withParameters(for: purpose) { PQconnectdbParams($0, $1, 1) }
        guard let made else { throw .lost("libpq has no memory") }
        return try PostgresConnection(made, address.counter)
    }

    /// The connection's file descriptor.
    var socket: Int32 { PQsocket(handle) }
    /// The server's process that serves it.
    var process: Int32 { PQbackendPID(handle) }
    /// The server's version, for instance 150018.
    var version: Int { Int(PQserverVersion(handle)) }
    /// Whether a transaction is open, failed ones included.
    var isInTransaction: Bool {
        let status = PQtransactionStatus(handle)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
    }
    /// Whether every answer has come.
    var isSettled: Bool { next == expected.count }

    /// What libpq says of its last failure.
    static func message(of handle: OpaquePointer) -> String {
        guard let text = PQerrorMessage(handle) else { return "the connection failed" }
        let lines = String(cString: text).split(separator: "\n")
        return lines.isEmpty ? "the connection failed" : lines.joined(separator: "; ")
    }

    // MARK: Sending

    /// Notices that the other side has closed the connection meanwhile, before anything is sent on it.
    func check() throws(PostgresFailure) {
        guard isSettled else { return }
        // A server that stops says so first, and then closes.
        for _ in 0..<4 {
            var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 0) > 0 else { return }
            try consume()
        }
    }

    /// Puts a statement into the pipeline.
    ///
    /// - Throws: a failure of code misuse, and then nothing was sent; or that the connection is lost.
    func send(_ sql: String, _ values: [SQLValue] = []) throws(PostgresFailure) {
        let statement = statement(sql)
        guard statement.parameters == values.count else {
            throw PostgresFailure(
                state: "08P01",
                message: "the statement takes \(statement.parameters) parameters, "
                    + "\(values.count) were given",
                isLost: false
            )
        }
        if statement.stage == .unknown {
            guard PQsendPrepare(handle, statement.name, statement.text, 0, nil) == 1 else {
                throw fail()
            }
            statement.stage = .sent
            expected.append(.preparing(statement))
        }
        parameters.set(values)
        let sent = parameters.withPointers { count, values, lengths, formats in
            PQsendQueryPrepared(handle, statement.name, count, values, lengths, formats, 1)
        }
        guard sent == 1 else { throw fail() }
        expected.append(.executing)
    }

    /// Ends the segment: what fails before it does not concern what is sent after.
    func sync() throws(PostgresFailure) {
        guard PQpipelineSync(handle) == 1 else { throw fail() }
        expected.append(.sync)
    }

    /// Gives the system what it takes of what was sent.
    ///
    /// - Returns: whether there is more.
    @discardableResult
    func flush() throws(PostgresFailure) -> Bool {
        switch PQflush(handle) {
        case 0: return false
        case 1: return true
        default: throw fail()
        }
    }

    /// Forgets which statements are prepared.
    func forgetStatements() {
        statements = [:]
    }

    private func statement(_ sql: String) -> PostgresStatement {
        uses += 1
        if let known = statements[sql] {
            known.lastUse = uses
            return known
        }
        if statements.count >= Self.cachedStatements { evict() }
        named += 1
        let statement = PostgresStatement(sql, number: named)
        statement.lastUse = uses
        statements[sql] = statement
        return statement
    }

    /// The server forgets them as soon as that is sent; in a failed transaction it would not, and the
    /// names are not used again.
    private func evict() {
        let oldest = statements.sorted { $0.value.lastUse < $1.value.lastUse }
        for (sql, statement) in oldest.prefix(Self.cachedStatements / 2) {
            statements[sql] = nil
            guard statement.stage == .known else { continue }
            let text = Array("DEALLOCATE w\(statement.number)".utf8CString)
            if PQsendQueryParams(handle, text, 0, nil, nil, nil, nil, 1) == 1 {
                expected.append(.forgetting)
            }
        }
    }

    // MARK: Receiving

    /// Takes in what has arrived.
    func consume() throws(PostgresFailure) {
        guard PQconsumeInput(handle) == 1 else { throw fail() }
    }

    /// What was announced on channels that this connection listens to.
    func notifications() -> [String] {
        var payloads: [String] = []
        while let notification = PQnotifies(handle) {
            payloads.append(String(cString: notification.pointee.extra))
            PQfreemem(notification)
        }
        return payloads
    }

    /// The next answer, nil when it has not come yet.
    func receive() throws(PostgresFailure) -> Answer? {
        var emptyHanded = 0
        while next < expected.count {
            guard PQisBusy(handle) == 0 else { return nil }
            if let result = PQgetResult(handle).map(PostgresResult.init) {
                emptyHanded = 0
                if let answer = try take(result) { return answer }
                continue
            }
            guard PQstatus(handle) == CONNECTION_OK else { throw fail() }
            if let answer {
                self.answer = nil
                advance()
                return answer
            }
            if isPrepared {
                isPrepared = false
                advance()
                continue
            }
            emptyHanded += 1
            // The end of the results before, told twice.
            guard emptyHanded < 4 else { throw fail() }
        }
        return nil
    }

    private func take(_ result: PostgresResult) throws(PostgresFailure) -> Answer? {
        let status = PQresultStatus(result.handle)
        if status == PGRES_FATAL_ERROR {
            let failure = PostgresFailure(result)
            if failure.isLost {
                isLost = true
                throw failure
            }
            switch expected[next] {
            case .preparing(let statement):
                statement.stage = .unknown
                unprepared = failure
                isPrepared = true
            case .forgetting:
                unprepared = failure
                isPrepared = true
            case .executing: answer = .failed(failure)
            case .sync: throw fail()
            }
            return nil
        }
        switch expected[next] {
        case .preparing(let statement):
            statement.stage = status == PGRES_COMMAND_OK ? .known : .unknown
            isPrepared = true
        case .forgetting:
            isPrepared = true
        case .executing:
            if status == PGRES_PIPELINE_ABORTED {
                answer = unprepared.map { .failed($0) } ?? .skipped
                unprepared = nil
            } else {
                answer = .done(result)
            }
        case .sync:
            guard status == PGRES_PIPELINE_SYNC else { throw fail() }
            advance()
            return .synced
        }
        return nil
    }

    private func advance() {
        next += 1
        if next == expected.count {
            expected.removeAll(keepingCapacity: true)
            next = 0
        }
    }

    /// Sends a sync and waits for all answers.
    ///
    /// - Parameter patience: how long the server may say nothing; nil for ever.
    /// - Returns: the last statement's result; nil when there was none.
    /// - Throws: the first failure since the last sync.
    @discardableResult
    func settle(_ patience: Duration?) throws(PostgresFailure) -> PostgresResult? {
        try sync()
        var last: PostgresResult?
        var failure: PostgresFailure?
        while !isSettled {
            guard let answer = try receive() else {
                try wait(patience)
                continue
            }
            switch answer {
            case .done(let result):
                last = result
            case .failed(let first):
                if failure == nil { failure = first } else { failure?.isLate = true }
            case .skipped:
                // Skipped without a failure would be a mistake of ours; it must not pass for success.
                if failure == nil {
                    failure = PostgresFailure(state: "25P02", message: "skipped", isLost: false)
                }
                failure?.isLate = true
            case .synced:
                // A segment before, which nobody waited for.
                if !isSettled {
                    last = nil
                    failure = nil
                }
            }
        }
        if let failure { throw failure }
        return last
    }

    /// Waits until something has arrived, sending meanwhile what there is to send.
    private func wait(_ patience: Duration?) throws(PostgresFailure) {
        let more = try flush()
        var waiting = pollfd(
            fd: socket,
            events: Int16(POLLIN) | (more ? Int16(POLLOUT) : 0),
            revents: 0
        )
        let milliseconds = patience.map { Int32(clamping: $0.microseconds / 1_000) } ?? -1
        let ready = poll(&waiting, 1, milliseconds)
        if ready == 0 {
            isLost = true
            throw .lost("the server has not answered for \(milliseconds / 1_000) s")
        }
        if ready < 0, errno != EINTR { throw fail() }
        if waiting.revents & ~Int16(POLLOUT) != 0 { try consume() }
    }

    private func fail() -> PostgresFailure {
        isLost = true
        return .lost(Self.message(of: handle))
    }
}
