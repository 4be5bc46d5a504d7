import Core
import Observability
import Store

extension OutboxDelivery {
    /// One e-mail entry that is being sent.
    struct Claim: Sendable {
        var id: ID<Outbox.Entry>
        var address: String
        var message: Message
        var trace: TraceContext?
        var organisation: ID<Organisation>
        /// This attempt's number, from 1.
        var attempt: Int
        var createdAt: Timestamp
    }

    /// Moves what is due into inboxes; answers whether there was anything.
    func deliverInbox() async throws -> Bool {
        let now = clock.now()
        let due = try await database.transaction { transaction in
            let due = try transaction.query(
                """
                SELECT id, created_at, organisation, address, traceparent FROM channels_outbox
                WHERE channel = 'inbox' AND status = 'pending' AND due_at <= ?
                ORDER BY due_at LIMIT 256
                """,
                [.time(now)]
            ) { row in
                (
                    id: try row.id(0, Outbox.Entry.self), createdAt: try row.timestamp(1),
                    organisation: try row.id(2, Organisation.self),
                    account: ID<Account>(try row.text(3)),
                    trace: TraceContext(try row.text(4))
                )
            }
            for entry in due {
                try transaction.execute(
                    """
                    INSERT INTO channels_inbox
                        (id, organisation, account, subject, body, link, severity, created_at,
                        incident)
                    SELECT id, organisation, address, subject, body, link, severity, created_at,
                        CASE WHEN action = 'trigger' THEN incident END
                    FROM channels_outbox WHERE id = ?
                    ON CONFLICT (id) DO NOTHING
                    """,
                    [.id(entry.id)]
                )
                try transaction.execute(
                    """
                    UPDATE channels_outbox
                    SET status = 'delivered', attempts = attempts + 1, finished_at = ? WHERE id = ?
                    """,
                    [.time(now), .id(entry.id)]
                )
            }
            return due
        }
        for entry in due {
            count("inbox", "delivered", createdAt: entry.createdAt)
            tracer.delivered(
                "inbox",
                entry.trace,
                of: entry.organisation,
                from: now,
                attributes: ["weft.message": entry.id.json]
            )
            if let account = entry.account { arrived(entry.organisation, account) }
        }
        return !due.isEmpty
    }

    /// Sends the e-mail that is due, a few at once; answers whether there was anything.
    func deliverEmail() async throws -> Bool {
        guard let email else { return try await skipEmail() }
        let room = min(email.concurrency, breaker.allowance(at: clock.now()))
        guard room > 0 else { return false }
        let claims = try await claim(room, email)
        guard !claims.isEmpty else { return false }
        try await withThrowingTaskGroup { group in
            for claim in claims {
                group.addTask { try await deliver(claim, email) }
            }
            try await group.waitForAll()
        }
        return true
    }

    private func skipEmail() async throws -> Bool {
        let now = clock.now()
        let skipped = try await database.transaction { transaction in
            try transaction.execute(
                """
                UPDATE channels_outbox
                SET status = 'skipped', reason = 'no mail server configured', finished_at = ?
                WHERE channel = 'email' AND status = 'pending' AND due_at <= ?
                """,
                [.time(now), .time(now)]
            )
        }
        for _ in 0..<skipped {
            count("email", "skipped")
        }
        return skipped > 0
    }

    private func claim(_ room: Int, _ email: Email) async throws -> [Claim] {
        let now = clock.now()
        return try await database.transaction { transaction in
            let claims = try transaction.query(
                """
                SELECT id, address, subject, body, link, severity, traceparent, attempts, created_at,
                    organisation
                FROM channels_outbox
                WHERE channel = 'email' AND status = 'pending' AND due_at <= ?
                ORDER BY priority DESC, due_at LIMIT ?
                """,
                [.time(now), .int(room)]
            ) { row in
                Claim(
                    id: try row.id(0),
                    address: try row.text(1),
                    message: Message(
                        stored: try row.text(2),
                        body: try row.text(3),
                        link: try row.optionalText(4),
                        severity: Message.Severity(rawValue: try row.text(5)) ?? .info
                    ),
                    trace: TraceContext(try row.text(6)),
                    organisation: try row.id(9),
                    attempt: Int(try row.int(7)) + 1,
                    createdAt: try row.timestamp(8)
                )
            }
            for claim in claims {
                try transaction.execute(
                    "UPDATE channels_outbox SET attempts = ?, due_at = ? WHERE id = ?",
                    [.int(claim.attempt), .time(now + email.lease), .id(claim.id)]
                )
            }
            return claims
        }
    }

