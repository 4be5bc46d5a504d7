import Agents
import Core
import Observability
import Store

extension ObservationTools {
    private static let alarm = object([
        "id": text, "rule": text, "name": text, "severity": words(AlarmRule.Severity.self),
        "state": words(Alarm.State.self), "acknowledged": flag,
        "acknowledgedBy": [
            "anyOf": [["type": "null"], object(["id": text, "name": text])]
        ],
        "acknowledgedAt": optionalText, "raisedAt": moment, "clearedAt": optionalText,
        "value": optionalNumber, "threshold": number, "unit": text, "metric": text,
        "detail": text, "note": optionalText, "shelvedUntil": optionalText,
        "shelvedReason": optionalText,
        "datapoints": [
            "type": "array", "items": object(["at": moment, "value": optionalNumber]),
        ],
    ])

    private static let id = object(["id": text])

    func listAlarms() throws -> Tool {
        try Tool(
            name: "platform.list-alarms",
            purpose: "Lists alarms, newest first: active or cleared, acknowledged or not.",
            input: Self.query(
                [
                    "state": Self.words(Alarm.State.self), "acknowledged": Self.flag,
                ],
                sort: AlarmStore.columns
            ),
            output: Self.list(
                Self.alarm,
                more: [
                    "counts": Self.object([
                        "active": Self.count, "unacknowledged": Self.count,
                    ])
                ]
            ),
            roles: Self.watchers,
            body: .compute { [self] input, invocation in
                var filter = AlarmStore.Filter()
                filter.state = try input.optional("state")?.choice()
                filter.acknowledged = try input.optional("acknowledged")?.bool()
                let wanted = filter
                let query = try AlarmStore.query(input)
                let (page, counts) = try await scan(invocation) { viewer, reader in
                    (
                        try AlarmStore().page(wanted, query, for: viewer, in: reader),
                        try AlarmStore().counts(for: viewer, in: reader)
                    )
                }
                return [
                    "items": .array(page.items.map(\.json)), "nextCursor": page.next,
                    "counts": [
                        "active": .int(counts.active),
                        "unacknowledged": .int(counts.unacknowledged),
                    ],
                ]
            }
        )
    }

    func getAlarm() throws -> Tool {
        try Tool(
            name: "platform.get-alarm",
            purpose: "Shows one alarm with the values that were judged.",
            input: Self.id,
            output: Self.alarm,
            roles: Self.watchers,
            body: .compute { [self] input, invocation in
                let text = try input.member("id").string()
                let found = try await scan(invocation) { viewer, reader in
                    try ID<Alarm>(text).flatMap {
                        try AlarmStore().alarm($0, for: viewer, in: reader)
                    }
                }
                guard let found else { throw Self.missing("alarm", text) }
                return found.json
            }
        )
    }

    func acknowledgeAlarm() throws -> Tool {
        try Tool(
            name: "platform.acknowledge-alarm",
            purpose: "Says that you take care of an alarm.",
            input: Self.object(
                ["id": Self.text, "note": ["type": "string", "maxLength": 1_000]],
                required: ["id"]
            ),
            output: Self.alarm,
            roles: Self.responsible,
            body: .write { [self] input, invocation in
                let text = try input.member("id").string()
                guard let id = ID<Alarm>(text) else { throw Self.missing("alarm", text) }
                let commit = try await alarms.acknowledging(
                    id,
                    note: try input.optional("note")?.string(),
                    viewer: try await operators.viewer(invocation.scope),
                    scope: invocation.scope
                )
                return { try commit($0).json }
            }
        )
    }

    func shelveAlarm() throws -> Tool {
        try Tool(
            name: "platform.shelve-alarm",
            purpose: "Lets nobody be told of an alarm for a while, with a reason.",
            input: Self.object([
                "id": Self.text,
                "minutes": ["type": "integer", "minimum": 1, "maximum": 1_440],
                "reason": ["type": "string", "minLength": 1, "maxLength": 1_000],
            ]),
            output: Self.alarm,
            roles: Self.responsible,
            body: .write { [self] input, invocation in
                let text = try input.member("id").string()
                guard let id = ID<Alarm>(text) else { throw Self.missing("alarm", text) }
                let commit = try await alarms.shelving(
                    id,
                    minutes: try input.member("minutes").int(in: 1...1_440),
                    reason: try input.member("reason").string(length: 1...1_000),
                    viewer: try await operators.viewer(invocation.scope),
                    scope: invocation.scope
                )
                return { try commit($0).json }
            }
        )
    }
}
