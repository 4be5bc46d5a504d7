import Core
import Events
import Store

/// What fires when, and its firing.
extension Schedules {
    /// When the next schedule fires; nil when none does.
    func nextMoment(in reader: any Reader) throws -> Timestamp? {
        try reader.first(
            "SELECT fires_at FROM workflow_schedule WHERE fires_at < ? ORDER BY fires_at LIMIT 1",
            [.int(Self.never)]
        ) { try $0.timestamp(0) }
    }

    /// The schedules that are to fire.
    func due(at now: Timestamp, limit: Int, in reader: any Reader) throws -> [ID<Schedule>] {
        try reader.query(
            "SELECT id FROM workflow_schedule WHERE fires_at <= ? ORDER BY fires_at LIMIT ?",
            [.time(now), .int(limit)]
        ) { try $0.id(0) }
    }

    /// Fires a schedule if it is to, and notes what is next.
    ///
    /// - Returns: how many of its due times fired.
    /// - Throws: `StoreError`.
    @discardableResult
    func fire(
        _ id: ID<Schedule>,
        at now: Timestamp,
        trace: TraceContext,
        in transaction: any Transaction
    ) throws -> Int {
        let found = try transaction.first(
            """
            SELECT \(Self.columns), organisation, fires_at FROM workflow_schedule
            WHERE id = ? AND fires_at <= ? AND paused = 0
            """,
            [.id(id), .time(now)]
        ) { row in
            (
                schedule: try schedule(row), due: try row.timestamp(6),
                organisation: try row.id(12, Organisation.self), moment: try row.int(13)
            )
        }
        guard let (schedule, due, organisation, moment) = found else { return 0 }
        let (times, next) = schedule.firing(due, at: now)
        var last: (error: String?, execution: ID<Execution>?)
        for time in times {
            do {
                last.execution = try transaction.attempt {
                    try perform(
                        schedule,
                        time,
                        organisation,
                        at: now,
                        trace: trace,
                        in: transaction
                    )
                }
                last.error = nil
            } catch let fault as any Fault where !(fault is StoreError) {
                // What cannot be started now stops no later time.
                last = ("\(fault.code): \(fault.message)", nil)
            }
        }
        let isMoved =
            try transaction.executeCounting(
                """
                UPDATE workflow_schedule SET due_at = ?, fires_at = ?, fired = fired + ?,
                    last_at = coalesce(CAST(? AS BIGINT), last_at),
                    last_due = coalesce(CAST(? AS BIGINT), last_due),
                    last_execution = coalesce(?, last_execution), last_error = ?
                WHERE id = ? AND fires_at = ?
                """,
                [
                    .int(next?.microseconds ?? Self.never),
                    .int(next.map { schedule.moment(for: $0).microseconds } ?? Self.never),
                    .int(times.count), .time(times.isEmpty ? nil : now), .time(times.last),
                    .id(last.execution), .text(last.error), .id(id), .int(moment),
                ]
            ) == 1
        guard isMoved else {
            throw StoreError(.busy, "the schedule \(id) was changed meanwhile")
        }
        return times.count
    }

    private func perform(
        _ schedule: Schedule,
        _ due: Timestamp,
        _ organisation: ID<Organisation>,
        at now: Timestamp,
        trace: TraceContext,
        in transaction: any Transaction
    ) throws -> ID<Execution>? {
        switch schedule.target {
        case .workflow(let workflow, let input):
            return try engine.start(
                ExecutionStart(
                    workflow: workflow,
                    name: "schedule/\(schedule.id)/\(due)",
                    subject: "schedule:\(schedule.id)",
                    input: Self.filled(input, due, schedule.id),
                    organisation: organisation,
                    onBehalfOf: schedule.owner,
                    trace: trace
                ),
                in: transaction
            )
        case .event(let type, let subject, let data):
            try engine.around.events.append(
                Event(
                    id: engine.around.ids.next(),
                    source: "weft/schedules",
                    type: type,
                    subject: subject ?? "schedule:\(schedule.id)",
                    time: now,
                    data: Self.filled(data, due, schedule.id),
                    scope: Scope(
                        organisation: organisation,
                        actor: .engine,
                        roles: [],
                        onBehalfOf: schedule.owner,
                        trace: trace
                    )
                ),
                in: transaction
            )
            return nil
        }
    }

    /// The input with the due time where `<aws.scheduler.scheduled-time>` stands, as EventBridge Scheduler
    /// writes it.
    private static func filled(_ value: JSON, _ due: Timestamp, _ id: ID<Schedule>) -> JSON {
        switch value {
        case .string(let text) where text.utf8.contains(UInt8(ascii: "<")):
            return .string(
                text.replacing("<aws.scheduler.scheduled-time>", with: due.description)
                    .replacing("<aws.scheduler.schedule-arn>", with: "weft:schedule:\(id)")
            )
        case .array(let elements): return .array(elements.map { filled($0, due, id) })
        case .object(let object):
            return .object(JSONObject(object.map { ($0.key, filled($0.value, due, id)) }))
        default: return value
        }
    }
}
