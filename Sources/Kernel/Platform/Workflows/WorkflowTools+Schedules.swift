import Agents
import Core
import HTTP
import Identity
import Store
import Workflows

extension WorkflowTools {
    static let scheduleRoutes: [ToolRoute] = [
        ToolRoute(.get, "/api/schedules", tool: "workflows.list-schedules"),
        ToolRoute(
            .post,
            "/api/schedules",
            tool: "workflows.create-schedule",
            status: .created,
            location: "/api/schedules/"
        ),
        ToolRoute(.post, "/api/schedules/preview", tool: "workflows.preview-schedule"),
        ToolRoute(.get, "/api/schedules/{id}", tool: "workflows.get-schedule", isVersioned: true),
        ToolRoute(
            .put,
            "/api/schedules/{id}",
            tool: "workflows.update-schedule",
            isVersioned: true
        ),
        ToolRoute(.delete, "/api/schedules/{id}", tool: "workflows.delete-schedule"),
        ToolRoute(.post, "/api/schedules/{id}/pause", tool: "workflows.pause-schedule"),
        ToolRoute(.post, "/api/schedules/{id}/resume", tool: "workflows.resume-schedule"),
        ToolRoute(.get, "/api/schedules/{id}/occurrences", tool: "workflows.next-occurrences"),
    ]

    private static let target: JSON = [
        "anyOf": [
            Shape.record(
                nil,
                [("workflow", text(200)), ("input", Shape.any)],
                optional: ["input"]
            ),
            Shape.record(
                nil,
                [
                    (
                        "event",
                        Shape.record(
                            nil,
                            [
                                ("type", text(200)), ("subject", text(200)), ("data", Shape.object),
                            ],
                            optional: ["subject", "data"]
                        )
                    )
                ]
            ),
        ]
    ]

    private static let timingFields: [(String, JSON)] = [
        (
            "expression",
            Shape.described(
                text(200),
                "cron(minutes hours day-of-month month day-of-week year), five fields of a crontab, "
                    + "rate(5 minutes) or at(2026-03-01T12:00:00)."
            )
        ),
        ("timeZone", Shape.described(text(64), "For instance Europe/Vienna; UTC by default.")),
        ("start", Shape.nullable(Shape.time)), ("end", Shape.nullable(Shape.time)),
    ]

    private static let input: [(String, JSON)] =
        [("name", text(100))] + timingFields + [
            ("target", target),
            (
                "windowSeconds",
                Shape.described(
                    ["type": "integer", "minimum": 0, "maximum": 86_400],
                    "It fires within so many seconds after a due time."
                )
            ),
            (
                "catchUp",
                Shape.described(
                    Shape.choice(Schedule.CatchUp.allCases.map(\.rawValue)),
                    "What is done about due times that passed while nothing ran; once by default."
                )
            ), ("paused", Shape.flag),
        ]
    private static let optional: Set<String> = [
        "timeZone", "start", "end", "windowSeconds", "catchUp", "paused",
    ]

    private static let schedule = Shape.record(
        "Schedule",
        [
            ("id", Shape.id), ("name", Shape.text), ("expression", Shape.text),
            ("timeZone", Shape.text), ("start", Shape.nullable(Shape.time)),
            ("end", Shape.nullable(Shape.time)), ("target", target), ("windowSeconds", Shape.count),
            ("catchUp", Shape.choice(Schedule.CatchUp.allCases.map(\.rawValue))),
            ("paused", Shape.flag), ("version", Shape.count), ("createdAt", Shape.time),
            ("nextAt", Shape.described(Shape.nullable(Shape.time), "The next due time.")),
            ("lastFiredAt", Shape.nullable(Shape.time)), ("lastDueAt", Shape.nullable(Shape.time)),
            ("lastExecutionId", Shape.nullable(Shape.id)),
            ("lastError", Shape.nullable(Shape.text)),
            ("fired", Shape.count), ("owner", Shape.actor),
        ]
    )

    private static let occurrences = Shape.record(
        nil,
        [("occurrences", Shape.list(of: Shape.time))]
    )

