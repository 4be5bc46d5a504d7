import Core
import Identity
import Intents
public import Live
import Workflows

/// What every installation lets people follow live.
public enum PlatformTopics {
    /// The topics.
    public static let all: [LiveTopic] = [
        LiveTopic("runs", roles: PlatformTools.members, events: ["execution.*"]),
        LiveTopic(
            "runs/{id}",
            roles: PlatformTools.members,
            events: ["execution.*"],
            member: .data("executionId")
        ) { text, scope, reader in
            guard let id = ID<Execution>(text), id.description == text else { return false }
            return try ExecutionTables().exists(id, scope: scope, in: reader)
        },
        LiveTopic("decisions", roles: PlatformTools.members, events: ["decision.*"]),
        LiveTopic("approvals", roles: PlatformTools.readersOfInbox, events: ["approval.*"]),
        LiveTopic("intents", roles: PlatformTools.members, events: ["intent.*"]),
        LiveTopic(
            "intents/{id}",
            roles: PlatformTools.members,
            events: ["intent.*"],
            member: .subject("intent:")
        ) { text, scope, reader in
            guard let id = ID<Intent>(text), id.description == text else { return false }
            return try IntentStore(scope: scope).exists(id, in: reader)
        },
        LiveTopic("alarms", roles: PlatformTools.members, events: ["alarm.*"]),
        LiveTopic("inbox", roles: [], isOwn: true),
        LiveTopic("audit", roles: [.admin]),
    ]
}
