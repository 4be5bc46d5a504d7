public import Core

/// When something recurs by the calendar: AWS's six fields, or the five of crontab(5).
///
/// Six fields: minutes, hours, day of month, month, day of week (1 is Sunday), year; one of the days is
/// `?`. Five: the same without the year, with weekdays from 0 or 7 for Sunday, and when both days are
/// restricted either may match. `*`, `,`, `-`, `/`, names of months and weekdays in both; `L`, `W`, `#`
/// among the days of six fields.
public struct CronExpression: Sendable, Hashable {
    enum Day: Sendable, Hashable {
        case on(Int)
        /// So many days before the month's last.
        case last(Int)
        /// The weekday nearest to a day of the month; nil for the month's last weekday.
        case weekday(Int?)
        /// A weekday, 0 for Sunday.
        case each(Int)
        /// The n-th of a weekday in the month.
        case nth(Int, Int)
        /// The last of a weekday in the month.
        case lastOf(Int)
    }

    let minutes: [Int]
    let hours: [Int]
    let months: Set<Int>
    let days: [Day]?
    let weekdays: [Day]?
    let years: Set<Int>?
    /// Whether either of the two kinds of day is enough.
    let isEither: Bool
    /// Whether it goes on by the hour, so that a night's hour that comes twice counts twice.
    let isContinuous: Bool

    /// Reads the fields, separated by spaces.
    ///
    /// - Throws: a fault of code `invalid-schedule` that names the field.
    public init(_ text: String) throws(GeneralFault) {
        let fields = text.split(separator: " ").map(String.init)
        let isAWS = fields.count == 6
        guard isAWS || fields.count == 5 else {
            throw Self.fault("expected five or six fields, found \(fields.count)")
        }
        minutes = try Self.numbers(fields[0], "minutes", 0...59).sorted()
        hours = try Self.numbers(fields[1], "hours", 0...23).sorted()
        months = try Self.numbers(fields[3], "month", 1...12, names: Self.monthNames)
        isContinuous = fields[1].hasPrefix("*")
        let anyDay = fields[2] == "?" || fields[2] == "*"
        let anyWeekday = fields[4] == "?" || fields[4] == "*"
        if isAWS {
            guard (fields[2] == "?") != (fields[4] == "?") else {
                throw Self.fault("one of day of month and day of week must be ?, not both")
            }
            years = fields[5] == "*" ? nil : try Self.numbers(fields[5], "year", 1_970...2_199)
        } else {
            guard fields[2] != "?", fields[4] != "?" else {
                throw Self.fault("? is for six fields only")
            }
            years = nil
        }
        days = anyDay ? nil : try Self.days(fields[2], isAWS: isAWS)
        weekdays = anyWeekday ? nil : try Self.weekdays(fields[4], isAWS: isAWS)
        // crontab(5): a field that begins with * restricts nothing in this sense.
        isEither = !isAWS && !fields[2].hasPrefix("*") && !fields[4].hasPrefix("*")
    }

    static func fault(_ message: String) -> GeneralFault {
        GeneralFault(.invalid, code: "invalid-schedule", message, pointer: "/expression")
    }