    /// What a person wrote, without members that are null.
    private static func written(_ input: JSONReader) -> JSONReader {
        var value = input.value
        for key in ["start", "end"] where value[key]?.isNull ?? false { value[key] = nil }
        return JSONReader(value)
    }

    func schedules() throws -> [Tool] {
        [
            try Tool(
                name: "workflows.list-schedules",
                purpose: "Lists the schedules.",
                input: PlatformTools.list(
                    [("name", Self.text(100))],
                    sort: Schedules.sortable.map(\.name)
                ),
                output: Shape.page(of: Self.schedule),
                roles: PlatformTools.members,
                body: .read { [kernel] input, invocation, reader in
                    let query = try ListQuery(
                        reading: input,
                        columns: Schedules.sortable,
                        standard: "name",
                        key: .init("id", "id")
                    )
                    let page = try kernel.workflows.schedules().page(
                        query,
                        name: input.value["name"]?.string,
                        scope: invocation.scope,
                        in: reader
                    )
                    return ["items": .array(page.items), "nextCursor": page.next]
                }
            ),
            try Tool(
                name: "workflows.get-schedule",
                purpose: "Shows a schedule.",
                input: PlatformTools.id,
                output: Self.schedule,
                roles: PlatformTools.members,
                body: .read { [kernel] input, invocation, reader in
                    let id: ID<Schedule> = try Self.id(input, "schedule")
                    let found = try kernel.workflows.schedules().detail(
                        id,
                        scope: invocation.scope,
                        in: reader
                    )
                    guard let found else { throw PlatformTools.missing("schedule", "\(id)") }
                    return found
                }
            ),
            try Tool(
                name: "workflows.preview-schedule",
                purpose: "Tells when an expression is due next, before anything is scheduled.",
                input: Shape.record(
                    nil,
                    Self.timingFields + [
                        ("count", ["type": "integer", "minimum": 1, "maximum": 100]),
                        ("after", Shape.time),
                    ],
                    optional: ["timeZone", "start", "end", "count", "after"]
                ),
                output: Self.occurrences,
                roles: PlatformTools.members,
                body: .compute { [kernel] input, invocation in
                    let input = Self.written(input)
                    let after = try input.optional("after")?.timestamp() ?? invocation.now
                    let timing = try kernel.workflows.schedules().timing(
                        try input.member("expression").string(),
                        zone: input.value["timeZone"]?.string ?? "UTC",
                        start: try input.optional("start")?.timestamp(),
                        end: try input.optional("end")?.timestamp(),
                        at: after
                    )
                    let count = try input.optional("count")?.int() ?? 10
                    let found = timing.occurrences(after: after, count: count)
                    return ["occurrences": .array(found.map(\.json))]
                }
            ),
            try Tool(
                name: "workflows.next-occurrences",
                purpose: "Tells when a schedule is due next, as if it were not paused.",
                input: Shape.record(
                    nil,
                    [
                        ("id", Self.text(60)),
                        ("count", ["type": "integer", "minimum": 1, "maximum": 100]),
                    ],
                    optional: ["count"]
                ),
                output: Self.occurrences,
                roles: PlatformTools.members,
                body: .read { [kernel] input, invocation, reader in
                    let id: ID<Schedule> = try Self.id(input, "schedule")
                    let found = try kernel.workflows.schedules().schedule(
                        id,
                        scope: invocation.scope,
                        in: reader
                    )
                    guard let found else { throw PlatformTools.missing("schedule", "\(id)") }
                    let times = found.timing.occurrences(
                        after: invocation.now,
                        count: try input.optional("count")?.int() ?? 10
                    )
                    return ["occurrences": .array(times.map(\.json))]
                }
            ),
        ]
    }

