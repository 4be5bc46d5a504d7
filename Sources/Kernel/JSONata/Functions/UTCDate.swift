/// A moment in the proleptic Gregorian calendar, in milliseconds, as JavaScript's Date counts it.
struct UTCDate {
    /// What JavaScript's Date can hold.
    static let range = -8.64e15...8.64e15
    static let millisecondsOfDay = 86_400_000.0

    let milliseconds: Double
    let year: Int
    /// From 0.
    let month: Int
    let day: Int

    init(_ milliseconds: Double) {
        self.milliseconds = milliseconds
        // Days to a date: Howard Hinnant, chrono-Compatible Low-Level Date Algorithms.
        let days = Int((milliseconds / Self.millisecondsOfDay).rounded(.down)) + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let ofEra = days - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * ofYear + 2) / 153
        day = ofYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 2 : shifted - 10
        year = yearOfEra + era * 400 + (month <= 1 ? 1 : 0)
    }

    private var ofDay: Int {
        let start = (milliseconds / Self.millisecondsOfDay).rounded(.down) * Self.millisecondsOfDay
        return Int(milliseconds - start)
    }

    var hour: Int { ofDay / 3_600_000 }
    var minute: Int { ofDay / 60_000 % 60 }
    var second: Int { ofDay / 1_000 % 60 }
    var millisecond: Int { ofDay % 1_000 }

    /// Monday is 1, Sunday 7.
    var dayOfWeek: Int {
        let days = Int((milliseconds / Self.millisecondsOfDay).rounded(.down))
        return ((days + 3) % 7 + 7) % 7 + 1
    }

    /// The milliseconds of a date; nil when JavaScript's Date cannot hold it.
    ///
    /// Months and days beyond their ends lead on, and years up to 99 are of the twentieth century, as Date.UTC
    /// has it.
    static func milliseconds(
        _ year: Double,
        _ month: Double,
        _ day: Double = 1,
        hour: Double = 0,
        minute: Double = 0,
        second: Double = 0,
        millisecond: Double = 0
    ) -> Double? {
        let parts = [year, month, day, hour, minute, second, millisecond]
            .map { $0.rounded(.towardZero) }
        guard parts.allSatisfy({ $0.isFinite && abs($0) < 1e9 }) else { return nil }
        let full = parts[0] >= 0 && parts[0] <= 99 ? 1_900 + parts[0] : parts[0]
        let months = Int(full) * 12 + Int(parts[1])
        let whole = months >= 0 ? months / 12 : (months - 11) / 12
        let days = Double(daysToMonth(whole, months - whole * 12)) + parts[2] - 1
        let time = parts[3] * 3_600_000 + parts[4] * 60_000 + parts[5] * 1_000 + parts[6]
        let result = days * millisecondsOfDay + time
        return range.contains(result) ? result : nil
    }

    /// The days from 1970 to the first of a month.
    private static func daysToMonth(_ year: Int, _ month: Int) -> Int {
        let shifted = month < 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let ofYear = (153 * (month < 2 ? month + 10 : month - 2) + 2) / 5
        let ofEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear
        return era * 146_097 + ofEra - 719_468
    }

    // MARK: weeks

    /// A month, or a year by its January.
    private struct Month {
        let year: Int
        let month: Int

        var next: Month {
            month == 11 ? Month(year: year + 1, month: 0) : Month(year: year, month: month + 1)
        }
        var previous: Month {
            month == 0 ? Month(year: year - 1, month: 11) : Month(year: year, month: month - 1)
        }
        var nextYear: Month { Month(year: year + 1, month: month) }
        var previousYear: Month { Month(year: year - 1, month: month) }

        /// When its first week begins: the one with the first Thursday (ISO 8601).
        var firstWeek: Double {
            let start = UTCDate.milliseconds(Double(year), Double(month)) ?? 0
            let weekday = UTCDate(start).dayOfWeek
            let days = weekday > 4 ? 8 - weekday : 1 - weekday
            return start + Double(days) * UTCDate.millisecondsOfDay
        }
    }

    private var thisMonth: Month { Month(year: year, month: month) }
    private var thisYear: Month { Month(year: year, month: 0) }
    private var today: Double {
        Self.milliseconds(Double(year), Double(month), Double(day)) ?? milliseconds
    }

    private func weeks(from start: Double) -> Double {
        (today - start) / (Self.millisecondsOfDay * 7) + 1
    }

    var dayOfYear: Int {
        let start = Self.milliseconds(Double(year), 0) ?? 0
        return Int((today - start) / Self.millisecondsOfDay) + 1
    }

    var weekOfYear: Int {
        var week = weeks(from: thisYear.firstWeek)
        if week > 52 {
            if today >= thisYear.nextYear.firstWeek { week = 1 }
        } else if week < 1 {
            week = weeks(from: thisYear.previousYear.firstWeek)
        }
        return Int(week.rounded(.down))
    }

    var weekOfMonth: Int {
        var week = weeks(from: thisMonth.firstWeek)
        if week > 4 {
            if today >= thisMonth.next.firstWeek { week = 1 }
        } else if week < 1 {
            week = weeks(from: thisMonth.previous.firstWeek)
        }
        return Int(week.rounded(.down))
    }

    /// The year that the week belongs to.
    var yearOfWeek: Int {
        if milliseconds < thisYear.firstWeek { return year - 1 }
        return milliseconds >= thisYear.nextYear.firstWeek ? year + 1 : year
    }

    /// The month that the week belongs to, from 1.
    var monthOfWeek: Int {
        if milliseconds < thisMonth.firstWeek { return thisMonth.previous.month + 1 }
        return milliseconds >= thisMonth.next.firstWeek ? thisMonth.next.month + 1 : month + 1
    }
}
