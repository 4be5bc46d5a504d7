/// The rule in a TZif file's footer, for years beyond its table: `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// POSIX' form with months, weeks and weekdays; the forms with numbered days are in no zone of today.
struct TimeZoneRule: Sendable, Hashable {
    private struct Change: Sendable, Hashable {
        var month: Int
        /// 1 to 5; 5 is the last.
        var week: Int
        /// 0 is Sunday.
        var weekday: Int
        /// Seconds after midnight by the clocks before the change; may be negative or beyond a day.
        var second: Int

        /// The day in a year.
        func date(in year: Int) -> CalendarDate? {
            guard let first = CalendarDate(year: year, month: month, day: 1) else { return nil }
            // 1970-01-01 was a Thursday, which is 4.
            let weekdayOfFirst = ((first.daysSinceEpoch + 4) % 7 + 7) % 7
            var date = first.advanced(by: (weekday - weekdayOfFirst + 7) % 7 + (week - 1) * 7)
            if date.parts.month != month { date = date.advanced(by: -7) }
            return date
        }
    }

    private let standard: Int
    private let summer: Int
    private let begin: Change?
    private let end: Change?

    /// Reads a footer: line feed, rule, line feed; nil when it is empty or of another form.
    init?(_ footer: ArraySlice<UInt8>) {
        var text = Scanner(
            rest: footer.drop { $0 == 0x0A }.prefix { $0 != 0x0A }
        )
        guard text.name(), let west = text.time() else { return nil }
        standard = -west
        guard !text.rest.isEmpty else {
            summer = standard
            begin = nil
            end = nil
            return
        }
        guard text.name() else { return nil }
        var summer = standard + 3_600
        if text.rest.first != UInt8(ascii: ",") {
            guard let west = text.time() else { return nil }
            summer = -west
        }
        guard let begin = text.change(), let end = text.change(), text.rest.isEmpty else {
            return nil
        }
        self.summer = summer
        self.begin = begin
        self.end = end
    }

    /// Seconds east of Greenwich at a moment.
    func offset(at seconds: Int64) -> Int {
        guard let begin, let end else { return standard }
        let day = (seconds + Int64(standard)).quotient(86_400)
        let year = CalendarDate(daysSinceEpoch: Int(day)).parts.year
        guard let first = begin.date(in: year), let last = end.date(in: year) else {
            return standard
        }
        let from = Int64(first.daysSinceEpoch) * 86_400 + Int64(begin.second - standard)
        let to = Int64(last.daysSinceEpoch) * 86_400 + Int64(end.second - summer)
        // South of the equator summer lasts over the new year.
        let isSummer = from < to ? seconds >= from && seconds < to : seconds >= from || seconds < to
        return isSummer ? summer : standard
    }

    private struct Scanner {
        var rest: ArraySlice<UInt8>

        /// `CET` or `<+03>`.
        mutating func name() -> Bool {
            let before = rest.count
            if rest.first == UInt8(ascii: "<") {
                rest = rest.drop { $0 != UInt8(ascii: ">") }.dropFirst()
            } else {
                rest = rest.drop { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
            }
            return rest.count < before
        }

        mutating func number() -> Int? {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            guard (1...3).contains(digits.count) else { return nil }
            rest = rest.dropFirst(digits.count)
            return digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
        }

        mutating func take(_ character: Character) -> Bool {
            guard rest.first == character.asciiValue else { return false }
            rest = rest.dropFirst()
            return true
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        mutating func time() -> Int? {
            let sign = take("-") ? -1 : 1
            if sign == 1 { _ = take("+") }
            guard let hours = number() else { return nil }
            var seconds = hours * 3_600
            for unit in [60, 1] where take(":") {
                guard let value = number() else { return nil }
                seconds += value * unit
            }
            return sign * seconds
        }

        /// `,Mm.w.d[/time]`.
        mutating func change() -> Change? {
            guard take(","), take("M"), let month = number(), take("."), let week = number(),
                take("."), let weekday = number(), (1...12) ~= month, (1...5) ~= week,
                (0...6) ~= weekday
            else { return nil }
            var second = 7_200
            if take("/") {
                guard let time = time() else { return nil }
                second = time
            }
            return Change(month: month, week: week, weekday: weekday, second: second)
        }
    }
}

extension Int64 {
    fileprivate func quotient(_ divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