    private func deliver(_ claim: Claim, _ email: Email) async throws {
        // Only attempts that ended without a word, in crashes, lead past the limit.
        guard claim.attempt <= policy.attempts else {
            let reason = "gave up after \(policy.attempts) attempts; the last ones were cut short"
            return try await finish(claim, .failed, reason)
        }
        let began = clock.now()
        breaker.begin(at: began)
        do throws(MailFailure) {
            try await email.transport.send(try mail(claim, email))
            trace(claim, began, nil)
        } catch {
            breaker.end(error, at: clock.now())
            trace(claim, began, error.reason)
            return try await settle(claim, error)
        }
        breaker.end(nil, at: clock.now())
        try await finish(claim, .delivered, nil)
    }

    private func trace(_ claim: Claim, _ began: Timestamp, _ failure: String?) {
        tracer.delivered(
            "email",
            claim.trace,
            of: claim.organisation,
            from: began,
            failure: failure,
            attributes: ["weft.message": claim.id.json, "weft.attempt": .int(claim.attempt)]
        )
    }

    private func mail(_ claim: Claim, _ email: Email) throws(MailFailure) -> Mail {
        let recipient: EmailAddress
        do {
            recipient = try EmailAddress(claim.address)
        } catch {
            throw MailFailure(.permanent, error.message)
        }
        return Mail(
            claim.message,
            from: email.sender,
            senderName: email.senderName,
            to: recipient,
            id: claim.id,
            date: claim.createdAt,
            linkBase: email.linkBase
        )
    }

    private func settle(_ claim: Claim, _ failure: MailFailure) async throws {
        switch failure.kind {
        case .permanent:
            try await finish(claim, .failed, failure.reason)
        case .transient where claim.attempt >= policy.attempts:
            let reason = "gave up after \(claim.attempt) attempts: \(failure.reason)"
            try await finish(claim, .failed, reason)
        case .transient:
            let pause = policy.pause(after: claim.attempt, unit: random.unit())
            try await retry(claim, at: clock.now() + pause, attempts: claim.attempt, failure.reason)
            count("email", "retried")
            logger(claim).warning(
                "mail was not accepted and will be tried again",
                [
                    "reason": .string(failure.reason), "attempt": .int(claim.attempt),
                    "pauseSeconds": .double(pause.seconds),
                ]
            )
        case .interrupted:
            // Due at the next start at once, and the attempt does not count.
            try await retry(claim, at: clock.now(), attempts: claim.attempt - 1, failure.reason)
        }
    }

    private func retry(_ claim: Claim, at due: Timestamp, attempts: Int, _ reason: String)
        async throws
    {
        try await database.transaction { transaction in
            try transaction.execute(
                """
                UPDATE channels_outbox SET due_at = ?, attempts = ?, reason = ?
                WHERE id = ? AND status = 'pending' AND attempts = ?
                """,
                [.time(due), .int(attempts), .text(reason), .id(claim.id), .int(claim.attempt)]
            )
        }
    }

    /// Ends an entry, unless its lease ran out and somebody else has claimed it since.
    private func finish(_ claim: Claim, _ status: OutboxState.Status, _ reason: String?)
        async throws
    {
        let now = clock.now()
        try await database.transaction { transaction in
            try transaction.execute(
                """
                UPDATE channels_outbox
                SET status = ?, reason = COALESCE(?, reason), finished_at = ?
                WHERE id = ? AND status = 'pending' AND attempts = ?
                """,
                [
                    .text(status.rawValue), .text(reason), .time(now), .id(claim.id),
                    .int(claim.attempt),
                ]
            )
        }
        let delivered = status == .delivered
        count("email", status.rawValue, createdAt: delivered ? claim.createdAt : nil)
        if !delivered {
            logger(claim).error(
                "mail was given up",
                ["reason": .optional(reason), "attempt": .int(claim.attempt)]
            )
        }
    }

    private func logger(_ claim: Claim) -> Logger {
        // Addresses are personal data: the entry's id leads to it for whoever may see it.
        let log = self.log.with(["outboxId": claim.id.json])
        return claim.trace.map { log.with(trace: $0) } ?? log
    }
}
