import Agents
import Channels
import Core
import Identity
import Intents
import Store

extension IntentTools {
    func changes() throws -> [Tool] { [try change(), try open(), try withdraw()] }

    private func change() throws -> Tool {
        let members = [
            "desired_outcome", "deadline", "constraints", "predicate", "priority", "owner",
            "remedies",
        ]
        return try Tool(
            name: "intents.change",
            purpose: "Changes an intent that is not closed.",
            input: Shape.record(
                nil,
                [("id", ["type": "string", "maxLength": 100])]
                    + Self.draft.filter { members.contains($0.0) },
                optional: Set(members)
            ),
            output: Self.intent,
            roles: Self.writers,
            body: .write { [self] input, invocation in
                let id = try Self.id(input)
                var fields = input.value
                fields["id"] = nil
                let patch = try IntentPatch(reading: JSONReader(fields), now: invocation.now)
                if let predicate = patch.predicate {
                    _ = try await compiled(predicate, hasText: patch.hasText, invocation)
                }
                var owner: Actor?
                if let other = patch.owner { owner = try await self.owner(other, invocation) }
                return { [owner] transaction in
                    let store = IntentStore(scope: invocation.scope)
                    var intent = try store.intent(id, in: transaction)
                    try invocation.expected?.check(intent.version, of: "the intent")
                    try Self.requireUnclosed(intent)
                    try check(patch.remedies ?? [], invocation, in: transaction)
                    let before = intent
                    let remedies = patch.remedies ?? []
                    try requireSteering(remedies, besides: before.remedies, invocation.scope)
                    patch.apply(to: &intent, owner: owner)
                    if remedies.contains(where: { !before.remedies.contains($0) }) {
                        intent.remediesBy = invocation.scope.onBehalfOf ?? invocation.scope.actor
                    }
                    try store.save(intent, in: transaction)
                    if intent.predicate == before.predicate {
                        try store.disturb(id, in: transaction)
                    } else {
                        // What was predicted and measured was of another measure.
                        let reason = "the predicate was changed"
                        try end(intent, because: reason, invocation, in: transaction)
                        try store.beginAnew(id, at: invocation.now, in: transaction)
                    }
                    try emit("intent.changed", intent, invocation, in: transaction)
                    return try store.shown(intent, in: transaction)
                }
            }
        )
    }

    private static func requireUnclosed(_ intent: Intent) throws(GeneralFault) {
        guard intent.status.isClosed else { return }
        throw GeneralFault(
            .conflict,
            code: "intent-closed",
            "the intent is \(intent.status.rawValue) and changes no more",
            details: ["status": .string(intent.status.rawValue)]
        )
    }

    private func open() throws -> Tool {
        try Tool(
            name: "intents.open",
            purpose: "Opens a proposed intent: from then on it is held against reality.",
            input: Self.idInput,
            output: Self.intent,
            roles: Self.writers,
            body: .write { [self] input, invocation in
                let id = try Self.id(input)
                let scope = invocation.scope
                let store = IntentStore(scope: scope)
                let found = try await kernel.database.read { try store.intent(id, in: $0) }
                _ = try await compiled(found.predicate, hasText: true, invocation)
                return { transaction in
                    var intent = try store.intent(id, in: transaction)
                    try invocation.expected?.check(intent.version, of: "the intent")
                    try store.open(&intent, at: invocation.now, in: transaction)
                    try emit("intent.opened", intent, invocation, in: transaction)
                    return try store.shown(intent, in: transaction)
                }
            }
        )
    }

    private func withdraw() throws -> Tool {
        try Tool(
            name: "intents.withdraw",
            purpose: "Closes an intent that nobody wants any more; what is done for it is stopped.",
            input: Shape.record(
                nil,
                [
                    ("id", ["type": "string", "maxLength": 100]),
                    ("reason", ["type": "string", "maxLength": 500]),
                ],
                optional: ["reason"]
            ),
            output: Self.intent,
            roles: Self.writers,
            body: .write { [self] input, invocation in
                let id = try Self.id(input)
                let reason = try input.optional("reason")?.string(length: 0...500)
                return { transaction in
                    let scope = invocation.scope
                    let store = IntentStore(scope: scope)
                    var intent = try store.intent(id, in: transaction)
                    try invocation.expected?.check(intent.version, of: "the intent")
                    try Self.requireUnclosed(intent)
                    intent.status = .withdrawn
                    intent.closedAt = invocation.now
                    intent.closedReason = reason ?? "withdrawn by \(scope.actor.name)"
                    intent.version += 1
                    try store.save(intent, in: transaction)
                    let cause = "the intent was withdrawn"
                    try end(intent, because: cause, invocation, in: transaction)
                    try store.endWatch(id, in: transaction)
                    try emit("intent.withdrawn", intent, invocation, in: transaction)
                    return try store.shown(intent, in: transaction)
                }
            }
        )
    }

    /// Stops what is done for an intent, and takes back what is asked and told because of it.
    private func end(
        _ intent: Intent,
        because reason: String,
        _ invocation: Invocation,
        in transaction: any Transaction
    ) throws {
        let scope = invocation.scope
        for record in try IntentStore(scope: scope).endRemediations(
            of: intent.id,
            reason: reason,
            at: invocation.now,
            in: transaction
        ) {
            if let execution = record.execution {
                try effects.stop(execution, cause: reason, scope: scope, in: transaction)
            }
            try kernel.approvals.withdraw(
                key: IntentEffects.question(record.id),
                organisation: scope.organisation,
                at: invocation.now,
                in: transaction
            )
        }
        try kernel.channels.escalations.close(
            intent.subject,
            .resolve,
            scope: Scope.channels(in: scope.organisation, trace: scope.trace),
            in: transaction
        )
    }
}
