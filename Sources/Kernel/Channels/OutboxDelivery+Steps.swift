import Core
import Observability
import Store

extension OutboxDelivery {
    /// Moves what is due into inboxes; answers whether there was anything.
    func deliverInbox() async throws -> Bool {
        let now = lane.clock.now()
        let due = try await lane.database.transaction { transaction in
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
            lane.count("inbox", "delivered", since: entry.createdAt)
            let span = lane.tracer.beginDelivery(
                "inbox",
                entry.trace,
                of: entry.organisation,
                message: entry.id.json,
                from: now
            )
            lane.tracer.endDelivery(span)
            if let account = entry.account { arrived(entry.organisation, account) }
        }
        return !due.isEmpty
    }

    /// The mail server, when there is anything for it.
    func emailTargets() async throws -> [String] {
        try await lane.database.query(
            """
            SELECT channel FROM channels_outbox
            WHERE channel = 'email' AND status = 'pending' AND due_at <= ? LIMIT 1
            """,
            [.time(lane.clock.now())]
        ) { try $0.text(0) }
    }

    /// Marks e-mail as skipped where there is no server; answers whether there was any.
    func skipEmail() async throws -> Bool {
        let now = lane.clock.now()
        let skipped = try await lane.database.transaction { transaction in
            try transaction.executeCounting(
                """
                UPDATE channels_outbox
                SET status = 'skipped', reason = 'no mail server configured', finished_at = ?
                WHERE channel = 'email' AND status = 'pending' AND due_at <= ?
                """,
                [.time(now), .time(now)]
            )
        }
        for _ in 0..<skipped {
            lane.count("email", "skipped")
        }
        return skipped > 0
    }

    /// Makes one attempt to hand a mail over.
    func deliver(_ job: OutboxLane.Job, _ email: Email) async throws -> Attempt {
        var concernsMail = false
        let attempt = try await lane.attempt(job) { _ in
            do throws(MailFailure) {
                try await email.transport.send(try mail(job, email))
                return .delivered
            } catch {
                concernsMail = error.concernsMail
                return DeliveryOutcome(error)
            }
        }
        return concernsMail ? .answered : attempt
    }

    private func mail(_ job: OutboxLane.Job, _ email: Email) throws(MailFailure) -> Mail {
        let recipient: EmailAddress
        do {
            recipient = try EmailAddress(job.address)
        } catch {
            throw MailFailure(.permanent, error.message)
        }
        return Mail(
            job.message,
            from: email.sender,
            senderName: email.senderName,
            to: recipient,
            id: job.id,
            date: job.createdAt,
            linkBase: email.linkBase
        )
    }
}
