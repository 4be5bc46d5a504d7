public import Core

/// When a schedule fires.
public struct ScheduleTiming: Sendable, Hashable {
    enum Recurrence: Sendable, Hashable {
        case cron(CronExpression)
        /// So many seconds apart.
        case rate(Int64)
        /// Once, by the clock of the zone.
        case at(CalendarDate, secondOfDay: Int)
    }

    let recurrence: Recurrence
    /// As it was written: `cron(…)`, `rate(…)`, `at(…)` or the five fields of a crontab.
    public let expression: String
    /// The time zone's name.
    public let zone: String
    let rules: TimeZoneRules
    /// Not before this moment.
    public let start: Timestamp?
    /// Not after this moment.
    public let end: Timestamp?
    /// When a rate counts from, if it has no start.
    public let origin: Timestamp

    /// Whether both fire at the same times.
    public static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.expression == rhs.expression && lhs.zone == rhs.zone && lhs.start == rhs.start
            && lhs.end == rhs.end && lhs.origin == rhs.origin
    }

    /// Hashes what it was read from.
    public func hash(into hasher: inout Hasher) { hasher.combine(expression) }

    /// Reads an expression.
    ///
    /// - Parameters:
    ///   - expression: `cron(fields)`, `rate(n minutes|hours|days)`, `at(2026-03-01T12:00:00)`, or five
    ///     fields.
    ///   - zone: a name of the time zone database, for instance `Europe/Vienna`.
    ///   - start: not before this moment; a rate counts from here.
    ///   - end: not after this moment.
    ///   - origin: when a rate without a start counts from.
    ///   - zones: the time zones.
    /// - Throws: faults of code `invalid-schedule` and `unknown-time-zone`.
    public init(
        _ expression: String,
        zone: String,
        start: Timestamp?,
        end: Timestamp?,
        origin: Timestamp,
        zones: TimeZones
    ) throws(GeneralFault) {
        guard let rules = zones.zone(zone) else {
            throw GeneralFault(
                .invalid,
                code: "unknown-time-zone",
                "there is no time zone \"\(zone.prefix(64))\"; a name such as Europe/Vienna is expected",
                pointer: "/timeZone"
            )
        }
        if let start, let end, end < start {
            throw GeneralFault(
                .invalid,
                code: "invalid-schedule",
                "the end is before the start",
                pointer: "/end"
            )
        }
        self.expression = expression
        self.zone = zone
        self.rules = rules
        self.start = start
        self.end = end
        self.origin = origin
        recurrence = try Self.read(expression)
    }

    private static func read(_ text: String) throws(GeneralFault) -> Recurrence {
        func inside(_ name: String) -> String? {
            guard text.hasPrefix(name + "("), text.hasSuffix(")") else { return nil }
            return String(text.dropFirst(name.count + 1).dropLast())
        }
        if let fields = inside("cron") {
            guard fields.split(separator: " ").count == 6 else {
                throw CronExpression.fault("cron(…) has six fields: the last one is the year")
            }
            return .cron(try CronExpression(fields))
        }
        if let rate = inside("rate") {
            let words = rate.split(separator: " ")
            let units: [String: Int64] = [
                "minute": 60, "minutes": 60, "hour": 3_600, "hours": 3_600, "day": 86_400,
                "days": 86_400,
            ]
            guard words.count == 2, words[0].utf8.count <= 6, let count = Int64(words[0]),
                count >= 1,
                let unit = units[String(words[1])]
            else {
                throw CronExpression.fault(
                    "a rate is a whole number from 1 and minutes, hours or days: rate(5 minutes)"
                )
            }
            return .rate(count * unit)
        }
        if let at = inside("at") {
            let parts = at.split(separator: "T", omittingEmptySubsequences: false)
            guard parts.count == 2, let date = CalendarDate(parts[0]),
                let moment = Timestamp("1970-01-01T\(parts[1])Z"),
                moment.microseconds % 1_000_000 == 0
            else { throw CronExpression.fault("a single time is at(2026-03-01T12:00:00)") }
            return .at(date, secondOfDay: Int(moment.microseconds / 1_000_000))
        }
        return .cron(try CronExpression(text))
    }

    /// The first due time after a moment; nil when there is none any more.
    public func next(after moment: Timestamp) -> Timestamp? {
        // The start itself may be due.
        let moment = start.map { max(moment, $0 + .microseconds(-1)) } ?? moment
        let next: Timestamp?
        switch recurrence {
        case .cron(let cron): next = cron.next(after: moment, in: rules)
        case .rate(let seconds):
            let first = start ?? origin + .seconds(seconds)
            if moment < first {
                next = first
            } else {
                let step = seconds * 1_000_000
                let passed = (moment - first).microseconds / step
                next = first + .microseconds((passed + 1) * step)
            }
        case .at(let date, let second):
            let due =
                rules.moments(date: date, secondOfDay: second).first
                ?? rules.first(
                    after: (date.advanced(by: -1)).start,
                    date: date,
                    secondOfDay: second
                )
            next = due > moment ? due : nil
        }
        guard let next, end.map({ next <= $0 }) ?? true else { return nil }
        return next
    }

    /// The next due times after a moment.
    public func occurrences(after moment: Timestamp, count: Int) -> [Timestamp] {
        var found: [Timestamp] = []
        var last = moment
        while found.count < count, let next = next(after: last) {
            found.append(next)
            last = next
        }
        return found
    }
}
