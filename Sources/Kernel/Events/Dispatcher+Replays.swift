public import Core
public import Store

extension Dispatcher {
    /// What replays can be sorted by.
    public static let replayColumns: [ListQuery.Column] = [
        .init("createdAt", "created_at", isNumber: true), .init("rule", "rule"),
        .init("status", "status"),
    ]

    /// More replays than this do not run at once for one organisation.
    private static let mostReplays = 10
    private static let replayBatchSize = 256

    /// Begins to give a rule the organisation's events of a stretch of time.
    ///
    /// Each event that matches is given once, under the name `rule#replay`: a target that has taken it from
    /// the rule itself takes it again, and a crash or a second attempt repeats nothing.
    ///
    /// - Parameters:
    ///   - rule: the organisation's rule, or one of the program's.
    ///   - times: the events' times; the end is left out.
    ///   - reason: why.
    ///   - scope: decides the organisation.
    ///   - transaction: the caller's.
    /// - Returns: the replay.
    /// - Throws: faults of code `rule-not-found` and `too-many-replays`; `StoreError`.
    public func replay(
        _ rule: String,
        _ times: Range<Timestamp>,
        reason: String,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> EventReplay {
        _ = try table.rule(rule, scope: scope, in: transaction)
        let running =
            try transaction.first(
                "SELECT count(*) FROM event_replay WHERE organisation = ? AND status = 'running'",
                [.id(scope.organisation)]
            ) { try $0.int(0) } ?? 0
        guard running < Self.mostReplays else {
            throw GeneralFault(
                .conflict,
                code: "too-many-replays",
                "\(running) replays are running; wait for one of them"
            )
        }
        let end = try transaction.first("SELECT MAX(seq) FROM event") { try $0.optionalInt(0) ?? 0 }
        let id = ids.next(EventReplay.self)
        try transaction.execute(
            """
            INSERT INTO event_replay (id, organisation, rule, from_at, to_at, position, end_seq, status,
                examined, delivered, failed, reason, requested_by, created_at)
            VALUES (?, ?, ?, ?, ?, 0, ?, 'running', 0, 0, 0, ?, ?, ?)
            """,
            [
                .id(id), .id(scope.organisation), .text(rule), .time(times.lowerBound),
                .time(times.upperBound), .int(end ?? 0), .text(reason), .text(scope.actor.name),
                .time(clock.now()),
            ]
        )
        transaction.afterCommit { [log] in log.signal.notify() }
        return try replay(id, scope: scope, in: transaction)
    }

    /// A replay of the organisation.
    ///
    /// - Throws: a fault of code `replay-not-found`, or `StoreError`.
    public func replay(
        _ id: ID<EventReplay>,
        scope: Scope,
        in reader: any Reader
    ) throws -> EventReplay {
        let found = try reader.first(
            "SELECT \(EventReplay.columns) FROM event_replay WHERE id = ? AND organisation = ?",
            [.id(id), .id(scope.organisation)],
            EventReplay.init(row:)
        )
        guard let found else {
            throw GeneralFault(.notFound, code: "replay-not-found", "there is no replay \(id)")
        }
        return found
    }

    /// One page of the organisation's replays.
    ///
    /// - Throws: `StoreError`.
    public func replays(
        _ query: ListQuery,
        scope: Scope,
        in reader: any Reader
    ) throws -> (items: [EventReplay], next: JSON) {
        try query.page(
            EventReplay.columns,
            count: 14,
            of: "event_replay",
            where: RowFilter("organisation = ?", [.id(scope.organisation)]),
            in: reader,
            EventReplay.init(row:)
        )
    }

    /// Stops a replay that is running; what it has given stays given.
    ///
    /// - Throws: faults of code `replay-not-found` and `replay-ended`; `StoreError`.
    public func cancelReplay(
        _ id: ID<EventReplay>,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> EventReplay {
        guard try replay(id, scope: scope, in: transaction).status == .running else {
            throw GeneralFault(.conflict, code: "replay-ended", "the replay has ended already")
        }
        try transaction.execute(
            "UPDATE event_replay SET status = 'cancelled', finished_at = ? WHERE id = ?",
            [.time(clock.now()), .id(id)]
        )
        return try replay(id, scope: scope, in: transaction)
    }

    /// Goes on with the replay that has run longest, by at most 256 events.
    ///
    /// The deliveries and the replay's position commit together.
    ///
    /// - Returns: how many events were gone through; 0 when nothing is left to do.
    /// - Throws: `StoreError`.
    public func replayBatch() async throws -> Int {
        let found = try await database.query(
            """
            SELECT \(EventReplay.columns), organisation FROM event_replay WHERE status = 'running'
            ORDER BY created_at, id LIMIT 1
            """,
            []
        ) { (replay: try EventReplay(row: $0), organisation: try $0.id(14, Organisation.self)) }
        guard let (replay, organisation) = found.first else { return 0 }
        let events = try await log.events(
            after: replay.position,
            through: replay.end,
            of: organisation,
            from: replay.from,
            to: replay.to,
            limit: Self.replayBatchSize
        )
        let scope = Scope(
            organisation: organisation,
            actor: Actor(id: ID(high: 0, low: 0), kind: .service, name: "replay"),
            roles: [],
            trace: events.first?.trace ?? TraceContext(random: SystemRandom())
        )
        return try await database.transaction { transaction in
            guard let now = try? self.replay(replay.id, scope: scope, in: transaction),
                now.status == .running, now.position == replay.position
            else { return 1 }
            var delivered = 0
            var failed = 0
            do {
                let rule = try table.rule(replay.rule, scope: scope, in: transaction)
                let matcher = PatternMatcher(PatternMachine([rule.pattern]))
                for event in events {
                    try event.json.bytes().withUnsafeBytes { try matcher.match($0) }
                    guard matcher.count > 0, event.externalID == nil || rule.takesOutside else {
                        continue
                    }
                    if try deliver(
                        event,
                        to: rule,
                        as: "\(rule.name)#\(replay.id)",
                        in: transaction
                    ) {
                        delivered += 1
                    } else {
                        failed += 1
                    }
                }
            } catch let fault as GeneralFault where fault.code == "rule-not-found" {
                try transaction.execute(
                    "UPDATE event_replay SET status = 'cancelled', finished_at = ? WHERE id = ?",
                    [.time(clock.now()), .id(replay.id)]
                )
                return 1
            }
            let isDone = events.count < Self.replayBatchSize
            try transaction.execute(
                """
                UPDATE event_replay SET position = ?, examined = examined + ?,
                    delivered = delivered + ?, failed = failed + ?, status = ?, finished_at = ?
                WHERE id = ?
                """,
                [
                    .int(isDone ? replay.end : events.last?.seq ?? replay.end),
                    .int(events.count), .int(delivered), .int(failed),
                    .text(isDone ? "done" : "running"), isDone ? .time(clock.now()) : .null,
                    .id(replay.id),
                ]
            )
            return max(1, events.count)
        }
    }
}
