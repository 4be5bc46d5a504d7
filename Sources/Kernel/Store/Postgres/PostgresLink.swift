import CPostgres
import Core
import Glibc

/// One of the reactor's connections: it is made without waiting, and made anew when it is lost.
///
/// Only the reactor's thread touches it.
final class PostgresLink {
    private enum State {
        /// To be tried again at that time.
        case down(until: ContinuousClock.Instant)
        /// Being made by libpq, which waits for the socket to become readable or writable.
        case connecting(OpaquePointer, writes: Bool, since: ContinuousClock.Instant)
        case up(PostgresConnection)
    }

    private let address: PostgresAddress
    private let purpose: PostgresAddress.Purpose
    private let connectTimeout: Duration
    private var state: State
    private var failures = 0
    /// Whether there is more to send than the system took.
    private var isFull = false
    /// What is on its way and unanswered, oldest first.
    private(set) var requests: [PostgresRequest] = []
    /// What is to be sent again, on whatever connection.
    private var returned: [PostgresRequest] = []
    /// Why it is down.
    private(set) var failure: PostgresFailure?

    init(
        _ address: PostgresAddress,
        for purpose: PostgresAddress.Purpose,
        connectTimeout: Duration
    ) {
        self.address = address
        self.purpose = purpose
        self.connectTimeout = connectTimeout
        state = .down(until: .now)
    }

    deinit {
        if case .connecting(let handle, _, _) = state { PQfinish(handle) }
    }

    /// The connection when it can be used.
    var connection: PostgresConnection? {
        if case .up(let connection) = state { return connection }
        return nil
    }

    /// Whether there is no connection, and none is being made.
    var isDown: Bool {
        if case .down = state { return true }
        return false
    }

    /// Begins to connect when it is down and its time has come.
    ///
    /// - Returns: what to wait for; nil when there is nothing but time.
    func prepare(now: ContinuousClock.Instant) -> pollfd? {
        switch state {
        case .down(let until):
            guard now >= until else { return nil }
            let handle = address.withParameters(for: purpose) { PQconnectStartParams($0, $1, 1) }
            guard let handle, PQstatus(handle) != CONNECTION_BAD else {
                let message = handle.map(PostgresConnection.message) ?? "libpq has no memory"
                PQfinish(handle)
                lose(.lost(message), now: now)
                return nil
            }
            state = .connecting(handle, writes: true, since: now)
            return pollfd(fd: PQsocket(handle), events: Int16(POLLOUT), revents: 0)
        case .connecting(let handle, let writes, let since):
            guard now - since < connectTimeout * 2 else {
                PQfinish(handle)
                state = .down(until: now)
                lose(.lost("connecting took longer than \(connectTimeout * 2)"), now: now)
                return nil
            }
            return pollfd(
                fd: PQsocket(handle),
                events: Int16(writes ? POLLOUT : POLLIN),
                revents: 0
            )
        case .up(let connection):
            return pollfd(
                fd: connection.socket,
                events: Int16(POLLIN) | (isFull ? Int16(POLLOUT) : 0),
                revents: 0
            )
        }
    }

    /// Hands over what is to be sent again.
    func takeReturned() -> [PostgresRequest] {
        defer { returned = [] }
        return returned
    }

    /// Sends a request.
    func send(_ request: PostgresRequest, now: ContinuousClock.Instant) {
        guard case .up(let connection) = state else {
            returned.append(request)
            return
        }
        do throws(PostgresFailure) {
            try connection.send(request.sql, request.parameters)
            try connection.sync()
            requests.append(request)
            isFull = true
        } catch {
            if error.isLost {
                requests.append(request)
                lose(error, now: now)
            } else {
                request.fail(error.storeError)
            }
        }
    }

    /// Gives the system what there is to send.
    func flush(now: ContinuousClock.Instant) {
        guard isFull, case .up(let connection) = state else { return }
        do throws(PostgresFailure) {
            isFull = try connection.flush()
        } catch {
            lose(error, now: now)
        }
    }

    /// Takes in what has arrived, and tells the callers.
    ///
    /// - Returns: whether the connection has just come up.
    func receive(now: ContinuousClock.Instant) -> Bool {
        switch state {
        case .down: return false
        case .connecting(let handle, _, let since):
            switch PQconnectPoll(handle) {
            case PGRES_POLLING_OK:
                state = .down(until: now)
                do throws(PostgresFailure) {
                    state = .up(try PostgresConnection(handle, address.counter))
                    failures = 0
                    failure = nil
                    return true
                } catch {
                    lose(error, now: now)
                }
            case PGRES_POLLING_READING: state = .connecting(handle, writes: false, since: since)
            case PGRES_POLLING_WRITING: state = .connecting(handle, writes: true, since: since)
            default:
                let message = PostgresConnection.message(of: handle)
                PQfinish(handle)
                state = .down(until: now)
                lose(.lost(message), now: now)
            }
            return false
        case .up(let connection):
            do throws(PostgresFailure) {
                try connection.consume()
                while let answer = try connection.receive() { take(answer, connection) }
            } catch {
                lose(error, now: now)
            }
            return false
        }
    }

    private func take(_ answer: PostgresConnection.Answer, _ connection: PostgresConnection) {
        switch answer {
        case .synced:
            guard !requests.isEmpty else { return }
            let request = requests.removeFirst()
            if !request.finish() { returned.append(request) }
        case .done(let result):
            requests.first?.answer = .success(result)
        case .failed(let failure):
            if failure.needsPreparing { connection.forgetStatements() }
            requests.first?.answer = .failure(failure)
        case .skipped: return
        }
    }

    /// Gives the connection up; what was on its way is to be sent again.
    func lose(_ failure: PostgresFailure, now: ContinuousClock.Instant) {
        self.failure = failure
        failures += 1
        let pause = failures == 1 ? 0 : min(1_000, 10 << min(failures, 7))
        state = .down(until: now + .milliseconds(pause))
        isFull = false
        for request in requests {
            request.answer = nil
            request.isRepeated = true
        }
        returned += requests
        requests = []
    }
}