    private static let monthNames = [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ]
    private static let weekdayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]

    private static func number(_ text: Substring, _ names: [String], _ first: Int) -> Int? {
        if let at = names.firstIndex(of: text.uppercased()) { return at + first }
        guard !text.isEmpty, text.utf8.count <= 4, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 })
        else { return nil }
        return Int(text)
    }

    /// Lists, ranges and steps.
    private static func numbers(
        _ text: String,
        _ field: String,
        _ range: ClosedRange<Int>,
        names: [String] = []
    ) throws(GeneralFault) -> Set<Int> {
        let bad = fault(
            "\(field): \"\(text.prefix(40))\" is nothing from \(range.lowerBound) to"
                + " \(range.upperBound), as list, range or step"
        )
        var found: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "/", omittingEmptySubsequences: false)
            guard pieces.count <= 2, let body = pieces.first else { throw bad }
            var step = 1
            if pieces.count == 2 {
                guard let number = number(pieces[1], [], 0), number >= 1 else { throw bad }
                step = number
            }
            let ends = body.split(separator: "-", omittingEmptySubsequences: false)
            var low = range.lowerBound
            var high = range.upperBound
            if body != "*" {
                guard (1...2).contains(ends.count),
                    let first = number(ends[0], names, range.lowerBound), range ~= first
                else { throw bad }
                low = first
                if ends.count == 2 {
                    guard let last = number(ends[1], names, range.lowerBound), range ~= last,
                        last >= low
                    else { throw bad }
                    high = last
                } else if pieces.count == 1 {
                    high = low
                }
            }
            found.formUnion(stride(from: low, through: high, by: step))
        }
        return found
    }

    private static func days(_ text: String, isAWS: Bool) throws(GeneralFault) -> [Day] {
        var days: [Day] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            if isAWS, part == "L" {
                days.append(.last(0))
            } else if isAWS, part == "LW" {
                days.append(.weekday(nil))
            } else if isAWS, part.hasPrefix("L-"), let back = number(part.dropFirst(2), [], 0),
                (1...30) ~= back
            {
                days.append(.last(back))
            } else if isAWS, part.hasSuffix("W"), let day = number(part.dropLast(), [], 0),
                (1...31) ~= day
            {
                days.append(.weekday(day))
            } else {
                days += try numbers(String(part), "day of month", 1...31).sorted().map { .on($0) }
            }
        }
        return days
    }

    private static func weekdays(_ text: String, isAWS: Bool) throws(GeneralFault) -> [Day] {
        let first = isAWS ? 1 : 0
        func index(_ part: Substring) -> Int? {
            guard let number = number(part, weekdayNames, first) else { return nil }
            guard (isAWS ? 1...7 : 0...7) ~= number else { return nil }
            return (number - first) % 7
        }
        var days: [Day] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "#", omittingEmptySubsequences: false)
            if isAWS, pieces.count == 2, let day = index(pieces[0]),
                let which = number(pieces[1], [], 0), (1...5) ~= which
            {
                days.append(.nth(day, which))
            } else if isAWS, part == "L" {
                days.append(.each(6))
            } else if isAWS, part.hasSuffix("L"), let day = index(part.dropLast()) {
                days.append(.lastOf(day))
            } else {
                let found = try numbers(
                    String(part),
                    "day of week",
                    isAWS ? 1...7 : 0...7,
                    names: weekdayNames
                )
                days += Set(found.map { ($0 - first) % 7 }).sorted().map { .each($0) }
            }
        }
        return days
    }

    /// Whether the calendar's fields match a day.
    func matches(_ date: CalendarDate) -> Bool {
        let (year, month, day) = date.parts
        guard months.contains(month), years?.contains(year) ?? true else { return false }
        let isDay = days.map { $0.contains { Self.is($0, date, day) } }
        let isWeekday = weekdays.map { $0.contains { Self.is($0, date, day) } }
        if isEither { return (isDay ?? true) || (isWeekday ?? true) }
        return (isDay ?? true) && (isWeekday ?? true)
    }

    /// 0 is Sunday; 1970-01-01 was a Thursday.
    private static func weekday(_ date: CalendarDate) -> Int {
        ((date.daysSinceEpoch + 4) % 7 + 7) % 7
    }

    private static func lastDay(of date: CalendarDate) -> CalendarDate {
        let (year, month, _) = date.parts
        let next = CalendarDate(
            year: month == 12 ? year + 1 : year,
            month: month == 12 ? 1 : month + 1,
            day: 1
        )
        return next?.advanced(by: -1) ?? date
    }

    private static func `is`(_ rule: Day, _ date: CalendarDate, _ day: Int) -> Bool {
        switch rule {
        case .on(let number): return number == day
        case .each(let index): return weekday(date) == index
        case .nth(let index, let which):
            return weekday(date) == index && (day - 1) / 7 + 1 == which
        case .lastOf(let index):
            return weekday(date) == index && day + 7 > lastDay(of: date).parts.day
        case .last(let back): return lastDay(of: date).advanced(by: -back) == date
        case .weekday(let number):
            let last = lastDay(of: date)
            guard number ?? 31 <= last.parts.day || number == nil else { return false }
            let wanted = number.map { date.advanced(by: $0 - day) } ?? last
            return nearestWeekday(to: wanted, last) == date
        }
    }

    /// The nearest day from Monday to Friday in the same month.
    private static func nearestWeekday(to date: CalendarDate, _ last: CalendarDate) -> CalendarDate
    {
        switch weekday(date) {
        case 6: date.parts.day == 1 ? date.advanced(by: 2) : date.advanced(by: -1)
        case 0: date == last ? date.advanced(by: -2) : date.advanced(by: 1)
        default: date
        }
    }

    /// The first moment after another; nil when there is none before the year 2200.
    ///
    /// As with EventBridge Scheduler, a time of day that the clocks skip in spring is skipped, and one
    /// that comes twice in autumn counts once, the first time. What goes on by the hour (`*` or `*/n` as
    /// hours) goes on through both.
    public func next(after moment: Timestamp, in zone: TimeZoneRules) -> Timestamp? {
        var date = zone.local(moment).date
        let end = 2_200
        while date.parts.year < end {
            guard matches(date) else {
                date = following(date)
                continue
            }
            var best: Timestamp?
            for hour in hours {
                for minute in minutes {
                    let found = zone.moments(date: date, secondOfDay: hour * 3_600 + minute * 60)
                    for candidate in isContinuous ? found[...] : found.prefix(1)
                    where candidate > moment && best.map({ candidate < $0 }) ?? true {
                        best = candidate
                    }
                    // The rest of a day is later, unless clocks are turned back in it.
                    if let best, !isContinuous, found.first.map({ $0 > best }) ?? false { break }
                }
            }
            if let best { return best }
            date = date.advanced(by: 1)
        }
        return nil
    }

    /// The next day that may match: months and years without any are skipped whole.
    private func following(_ date: CalendarDate) -> CalendarDate {
        let (year, month, _) = date.parts
        if let years, !years.contains(year) {
            let next = years.filter { $0 > year }.min() ?? 2_200
            return CalendarDate(year: next, month: 1, day: 1) ?? date.advanced(by: 1)
        }
        if !months.contains(month) { return Self.lastDay(of: date).advanced(by: 1) }
        return date.advanced(by: 1)
    }
}
