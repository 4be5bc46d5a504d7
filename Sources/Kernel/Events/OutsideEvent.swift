public import Core
public import Store

/// An event that somebody else tells of, as CloudEvents 1.0 in JSON.
public struct OutsideEvent: Sendable {
    /// The largest data, as JSON text.
    public static let largestData = 256 << 10

    /// The id that the sender gave it; with the source it tells it from all others.
    public var id: String
    /// Where it comes from.
    public var source: String
    /// What happened.
    public var type: String
    /// What it happened to.
    public var subject: String?
    /// When it happened; nil for now.
    public var time: Timestamp?
    /// The facts.
    public var data: JSON
    /// Its place in a trace.
    public var trace: TraceContext?

    /// Reads an event; extension attributes other than `traceparent` are not kept.
    ///
    /// - Throws: a fault with the pointer to what is wrong.
    public init(_ reader: JSONReader) throws(GeneralFault) {
        let version = try reader.member("specversion")
        guard version.value == "1.0" else {
            throw version.fault("expected \"1.0\", the version of CloudEvents")
        }
        id = try reader.member("id").string(length: 1...200)
        let source = try reader.member("source")
        self.source = try source.string(length: 1...500)
        type = try reader.member("type").string(length: 1...200)
        subject = try reader.optional("subject")?.string(length: 1...500)
        time = try reader.optional("time")?.timestamp()
        if let type = try reader.optional("datacontenttype") {
            let text = try type.string(length: 1...200).lowercased()
            let media = text.split(separator: ";").first.map(String.init) ?? text
            guard media.hasSuffix("/json") || media.hasSuffix("+json") else {
                throw type.fault("the data must be JSON")
            }
        }
        if let encoded = try reader.optional("data_base64") {
            throw encoded.fault("the data must be JSON, in \"data\"")
        }
        let data = try reader.optional("data")
        self.data = data?.value ?? [:]
        if let data, data.value.bytes().count > Self.largestData {
            throw data.fault("the data may have \(Self.largestData) bytes")
        }
        trace = try reader.optional("traceparent").flatMap { reader throws(GeneralFault) in
            TraceContext(try reader.string(length: 1...200))
        }
    }
}

extension EventLog {
    /// Appends an event from outside, once for its source and id.
    ///
    /// - Parameters:
    ///   - event: the event.
    ///   - ids: gives it an id here.
    ///   - now: its time when it has none.
    ///   - scope: the organisation, and who brings it.
    ///   - transaction: the caller's.
    /// - Returns: its id here, and whether it is new.
    /// - Throws: `StoreError`.
    public func take(
        _ event: OutsideEvent,
        ids: IDGenerator,
        now: Timestamp,
        scope: Scope,
        in transaction: any Transaction
    ) throws -> (id: ID<Event>, isNew: Bool) {
        let id = ids.next(Event.self)
        let key: [SQLValue] = [.id(scope.organisation), .text(event.source), .text(event.id)]
        let added = try transaction.executeCounting(
            """
            INSERT INTO event_external (organisation, source, external_id, event_id)
            VALUES (?, ?, ?, ?) ON CONFLICT (organisation, source, external_id) DO NOTHING
            """,
            key + [.id(id)]
        )
        guard added == 1 else {
            let known = try transaction.first(
                """
                SELECT event_id FROM event_external
                WHERE organisation = ? AND source = ? AND external_id = ?
                """,
                key
            ) { try $0.id(0, Event.self) }
            return (known ?? id, false)
        }
        var scope = scope
        if let trace = event.trace { scope.trace = trace }
        var appended = Event(
            id: id,
            source: event.source,
            type: event.type,
            subject: event.subject,
            time: event.time ?? now,
            data: event.data,
            scope: scope
        )
        appended.externalID = event.id
        try append(appended, in: transaction)
        return (id, true)
    }
}