    func scheduleChanges() throws -> [Tool] {
        [
            try Tool(
                name: "workflows.create-schedule",
                purpose: "Has a workflow started or an event published at times.",
                input: Shape.record(nil, Self.input, optional: Self.optional),
                output: Self.schedule,
                roles: Self.authors,
                body: .write { [kernel] input, invocation in
                    let schedules = try kernel.workflows.schedules()
                    let schedule = try schedules.read(
                        Self.written(input),
                        id: invocation.ids.next(),
                        by: invocation.scope.actor,
                        at: invocation.now
                    )
                    return { transaction in
                        try schedules.add(
                            schedule,
                            at: invocation.now,
                            scope: invocation.scope,
                            in: transaction
                        )
                        return try kernel.told(
                            "schedule.created",
                            schedule,
                            schedules,
                            invocation,
                            transaction
                        )
                    }
                }
            ),
            try Tool(
                name: "workflows.update-schedule",
                purpose: "Changes a schedule; what is due next is found anew.",
                input: Shape.record(
                    nil,
                    [("id", Self.text(60))] + Self.input,
                    optional: Self.optional
                ),
                output: Self.schedule,
                roles: Self.authors,
                body: .write { [kernel] input, invocation in
                    let schedules = try kernel.workflows.schedules()
                    let id: ID<Schedule> = try Self.id(input, "schedule")
                    let written = try schedules.read(
                        Self.written(input),
                        id: id,
                        by: invocation.scope.actor,
                        at: invocation.now
                    )
                    return { transaction in
                        let scope = invocation.scope
                        guard
                            let old = try schedules.schedule(id, scope: scope, in: transaction)
                        else { throw PlatformTools.missing("schedule", "\(id)") }
                        try invocation.expected?.check(old.version, of: "the schedule")
                        try schedules.change(
                            written,
                            at: invocation.now,
                            scope: scope,
                            in: transaction
                        )
                        return try kernel.told(
                            "schedule.changed",
                            written,
                            schedules,
                            invocation,
                            transaction
                        )
                    }
                }
            ),
            try pausing("workflows.pause-schedule", "Lets a schedule fire nothing.", true),
            try pausing(
                "workflows.resume-schedule",
                "Lets a paused schedule fire again, from its next due time on.",
                false
            ),
            try Tool(
                name: "workflows.delete-schedule",
                purpose: "Removes a schedule; what it started goes on.",
                input: PlatformTools.id,
                output: Shape.nothing,
                roles: Self.authors,
                body: .write { [kernel] input, invocation in
                    let schedules = try kernel.workflows.schedules()
                    let id: ID<Schedule> = try Self.id(input, "schedule")
                    return { transaction in
                        guard
                            try schedules.remove(id, scope: invocation.scope, in: transaction)
                        else { throw PlatformTools.missing("schedule", "\(id)") }
                        try kernel.emit(
                            "schedule.removed",
                            about: "schedule:\(id)",
                            [:],
                            by: invocation,
                            in: transaction
                        )
                        return .null
                    }
                }
            ),
        ]
    }

    private func pausing(_ name: String, _ purpose: String, _ isPaused: Bool) throws -> Tool {
        try Tool(
            name: name,
            purpose: purpose,
            input: PlatformTools.id,
            output: Self.schedule,
            roles: Self.authors,
            body: .write { [kernel] input, invocation in
                let schedules = try kernel.workflows.schedules()
                let id: ID<Schedule> = try Self.id(input, "schedule")
                return { transaction in
                    let scope = invocation.scope
                    guard var found = try schedules.schedule(id, scope: scope, in: transaction)
                    else { throw PlatformTools.missing("schedule", "\(id)") }
                    if found.isPaused != isPaused {
                        found.isPaused = isPaused
                        try schedules.change(
                            found,
                            at: invocation.now,
                            scope: scope,
                            in: transaction
                        )
                    }
                    return try kernel.told(
                        isPaused ? "schedule.paused" : "schedule.resumed",
                        found,
                        schedules,
                        invocation,
                        transaction
                    )
                }
            }
        )
    }
}

extension Kernel {
    /// Publishes what happened to a schedule, and shows it.
    fileprivate func told(
        _ type: String,
        _ schedule: Schedule,
        _ schedules: Schedules,
        _ invocation: Invocation,
        _ transaction: any Transaction
    ) throws -> JSON {
        try emit(
            type,
            about: "schedule:\(schedule.id)",
            ["name": .string(schedule.name), "expression": .string(schedule.timing.expression)],
            by: invocation,
            in: transaction
        )
        return try schedules.detail(schedule.id, scope: invocation.scope, in: transaction) ?? .null
    }
}
