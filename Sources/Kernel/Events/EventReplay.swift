public import Core
import Store

/// Events of the past given to a rule once more.
public struct EventReplay: Sendable {
    /// How far it has come.
    public enum Status: String, Sendable, CaseIterable {
        /// Events are being given.
        case running
        /// All were given.
        case done
        /// Somebody stopped it.
        case cancelled
    }

    /// Its id.
    public var id: ID<EventReplay>
    /// The rule.
    public var rule: String
    /// The time from which events are given.
    public var from: Timestamp
    /// The time before which they are.
    public var to: Timestamp
    /// Up to here the log was gone through.
    public var position: Int64
    /// The end of the log when the replay was asked for: what was appended later is not replayed.
    public var end: Int64
    /// How far it has come.
    public var status: Status
    /// Events of the time that were looked at.
    public var examined: Int
    /// Events that matched and were taken.
    public var delivered: Int
    /// Events that matched and became dead letters.
    public var failed: Int
    /// Why it was asked for.
    public var reason: String
    /// Who asked for it.
    public var requestedBy: String
    /// When it was asked for.
    public var createdAt: Timestamp
    /// When it ended.
    public var finishedAt: Timestamp?

    static let columns = """
        id, rule, from_at, to_at, position, end_seq, status, examined, delivered, failed, reason,
        requested_by, created_at, finished_at
        """

    init(row: any Row) throws {
        id = try row.id(0)
        rule = try row.text(1)
        from = try row.timestamp(2)
        to = try row.timestamp(3)
        position = try row.int(4)
        end = try row.int(5)
        guard let status = Status(rawValue: try row.text(6)) else {
            throw StoreError(.corrupt, "replay \(id) has no status")
        }
        self.status = status
        examined = Int(try row.int(7))
        delivered = Int(try row.int(8))
        failed = Int(try row.int(9))
        reason = try row.text(10)
        requestedBy = try row.text(11)
        createdAt = try row.timestamp(12)
        finishedAt = try row.optionalTimestamp(13)
    }

    /// What is shown of it; `progress` goes from 0 to 1.
    public var json: JSON {
        [
            "id": id.json, "rule": .string(rule), "from": from.json, "to": to.json,
            "status": .string(status.rawValue),
            "progress": .double(
                status == .done || end == 0 ? 1 : Double(min(position, end)) / Double(end)
            ),
            "examined": .int(examined), "delivered": .int(delivered), "failed": .int(failed),
            "reason": .string(reason), "requestedBy": .string(requestedBy),
            "createdAt": createdAt.json, "finishedAt": finishedAt?.json ?? .null,
        ]
    }
}
