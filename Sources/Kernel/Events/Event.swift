public import Core
import Store

/// Something that happened: a CloudEvents 1.0 event with the organisation it belongs to.
public struct Event: Sendable {
    /// Unique within the installation.
    public var id: ID<Event>
    /// The only organisation that may see it.
    public var organisation: ID<Organisation>
    /// Where it comes from, for instance `weft/logistics`.
    public var source: String
    /// What happened, in the past tense, for instance `order.placed`.
    public var type: String
    /// What it happened to, for instance `order:018f…`; nil when there is no single thing.
    public var subject: String?
    /// When it happened.
    public var time: Timestamp
    /// The facts, an object.
    public var data: JSON
    /// Who did it.
    public var actor: Actor
    /// For whom, when an agent or workflow did it because of somebody's act.
    public var onBehalfOf: Actor?
    /// Where it stands in its trace.
    public var trace: TraceContext
    /// The place in the log; 0 until it was appended.
    public var seq: Int64 = 0
    /// The id that its sender gave it, when it was taken in from outside.
    public var externalID: String?

    /// An event that the holder of `scope` causes.
    public init(
        id: ID<Event>,
        source: String,
        type: String,
        subject: String?,
        time: Timestamp,
        data: JSON,
        scope: Scope
    ) {
        self.id = id
        organisation = scope.organisation
        self.source = source
        self.type = type
        self.subject = subject
        self.time = time
        self.data = data
        actor = scope.actor
        onBehalfOf = scope.onBehalfOf
        trace = scope.trace
    }

    init(row: any Row) throws {
        seq = try row.int(0)
        id = try row.id(1)
        organisation = try row.id(2)
        source = try row.text(3)
        type = try row.text(4)
        subject = try row.optionalText(5)
        time = try row.timestamp(6)
        data = try row.json(7)
        guard let actor = Actor(json: try row.json(8)),
            let trace = TraceContext(try row.text(10))
        else { throw StoreError(.corrupt, "event \(seq) has no actor or trace") }
        self.actor = actor
        onBehalfOf = row.isNull(9) ? nil : Actor(json: try row.json(9))
        self.trace = trace
        externalID = try row.optionalText(11)
    }

    /// CloudEvents' JSON format, with Weft's members as extension attributes.
    public var json: JSON {
        var object: JSON = [
            "specversion": "1.0", "id": id.json, "source": .string(source), "type": .string(type),
            "time": time.json, "datacontenttype": "application/json",
            "organisation": organisation.json, "actor": actor.json,
            "traceparent": .string(trace.description), "data": data,
        ]
        if let subject { object["subject"] = .string(subject) }
        if let onBehalfOf { object["onbehalfof"] = onBehalfOf.json }
        if seq > 0 { object["seq"] = .int(seq) }
        if let externalID { object["externalid"] = .string(externalID) }
        return object
    }
}
