public import Core

/// Something that happens at its times: a workflow is started, or an event published.
public struct Schedule: Sendable {
    /// What a schedule does with due times that passed while nothing ran.
    public enum CatchUp: String, Sendable, CaseIterable {
        /// They are dropped.
        case skip
        /// The latest of them is made up for.
        case once
        /// Each is made up for, the latest hundred at most.
        case all
    }

    /// What happens.
    public enum Target: Sendable, Hashable {
        /// A workflow, or `name:alias` or `name:version` of one, is started with an input.
        case workflow(String, input: JSON)
        /// An event is published.
        case event(type: String, subject: String?, data: JSON)
    }

    /// Which one.
    public var id: ID<Schedule>
    /// Unique within the organisation.
    public var name: String
    /// When.
    public var timing: ScheduleTiming
    /// What.
    public var target: Target
    /// It fires at a moment within so many seconds after a due time, another one each time.
    public var windowSeconds: Int
    /// What is done about due times that passed while nothing ran.
    public var catchUp: CatchUp
    /// Whether it fires nothing until it is resumed.
    public var isPaused: Bool
    /// Who made it, on whose behalf it acts.
    public var owner: Actor
    /// Counts its changes.
    public var version: Int

    /// A due time that is later than this by more is one that passed while nothing ran: 60 s.
    public static let grace: Duration = .seconds(60)
    /// How many due times are made up for at most.
    public static let mostMadeUp = 100

    /// Reads what a person wrote.
    ///
    /// - Parameters:
    ///   - reader: `{"name","expression","timeZone"?,"start"?,"end"?,"target","windowSeconds"?,
    ///     "catchUp"?}`.
    ///   - id: which one it is.
    ///   - owner: who made it.
    ///   - now: when it was made.
    ///   - zones: the time zones.
    /// - Throws: a fault that names what is wrong.
    public init(
        _ reader: JSONReader,
        id: ID<Schedule>,
        owner: Actor,
        at now: Timestamp,
        zones: TimeZones
    ) throws(GeneralFault) {
        self.id = id
        self.owner = owner
        name = try reader.member("name").string(length: 1...100)
        let target = try reader.member("target")
        if let workflow = try target.optional("workflow") {
            self.target = .workflow(
                try workflow.string(length: 1...200),
                input: target.value["input"] ?? [:]
            )
        } else {
            let event = try target.member("event")
            self.target = .event(
                type: try event.member("type").string(length: 1...200),
                subject: try event.optional("subject")?.string(length: 1...200),
                data: event.value["data"] ?? [:]
            )
        }
        windowSeconds = try reader.optional("windowSeconds")?.int(in: 0...86_400) ?? 0
        catchUp = try reader.optional("catchUp")?.choice(CatchUp.self) ?? .once
        isPaused = try reader.optional("paused")?.bool() ?? false
        version = try reader.optional("version")?.int() ?? 1
        let origin = try reader.optional("origin")?.timestamp() ?? now
        timing = try ScheduleTiming(
            try reader.member("expression").string(length: 1...200),
            zone: try reader.optional("timeZone")?.string(length: 1...64) ?? "UTC",
            start: try reader.optional("start")?.timestamp(),
            end: try reader.optional("end")?.timestamp(),
            origin: origin,
            zones: zones
        )
    }

    /// What it is, as it is stored and shown.
    public var json: JSON {
        var object = JSONObject([
            ("name", .string(name)), ("expression", .string(timing.expression)),
            ("timeZone", .string(timing.zone)), ("origin", timing.origin.json),
            ("windowSeconds", .int(windowSeconds)), ("catchUp", .string(catchUp.rawValue)),
        ])
        object["start"] = timing.start?.json
        object["end"] = timing.end?.json
        switch target {
        case .workflow(let name, let input):
            object["target"] = ["workflow": .string(name), "input": input]
        case .event(let type, let subject, let data):
            var event = JSONObject([("type", .string(type)), ("data", data)])
            event["subject"] = subject.map { .string($0) }
            object["target"] = ["event": .object(event)]
        }
        return .object(object)
    }

    /// The moment at which it fires for a due time: the same in every process.
    public func moment(for due: Timestamp) -> Timestamp {
        guard windowSeconds > 0 else { return due }
        let window = UInt64(windowSeconds) * 1_000_000
        let chosen = fnv1a64("\(id)/\(due.microseconds)".utf8)
        // FNV's high bits are the better ones.
        return due + .microseconds(Int64((chosen >> 16) % window))
    }

    /// Which due times fire now, and which is waited for next.
    ///
    /// - Parameters:
    ///   - due: the due time that was waited for.
    ///   - now: the present moment.
    /// - Returns: the due times to fire, in order, and the next one; nil when there is none.
    public func firing(
        _ due: Timestamp,
        at now: Timestamp
    ) -> (due: [Timestamp], next: Timestamp?) {
        var passed = [due]
        var next = timing.next(after: due)
        // Ten thousand are looked at; a longer sleep is skipped at once.
        while let following = next, moment(for: following) <= now {
            if passed.count >= 10_000 {
                next = timing.next(after: now)
                break
            }
            passed.append(following)
            next = timing.next(after: following)
        }
        let missed = passed.filter { now - moment(for: $0) > Self.grace }
        let timely = passed.filter { now - moment(for: $0) <= Self.grace }
        switch catchUp {
        case .skip: return (timely, next)
        case .once: return (timely.isEmpty ? Array(missed.suffix(1)) : timely, next)
        case .all: return (Array((missed + timely).suffix(Self.mostMadeUp)), next)
        }
    }
}
