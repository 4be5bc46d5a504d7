public import Core
import Store

/// One thing that somebody did, or tried to do.
public struct AuditEntry: Sendable {
    /// How it ended.
    public enum Outcome: String, Sendable, CaseIterable {
        /// It was done.
        case done
        /// It was not allowed.
        case refused
        /// It was allowed and did not work.
        case failed
    }

    /// The position in the organisation's log: from 1, without gaps.
    public var seq: Int64
    /// When.
    public var at: Timestamp
    /// Who acted.
    public var actor: Actor
    /// For whom, when it was an agent or workflow.
    public var onBehalfOf: Actor?
    /// What was done, for instance `account.disabled`.
    public var action: String
    /// To what, for instance `account:0192…`.
    public var subject: String
    /// How it ended.
    public var outcome: Outcome
    /// What else is worth knowing; never a secret.
    public var detail: JSON
    /// The `traceparent`.
    public var trace: String
    /// SHA-256 over the hash before and the entry, 64 hexadecimal digits; see ``AuditChain``.
    public var hash: String

    /// The entry with camelCase members.
    public var json: JSON {
        [
            "seq": .int(seq), "at": at.json, "actor": actor.json,
            "onBehalfOf": onBehalfOf?.json ?? .null, "action": .string(action),
            "subject": .string(subject), "outcome": .string(outcome.rawValue), "detail": detail,
            "trace": .string(trace), "hash": .string(hash),
        ]
    }

    /// What is hashed: the entry and whose it is, without the hash itself.
    func content(of organisation: ID<Organisation>) -> JSON {
        var content = json
        content["hash"] = nil
        content["organisation"] = organisation.json
        return content
    }

    /// The entry as a line of an export.
    public func exported(of organisation: ID<Organisation>) -> JSON {
        var line = json
        line["organisation"] = organisation.json
        return line
    }

    static let columns =
        "number, at, actor, on_behalf_of, action, subject, outcome, detail, trace, hash"

    static func read(_ row: any Row) throws -> AuditEntry {
        guard let actor = Actor(json: try row.json(2)),
            let outcome = AuditEntry.Outcome(rawValue: try row.text(6))
        else { throw StoreError(.corrupt, "an audit entry cannot be read") }
        return AuditEntry(
            seq: try row.int(0),
            at: try row.timestamp(1),
            actor: actor,
            onBehalfOf: row.isNull(3) ? nil : Actor(json: try row.json(3)),
            action: try row.text(4),
            subject: try row.text(5),
            outcome: outcome,
            detail: try row.json(7),
            trace: try row.text(8),
            hash: try row.text(9)
        )
    }
}
