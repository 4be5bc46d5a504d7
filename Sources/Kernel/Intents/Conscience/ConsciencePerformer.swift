import Core
import Store

/// Does what a round decided, within its transaction.
struct ConsciencePerformer {
    let around: Conscience.Surroundings
    let store: IntentStore
    let intent: Intent
    /// The key of the decision's run.
    let key: String
    /// The course before the round.
    let before: ConscienceCourse
    let round: ConscienceRound

    private var scope: Scope { store.scope }
    private var now: Timestamp { round.now }
    private var effects: any ConscienceEffects { around.effects }

    func perform(_ action: ConscienceAction, in transaction: any Transaction) throws {
        switch action {
        case .raiseDrift(let kind, let reason):
            try emit(
                "intent.drift-raised",
                ["drift": .string(kind.rawValue), "reason": .string(reason)],
                in: transaction
            )
            try tell(.drifting(reason), in: transaction)
        case .clearDrift(let remediated):
            try emit("intent.drift-cleared", ["remediated": .bool(remediated)], in: transaction)
            if remediated { try emit("intent.remediated", [:], in: transaction) }
            try tell(.recovered, in: transaction)
        case .endDrift: try tell(.over, in: transaction)
        case .start(let offer, let id):
            var record = record(offer, id, .running, in: transaction)
            record.decision = try decision(in: transaction)
            try start(&record, offer, in: transaction)
        case .ask(let offer, let id, let question):
            var record = record(offer, id, .proposed, in: transaction)
            record.decision = try decision(in: transaction)
            record.body["question"] = .string(question)
            record.judgeAt = now + ConscienceCourse.patience
            try store.save(record, in: transaction)
            try emit("intent.remediation-proposed", record.json, in: transaction)
            try tell(.asks(id, offer, question), in: transaction)
        case .startApproved(let id):
            guard var record = try store.remediation(id, in: transaction),
                let offer = before.active?.offer
            else { return }
            record.judgeAt = now + .seconds(offer.judgeAfterSeconds)
            record.baseline = round.value
            try start(&record, offer, in: transaction)
        case .judge(let id, let outcome, let effect, let stops, let reason):
            try judge(id, outcome, effect, stops, reason, in: transaction)
        case .escalate(let reason):
            try emit("intent.escalated", ["reason": .string(reason)], in: transaction)
            try tell(.escalated(reason), in: transaction)
        case .close(let status, let reason):
            var closed = intent
            closed.status = status
            closed.closedAt = now
            closed.closedReason = reason
            closed.version += 1
            try store.save(closed, in: transaction)
            try effects.emit(
                "intent.\(status.rawValue)",
                closed,
                ["reason": .string(reason), "value": .optional(round.value)],
                at: now,
                scope: scope,
                in: transaction
            )
            try effects.tell(
                .closed(status, reason),
                of: closed,
                effect: "\(key)/closed",
                scope: scope,
                in: transaction
            )
        }
    }

    private func emit(_ type: String, _ data: JSON, in transaction: any Transaction) throws {
        var data = data
        data["value"] = .optional(round.value)
        try effects.emit(type, intent, data, at: now, scope: scope, in: transaction)
    }

    private func tell(_ news: ConscienceNews, in transaction: any Transaction) throws {
        let word =
            switch news {
            case .drifting: "drifting"
            case .asks: "asks"
            case .asksNoMore: "asks-no-more"
            case .escalated: "escalated"
            case .recovered: "recovered"
            case .over: "over"
            case .closed: "closed"
            }
        try effects.tell(
            news,
            of: intent,
            effect: "\(key)/\(word)",
            scope: scope,
            in: transaction
        )
    }

    private func decision(in transaction: any Transaction) throws -> String? {
        try transaction.first("SELECT id FROM decision WHERE run = ?", [.text(key)]) {
            try $0.text(0)
        }
    }

    private func record(
        _ offer: RemediationOffer,
        _ id: ID<RemediationRecord>,
        _ status: RemediationRecord.Status,
        in transaction: any Transaction
    ) -> RemediationRecord {
        RemediationRecord(
            id: id,
            intent: intent.id,
            name: offer.name,
            status: status,
            predicted: offer.effect,
            baseline: round.value,
            at: now,
            judgeAt: now + .seconds(offer.judgeAfterSeconds),
            body: ["offer": offer.json]
        )
    }

    private func start(
        _ record: inout RemediationRecord,
        _ offer: RemediationOffer,
        in transaction: any Transaction
    ) throws {
        var input = offer.input
        if input.object == nil { input = [:] }
        input["intentId"] = intent.id.json
        input["remediationId"] = record.id.json
        record.status = .running
        record.startedAt = now
        do {
            record.execution = try transaction.attempt { [record] in
                try effects.start(
                    offer,
                    input: input,
                    name: "intent/\(intent.id)/\(record.id)",
                    about: intent,
                    scope: scope,
                    in: transaction
                )
            }
        } catch let fault as any Fault where fault.kind != .unavailable && fault.kind != .timeout {
            // It is judged as failed in the next round: a run that there is not has failed.
            record.body["reason"] = .string(fault.message)
        }
        try store.save(record, in: transaction)
        let until = record.judgeAt + .seconds(offer.cooldownSeconds)
        if let execution = record.execution {
            try IntentActs.link(
                "execution",
                execution,
                to: intent.id,
                from: now,
                until: until,
                scope: scope,
                in: transaction
            )
        }
        for subject in offer.subjects.prefix(200) {
            try IntentActs.link(
                "subject",
                subject,
                to: intent.id,
                from: now,
                until: until,
                scope: scope,
                in: transaction
            )
            let graph = IntentGraph(scope: scope)
            let resource = GraphNode(.resource, subject.replacing(":", with: "/"))
            try graph.note(
                GraphEdge(GraphNode(intent.id), .touches, resource),
                at: now,
                until: until,
                in: transaction
            )
        }
        try emit("intent.remediation-started", record.json, in: transaction)
    }

    private func judge(
        _ id: ID<RemediationRecord>,
        _ outcome: ConscienceAction.Outcome,
        _ effect: Double?,
        _ stops: Bool,
        _ reason: String,
        in transaction: any Transaction
    ) throws {
        guard var record = try store.remediation(id, in: transaction) else { return }
        if record.startedAt == nil { try tell(.asksNoMore(id), in: transaction) }
        if stops, let execution = record.execution {
            try effects.stop(
                execution,
                cause: "the Conscience stopped it: \(reason)",
                scope: scope,
                in: transaction
            )
        }
        record.status = RemediationRecord.Status(rawValue: outcome.rawValue) ?? .failed
        record.measured = round.value
        record.effect = effect
        record.endedAt = now
        record.body["reason"] = .string(reason)
        try store.save(record, in: transaction)
        try emit("intent.remediation-judged", record.json, in: transaction)
    }
}
