/// Dates and times of ISO 8601, as far as JavaScript's Date.parse takes them; without a zone they are in UTC.
struct ISODate {
    private var rest: Substring.UTF8View

    /// The milliseconds of a text; nil when it is not one.
    static func milliseconds(_ text: String) -> Double? {
        var reader = ISODate(rest: text[...].utf8)
        return reader.read()
    }

    private mutating func take(_ byte: Character) -> Bool {
        guard rest.first == byte.asciiValue else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func digits(_ count: Int) -> Int? {
        let part = rest.prefix(count)
        guard part.count == count, part.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        rest = rest.dropFirst(count)
        return Int(String(decoding: part, as: UTF8.self))
    }

    private mutating func read() -> Double? {
        guard let year = digits(4) else { return nil }
        var (month, day) = (1, 1)
        if take("-") {
            guard let number = digits(2), (1...12).contains(number) else { return nil }
            month = number
            if take("-") {
                guard let number = digits(2), (1...31).contains(number) else { return nil }
                day = number
            }
        }
        var (hour, minute, second, millisecond) = (0, 0, 0, 0)
        let hasTime = take("T")
        if hasTime {
            guard let hours = digits(2), take(":"), let minutes = digits(2), take(":"),
                let seconds = digits(2), minutes < 60, seconds < 60,
                hours < 24 || hours == 24 && minutes + seconds == 0
            else { return nil }
            (hour, minute, second) = (hours, minutes, seconds)
            if take(".") {
                guard let fraction = fraction() else { return nil }
                millisecond = fraction
                if hour == 24, millisecond > 0 { return nil }
            }
        }
        var zone = 0
        if !take("Z"), !rest.isEmpty {
            let sign = take("-") ? -1 : 1
            guard hasTime, sign < 0 || take("+"), let hours = digits(2), hours < 24 else {
                return nil
            }
            _ = take(":")
            guard let minutes = digits(2), minutes < 60 else { return nil }
            zone = sign * (hours * 60 + minutes)
        }
        guard rest.isEmpty else { return nil }
        // Date.UTC takes years up to 99 for those of the twentieth century; here they are what they are.
        let shifted = year < 100 ? year + 400 : year
        let moment = UTCDate.milliseconds(
            Double(shifted),
            Double(month - 1),
            Double(day),
            hour: Double(hour),
            minute: Double(minute),
            second: Double(second),
            millisecond: Double(millisecond)
        )
        let back = year < 100 ? 146_097 * UTCDate.millisecondsOfDay : 0
        return moment.map { $0 - back - Double(zone) * 60_000 }
    }

    /// The first three digits of a fraction as milliseconds.
    private mutating func fraction() -> Int? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        let three = (Array(digits) + [0x30, 0x30]).prefix(3)
        return Int(String(decoding: three, as: UTF8.self))
    }
}
