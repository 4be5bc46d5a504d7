public import Agents
import Channels
import Core
import Identity
public import Events
import Store
public import Workflows

/// Where the rules of organisations can send events, in an installation.
public struct RuleDestinations: Sendable {
    /// What the workflows that ask one agent are named, followed by the agent's name.
    static let asking = "events.ask-"
    /// An event that was forwarded more often is not forwarded again: its rules lead in a circle.
    static let mostHops = 8
    static let forwarded = "weft/forward/"

    let kernel: Kernel
    let workflows: Set<String>
    let agents: Set<String>

    /// The destinations of an installation with these workflows and agents.
    public init(kernel: Kernel, workflows: [Workflow], agents: [Agent]) {
        self.kernel = kernel
        self.workflows = Set(workflows.map(\.name))
        self.agents = Set(agents.map(\.name))
    }

    /// For each agent a workflow that asks it, so that what a rule begins survives a crash.
    ///
    /// - Throws: a fault of a malformed definition.
    public static func workflows(asking agents: [Agent]) throws -> [Workflow] {
        try agents.map { agent in
            try Workflow(
                name: asking + agent.name,
                agent: agent.name,
                source: [
                    "Comment": "Asks one agent, because a rule says so.", "StartAt": "Ask",
                    "States": [
                        "Ask": [
                            "Type": "Task", "Resource": .string("weft:agent:" + agent.name),
                            "End": true,
                        ]
                    ],
                ]
            )
        }
    }

    /// What takes the events of a rule.
    public func target(_ target: RuleTarget, engine: WorkflowEngine) -> any EventTarget {
        switch target {
        case .workflow(let name): WorkflowTarget(engine: engine, workflow: name)
        case .agent(let name): WorkflowTarget(engine: engine, workflow: Self.asking + name)
        default: RuleDelivery(target: target, kernel: kernel)
        }
    }

    /// Refuses a target that is not there.
    ///
    /// - Throws: a fault with the pointer to the name.
    func check(_ target: RuleTarget, scope: Scope, in reader: any Reader) throws {
        switch target {
        case .workflow(let name):
            guard try kernel.workflows.engine().knows(name, scope: scope, in: reader) else {
                throw Self.unknown("workflow", name, among: workflows)
            }
        case .agent(let name) where !agents.contains(name):
            throw Self.unknown("agent", name, among: agents)
        case .webhook(let text):
            guard let id = ID<Webhook>(text),
                (try? kernel.channels.webhooks.record(id, scope: scope, in: reader)) != nil
            else { throw Self.unknown("webhook", text, among: []) }
        case .notification(let roles, _, _, _):
            let known = Set(Role.people.map(\.rawValue))
            if let other = roles.first(where: { !known.contains($0) }) {
                throw Self.unknown("role", other, among: known)
            }
        default: break
        }
    }

    private static func unknown(
        _ noun: String,
        _ name: String,
        among known: Set<String>
    ) -> GeneralFault {
        let near = nearest(to: name, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
        return GeneralFault(
            .invalid,
            code: "unknown-\(noun)",
            "there is no \(noun) \"\(name)\"\(near)",
            pointer: noun == "role" ? "/target/roles" : "/target/\(noun)"
        )
    }
}

/// Gives an event to a webhook, to people, or to the log again.
private struct RuleDelivery: EventTarget {
    let target: RuleTarget
    let kernel: Kernel

    func take(_ event: Event, rule: String, in transaction: any Transaction) throws {
        // A replay's rule is named rule#replay: what it gives is given once more.
        let parts = rule.split(separator: "#")
        let replay = parts.count > 1 ? "-\(parts[1])" : ""
        switch target {
        case .webhook(let text):
            guard let id = ID<Webhook>(text) else { return }
            try kernel.channels.webhooks.send(
                event,
                to: id,
                key: event.id.description + replay,
                in: transaction
            )
        case .notification(let roles, let severity, let subject, let text):
            try kernel.channels.notices.tell(
                Notice(
                    "rule.matched",
                    [
                        "rule": String(parts.first ?? ""), "subject": subject, "text": text,
                        "type": event.type, "about": event.subject ?? "",
                    ],
                    severity: Message.Severity(rawValue: severity) ?? .info,
                    to: [.roles(Set(roles.map(Role.init(rawValue:))))],
                    effect: "rule:\(rule):\(event.id)"
                ),
                scope: scope(of: event),
                in: transaction
            )
        case .forward(let type):
            try forward(event, as: type, in: transaction)
        case .workflow, .agent: break
        }
    }

    private func forward(_ event: Event, as type: String, in transaction: any Transaction) throws {
        let prefix = RuleDestinations.forwarded
        let hops =
            event.source.hasPrefix(prefix)
            ? Int(event.source.dropFirst(prefix.count).prefix { $0 != "/" }) ?? 0 : 0
        guard hops < RuleDestinations.mostHops else {
            throw GeneralFault(
                .conflict,
                code: "forwarded-too-often",
                "the event was forwarded \(hops) times: do the rules lead in a circle?"
            )
        }
        let source =
            hops == 0
            ? event.source
            : String(event.source.dropFirst(prefix.count).drop { $0 != "/" }.dropFirst())
        var copy = Event(
            id: kernel.ids.next(),
            source: "\(prefix)\(hops + 1)/\(source)",
            type: type,
            subject: event.subject,
            time: event.time,
            data: event.data,
            scope: scope(of: event)
        )
        // What came from outside stays so: it starts nothing of the program's own.
        copy.externalID = event.externalID
        try kernel.events.append(copy, in: transaction)
    }

    private func scope(of event: Event) -> Scope {
        Scope(
            organisation: event.organisation,
            actor: event.actor,
            roles: [],
            onBehalfOf: event.onBehalfOf,
            trace: event.trace
        )
    }
}
