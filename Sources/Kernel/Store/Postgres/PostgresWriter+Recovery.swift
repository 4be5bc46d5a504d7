import Core
import Glibc

/// What a writer does when its connection is lost or the server asks it to try again.
///
/// Whether a commit was made whose answer never came is never guessed. Each group leaves a mark of its
/// own in `weft_writer`, in its transaction. After reconnecting, the writers' lock is taken, which waits
/// until the lost transaction has ended one way or the other; then the mark is there or it is not.
///
/// If it is not, the lost transaction may still be on its way to a server's process that has not read it
/// yet. So a higher mark is left before the group is run again: marks only grow, and the statement that
/// leaves a lower one fails, with everything around it.
extension PostgresWriterThread {
    /// What became of a group whose connection was lost, or what is to be done with it.
    enum Recovery {
        /// Nothing was changed: run it again.
        case again
        /// It was committed.
        case committed
        /// Nothing was changed, and there is no more time.
        case giveUp(PostgresFailure)
        /// It is not known, and there is no more time.
        case unknown
    }

    func recover(
        from failure: PostgresFailure,
        tries: Int,
        until deadline: ContinuousClock.Instant
    ) -> Recovery {
        guard failure.isPassing || failure.needsPreparing else {
            leave()
            return .giveUp(failure)
        }
        if failure.needsPreparing { connection?.forgetStatements() }
        if failure.needsConnection || connection?.isLost == true {
            connection = nil
        } else {
            leave()
        }
        let wasCommitting = isCommitting
        // A commit's outcome is worth waiting for, however late its loss was noticed.
        let deadline =
            wasCommitting
            ? max(deadline, ContinuousClock.now + writer.configuration.writeTimeout) : deadline
        var tries = tries
        var failure = failure
        while true {
            if tries > 1 || connection != nil { pause(tries) }
            do throws(PostgresFailure) {
                if connection != nil, ContinuousClock.now >= deadline { throw failure }
                let current: PostgresConnection
                if let connection {
                    current = connection
                } else {
                    current = try PostgresConnection.open(writer.address, for: .writing)
                    connection = current
                }
                guard wasCommitting else { return .again }
                let isMade = try found(on: current)
                isCommitting = false
                return isMade ? .committed : .again
            } catch {
                failure = error
                connection = nil
                tries += 1
            }
            guard ContinuousClock.now < deadline else {
                isAway = true
                return wasCommitting ? .unknown : .giveUp(failure)
            }
        }
    }

    /// Ends what is open on the connection, or gives it up.
    private func leave() {
        guard let current = connection else { return }
        do throws(PostgresFailure) {
            do throws(PostgresFailure) { try current.settle(patience) } catch {
                if error.isLost { throw error }
            }
            if current.isInTransaction {
                try current.send("ROLLBACK")
                try current.settle(patience)
            }
        } catch {
            connection = nil
        }
    }

    /// Leaves a mark, higher than all that were left before; a lower one violates the column's NOT NULL.
    func leaveMark(_ mark: Int64, on connection: PostgresConnection) throws(PostgresFailure) {
        try connection.send(
            """
            INSERT INTO weft_writer (name, mark, at)
            VALUES (?, ?, CAST(extract(epoch FROM now()) AS BIGINT))
            ON CONFLICT (name) DO UPDATE SET at = excluded.at,
                mark = CASE WHEN weft_writer.mark < excluded.mark THEN excluded.mark END
            """,
            [.text(writer.name), .int(mark)]
        )
    }

    /// Whether the group's mark is there, once the lost transaction has ended; if not, it cannot be
    /// committed any more.
    private func found(on connection: PostgresConnection) throws(PostgresFailure) -> Bool {
        try connection.send("BEGIN")
        try connection.send("LOCK TABLE weft_lock IN EXCLUSIVE MODE")
        try connection.send(
            "SELECT mark FROM weft_writer WHERE name = ? AND mark >= ?",
            [.text(writer.name), .int(mark)]
        )
        let result = try connection.settle(patience)
        var left: Int64?
        do throws(StoreError) {
            if let result, result.count == 1 {
                left = try PostgresRow(result: result, index: 0).int(0)
            }
        } catch {
            throw PostgresFailure(state: "XX001", message: error.message, isLost: false)
        }
        let isMade = left == mark
        // A try before this one may have left it, and lost the answer.
        let higher = left ?? mark + 1
        if left == nil { try leaveMark(higher, on: connection) }
        try connection.send("COMMIT")
        try connection.settle(patience)
        mark = higher
        return isMade
    }

    /// Longer from try to try, up to a second, and never the same for two processes.
    private func pause(_ tries: Int) {
        let longest = min(1_000, 5 << min(tries, 8))
        let jitter = Int(writer.configuration.random.next() % UInt64(longest))
        usleep(UInt32((longest / 2 + jitter / 2) * 1_000))
    }
}
