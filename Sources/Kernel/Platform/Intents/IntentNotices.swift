public import Channels
import Core
import Identity
import Intents

/// The messages about one intent.
public struct IntentNotices {
    private let intent: Intent
    private let effect: String

    init(_ intent: Intent, effect: String) {
        self.intent = intent
        self.effect = effect
    }

    private static let placeholders = ["outcome", "predicate", "reason", "deadline", "status"]

    /// The kinds of message.
    public static let kinds = [
        MessageKind(
            "intent.drifting",
            purpose: "An intent does not hold any more; to its owner.",
            placeholders: placeholders,
            english: .init(
                subject: "Drifting: {{outcome}}",
                body: "{{predicate}}\n\n{{reason}}\n\nDeadline: {{deadline}}\n"
            ),
            german: .init(
                subject: "Weicht ab: {{outcome}}",
                body: "{{predicate}}\n\n{{reason}}\n\nFrist: {{deadline}}\n"
            )
        ),
        MessageKind(
            "intent.escalated",
            purpose: "Nothing more can be done for an intent by itself; to its owner and those who "
                + "decide.",
            placeholders: placeholders,
            english: .init(
                subject: "Needs a person: {{outcome}}",
                body: "{{predicate}}\n\n{{reason}}\n\nDeadline: {{deadline}}\n"
            ),
            german: .init(
                subject: "Braucht einen Menschen: {{outcome}}",
                body: "{{predicate}}\n\n{{reason}}\n\nFrist: {{deadline}}\n"
            )
        ),
        MessageKind(
            "intent.recovered",
            purpose: "An intent holds again; to its owner.",
            placeholders: placeholders,
            english: .init(subject: "Holds again: {{outcome}}", body: "{{predicate}}\n"),
            german: .init(subject: "Wieder erfüllt: {{outcome}}", body: "{{predicate}}\n")
        ),
        MessageKind(
            "intent.closed",
            purpose: "An intent was met or missed; to its owner.",
            placeholders: placeholders,
            english: .init(
                subject: "Intent {{status}}: {{outcome}}",
                body: "{{predicate}}\n\n{{reason}}\n"
            ),
            german: .init(
                subject: "Absicht {{status}}: {{outcome}}",
                body: "{{predicate}}\n\n{{reason}}\n"
            )
        ),
    ]

    private var link: String { "/console/intents/\(intent.id)" }

    private func values(_ reason: String = "", status: Intent.Status = .open) -> [String: String] {
        [
            "outcome": intent.desiredOutcome, "predicate": intent.predicate.description,
            "reason": reason, "deadline": intent.deadline.description, "status": status.rawValue,
        ]
    }

    /// Restricted intents are told to persons only: channels are read by whoever is in them.
    private var everybody: [Notice.Audience] {
        let people: [Notice.Audience] = [
            .account(intent.owner.id), .roles([.admin, .manager]),
        ]
        return intent.sensitivity == .public ? people + [.targets] : people
    }

    private var severity: Message.Severity {
        intent.priority == .critical || intent.priority == .high ? .alarm : .warning
    }

    func drifting(_ reason: String) -> Notice {
        let pages = intent.priority == .critical
        return Notice(
            "intent.drifting",
            values(reason),
            severity: pages ? .alarm : .warning,
            link: link,
            to: pages ? everybody : [.account(intent.owner.id)],
            effect: effect,
            incident: pages ? Incident(intent.subject) : nil
        )
    }

    func escalated(_ reason: String) -> Notice {
        Notice(
            "intent.escalated",
            values(reason),
            severity: severity,
            link: link,
            to: everybody,
            effect: effect,
            incident: Incident(intent.subject)
        )
    }

    func recovered() -> Notice {
        Notice(
            "intent.recovered",
            values(),
            severity: .info,
            link: link,
            to: [.account(intent.owner.id)],
            effect: effect,
            incident: Incident(intent.subject, .resolve)
        )
    }

    func closed(_ status: Intent.Status, _ reason: String) -> Notice {
        Notice(
            "intent.closed",
            values(reason, status: status),
            severity: status == .missed ? .warning : .info,
            link: link,
            to: [.account(intent.owner.id)],
            effect: effect
        )
    }
}
