public import Core
public import Store

/// How much of the time each agent was at work: busy over available.
///
/// An agent is available all the time, and busy while at least one decision of its is under way;
/// decisions at the same time count once, so that it is never more than 1.
public struct AgentUtilisation: Sendable, Hashable {
    /// The agent.
    public var agent: String
    /// How long it was busy.
    public var busyMicros: Int64
    /// How long it was available.
    public var availableMicros: Int64
    /// How many decisions it made.
    public var decisions: Int

    /// Busy over available.
    public var share: Double {
        availableMicros > 0 ? Double(busyMicros) / Double(availableMicros) : 0
    }

    /// The API's form.
    public var json: JSON {
        [
            "agent": .string(agent), "busySeconds": .double(Double(busyMicros) / 1e6),
            "availableSeconds": .double(Double(availableMicros) / 1e6),
            "utilisation": .double(share), "decisions": .int(decisions),
        ]
    }

    /// How many decisions are looked at, the newest ones.
    static let most = 100_000
    /// Decisions that began so long before the period may reach into it.
    private static let reach = Duration.seconds(3_600)

    /// The agents' utilisation over a period.
    ///
    /// - Parameters:
    ///   - agents: those there are; each is answered, busy or not.
    ///   - from: when the period begins.
    ///   - until: when it ends.
    ///   - scope: decides the organisation.
    ///   - reader: the state to read.
    /// - Returns: one for each agent, by name.
    /// - Throws: `StoreError`.
    public static func of(
        _ agents: [String],
        from: Timestamp,
        until: Timestamp,
        scope: Scope,
        in reader: any Reader
    ) throws -> [AgentUtilisation] {
        var spans: [String: [(from: Int64, until: Int64)]] = [:]
        try reader.forEach(
            """
            SELECT agent, at, latency_micros FROM decision
            WHERE organisation = ? AND at >= ? AND at < ? ORDER BY at DESC LIMIT \(most)
            """,
            [
                .id(scope.organisation),
                .int(from.microseconds - reach.microseconds), .time(until),
            ]
        ) { row in
            let at = try row.int(1)
            spans[try row.text(0), default: []].append((at, at + (try row.int(2))))
        }
        let available = max(0, until.microseconds - from.microseconds)
        return Set(agents).union(spans.keys).sorted().map { agent in
            let own = spans[agent] ?? []
            return AgentUtilisation(
                agent: agent,
                busyMicros: busy(own, from: from.microseconds, until: until.microseconds),
                availableMicros: available,
                decisions: own.count { $0.from >= from.microseconds }
            )
        }
    }

    /// How long at least one of some spans lasts within a period.
    static func busy(_ spans: [(from: Int64, until: Int64)], from: Int64, until: Int64) -> Int64 {
        var busy: Int64 = 0
        var reached = from
        for span in spans.sorted(by: { $0.from < $1.from }) {
            let begin = max(span.from, reached)
            let end = min(span.until, until)
            guard end > begin else { continue }
            busy += end - begin
            reached = end
        }
        return busy
    }
}
