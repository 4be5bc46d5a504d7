public import Core
import Store

/// Who hears of an incident after how many minutes, until somebody acknowledges it.
public struct EscalationPolicy: ChannelRecord {
    /// One step.
    public struct Step: Sendable, Hashable {
        /// Minutes after the incident began.
        public var afterMinutes: Int
        /// Who hears of it then.
        public var audience: [Notice.Audience]
    }

    /// The policy.
    public var id: ID<EscalationPolicy>
    /// What people call it.
    public var name: String
    /// From which severity on incidents escalate by it.
    public var minimum: Message.Severity
    /// In order of time.
    public var steps: [Step]
    /// Every so many minutes the last step is taken again; 0 for never.
    public var repeatMinutes: Int
    /// Whether new incidents escalate by it.
    public var enabled: Bool
    /// When it was made.
    public var createdAt: Timestamp

    static let columns = "id, name, minimum, steps, repeat_minutes, enabled, created_at"

    static func read(_ row: any Row) throws -> EscalationPolicy {
        let steps: [Step]
        do {
            steps = try Self.steps(JSONReader(try row.json(3)))
        } catch let error as GeneralFault {
            throw StoreError(.corrupt, "an escalation's steps: \(error.message)")
        }
        return EscalationPolicy(
            id: try row.id(0),
            name: try row.text(1),
            minimum: Message.Severity(rawValue: try row.text(2)) ?? .alarm,
            steps: steps,
            repeatMinutes: Int(try row.int(4)),
            enabled: try row.bool(5),
            createdAt: try row.timestamp(6)
        )
    }

    /// `[{"afterMinutes","targets":[{"kind":"role|account|target","id"}]}]`, 1 to 10 steps of 1 to 20.
    ///
    /// - Throws: a fault with the pointer to what is wrong.
    static func steps(_ reader: JSONReader) throws(GeneralFault) -> [Step] {
        var steps: [Step] = []
        for step in try reader.array(count: 1...10) {
            try step.onlyKeys(["afterMinutes", "targets"])
            let after = try step.member("afterMinutes")
            let minutes = try after.int(in: 0...10_080)
            if let last = steps.last, minutes <= last.afterMinutes {
                throw after.fault(
                    "steps must come in order of time, each later than the one before"
                )
            }
            var audience: [Notice.Audience] = []
            for target in try step.member("targets").array(count: 1...20) {
                try target.onlyKeys(["kind", "id"])
                let id = try target.member("id")
                switch try target.member("kind").string(length: 1...20) {
                case "role":
                    audience.append(.roles([Role(rawValue: try id.string(length: 1...50))]))
                case "account": audience.append(.account(try id.id()))
                case "target": audience.append(.target(try id.id()))
                default: throw try target.member("kind").fault("expected role, account or target")
                }
            }
            steps.append(Step(afterMinutes: minutes, audience: audience))
        }
        return steps
    }

    static func json(_ steps: [Step]) -> JSON {
        .array(
            steps.map { step in
                let targets = step.audience.flatMap { audience -> [JSON] in
                    switch audience {
                    case .roles(let roles):
                        roles.map(\.rawValue).sorted().map {
                            ["kind": "role", "id": .string($0)]
                        }
                    case .account(let id): [["kind": "account", "id": id.json]]
                    case .target(let id): [["kind": "target", "id": id.json]]
                    case .address, .targets: []
                    }
                }
                return ["afterMinutes": .int(step.afterMinutes), "targets": .array(targets)]
            }
        )
    }

    /// `{"id","name","minimum","steps","repeatMinutes","enabled","createdAt"}`.
    public var json: JSON {
        [
            "id": id.json, "name": .string(name), "minimum": .string(minimum.rawValue),
            "steps": Self.json(steps), "repeatMinutes": .int(repeatMinutes),
            "enabled": .bool(enabled), "createdAt": createdAt.json,
        ]
    }

    /// When the step after `step` is due: the next one, or the last once more; nil when there is none.
    ///
    /// - Parameters:
    ///   - step: how many steps were taken.
    ///   - opened: when the incident began.
    /// - Returns: the moment.
    func due(after step: Int, opened: Timestamp) -> Timestamp? {
        if step < steps.count { return opened + .seconds(steps[step].afterMinutes * 60) }
        guard repeatMinutes > 0, let last = steps.last else { return nil }
        let repeats = step - steps.count + 1
        return opened + .seconds((last.afterMinutes + repeats * repeatMinutes) * 60)
    }

    /// Who hears at the step of that number, from 0.
    func audience(at step: Int) -> [Notice.Audience] {
        steps[min(step, steps.count - 1)].audience
    }
}
