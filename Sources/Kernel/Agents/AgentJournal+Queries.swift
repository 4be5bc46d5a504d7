public import Core
public import Store

/// What is shown of the journal.
extension AgentJournal {
    /// The decision that a run came to; nil before it did.
    ///
    /// - Throws: `StoreError`.
    public func decision(
        ofRun key: String,
        organisation: ID<Organisation>,
        in reader: any Reader
    ) throws -> ID<Decision>? {
        try reader.first(
            "SELECT id FROM decision WHERE run = ? AND organisation = ?",
            [.text(key), .id(organisation)]
        ) { try $0.id(0) }
    }

    /// Writes the decisions about a thing as a list of `{"id","agent","at","choice","confidence"}`,
    /// oldest first.
    ///
    /// - Parameters:
    ///   - subject: the thing.
    ///   - scope: decides the organisation.
    ///   - reader: what to read.
    ///   - writer: what is written to.
    /// - Throws: `StoreError`.
    public func writeDecisions(
        about subject: String,
        scope: Scope,
        in reader: any Reader,
        to writer: inout JSONTextWriter
    ) throws {
        writer.beginArray()
        try reader.forEach(
            """
            SELECT id, agent, at, body FROM decision
            WHERE organisation = ? AND subject = ? ORDER BY at, id
            """,
            [.id(scope.organisation), .text(subject)]
        ) { row in
            writer.beginObject()
            writer.key("id")
            try row.withText(0) { writer.string($0) }
            writer.key("agent")
            try row.withText(1) { writer.string($0) }
            writer.key("at")
            writer.value(try row.timestamp(2).json)
            try row.withText(3) { body in
                writer.key("choice")
                writer.text(member: "choice", of: body)
                writer.key("confidence")
                writer.text(member: "confidence", of: body)
            }
            writer.endObject()
        }
        writer.endArray()
    }

    /// One decision with what was asked of tools and models.
    ///
    /// - Returns: the decision's wire form; nil when there is none in the organisation.
    /// - Throws: `StoreError`.
    public func decision(
        _ id: ID<Decision>,
        scope: Scope,
        in reader: any Reader
    ) throws -> JSON? {
        guard let found = try self.found(id, scope: scope, in: reader) else { return nil }
        var json = found.decision.json
        json["run"] = .string(found.run)
        let steps = try Self.steps(of: found.run, in: reader)
        json["toolCalls"] = .array(steps.filter { $0.kind == .tool }.map(\.shown))
        json["modelCalls"] = .array(steps.filter { $0.kind == .model }.map(\.shown))
        return json
    }

    /// The newest decisions of an organisation, of one agent when it is named.
    ///
    /// - Throws: `StoreError`.
    public func newest(
        _ limit: Int,
        agent: String? = nil,
        scope: Scope,
        in reader: any Reader
    ) throws -> [ID<Decision>] {
        try reader.query(
            """
            SELECT id FROM decision WHERE organisation = ?\(agent == nil ? "" : " AND agent = ?")
            ORDER BY at DESC, id DESC LIMIT ?
            """,
            [.id(scope.organisation)] + (agent.map { [.text($0)] } ?? []) + [.int(limit)]
        ) { try $0.id(0) }
    }

    /// Puts a person's choice beside an agent's; once.
    ///
    /// - Returns: the decision, and what was noted: `{"choice","reason","by","at"}`.
    /// - Throws: faults of code `decision-not-found`, `same-choice` and `already-overruled`, or `StoreError`.
    public func overrule(
        _ id: ID<Decision>,
        choice: String,
        reason: String,
        by invocation: Invocation,
        in transaction: any Transaction
    ) throws -> (decision: Decision, overruling: JSON) {
        guard let found = try found(id, scope: invocation.scope, in: transaction) else {
            throw GeneralFault(
                .notFound,
                code: "decision-not-found",
                "there is no decision \"\(id)\""
            )
        }
        if let earlier = found.decision.overruled {
            throw GeneralFault(
                .conflict,
                code: "already-overruled",
                "\(earlier["by"]?["name"]?.string ?? "somebody") overruled it at "
                    + "\(earlier["at"]?.string ?? "an earlier time")"
            )
        }
        guard found.decision.body["choice"]?.string != choice else {
            throw GeneralFault(
                .invalid,
                code: "same-choice",
                "that is what was decided",
                pointer: "/choice"
            )
        }
        let overruling: JSON = [
            "choice": .string(choice), "reason": .string(reason),
            "by": invocation.scope.actor.json, "at": invocation.now.json,
        ]
        try transaction.execute(
            "UPDATE decision SET overruled = ? WHERE id = ? AND organisation = ?",
            [.json(overruling), .id(id), .id(invocation.scope.organisation)]
        )
        return (found.decision, overruling)
    }

    /// A decision and the key of its run; nil when there is none in the organisation.
    func found(
        _ id: ID<Decision>,
        scope: Scope,
        in reader: any Reader
    ) throws -> (decision: Decision, run: String)? {
        try reader.first(
            "SELECT \(Decision.columns), run FROM decision WHERE organisation = ? AND id = ?",
            [.id(scope.organisation), .id(id)]
        ) { (try Decision(row: $0), try $0.text(Decision.columnCount)) }
    }
}

extension Decision {
    static let columns = """
        id, agent, at, subject, body, task, routine, approvals, cost_micros, intent, overruled
        """
    static let columnCount = 11

    init(row: any Row) throws {
        self.init(
            id: try row.id(0),
            agent: try row.text(1),
            at: try row.timestamp(2),
            subject: try row.text(3),
            body: try row.json(4)
        )
        task = try row.text(5)
        isRoutine = try row.bool(6)
        approvals = Int(try row.int(7))
        costMicros = Int(try row.int(8))
        intent = try row.optionalText(9)
        overruled = try row.optionalJSON(10)
    }
}

extension AgentStep {
    /// As people see it.
    fileprivate var shown: JSON {
        var json: JSON = [
            "tool": .string(tool), "input": input, "startedAt": at.json,
            "durationMicros": .int(duration.microseconds),
        ]
        if kind == .model { json["costMicros"] = .int(costMicros) }
        if let asked { json["asked"] = asked }
        if let approval { json["approval"] = approval }
        switch outcome {
        case .success(let output): json["output"] = AgentJournal.kept(output)
        case .failure(let fault):
            json["error"] = ["code": .string(fault.code), "message": .string(fault.message)]
        }
        return json
    }
}
