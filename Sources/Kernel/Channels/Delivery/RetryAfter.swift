import Core

/// The header field `Retry-After` (RFC 9110 section 10.2.3).
enum RetryAfter {
    /// The longest pause that another server may ask of us.
    static let longest: Duration = .seconds(86_400)

    /// How long to wait: seconds, or until a date; nil when the text is neither.
    static func pause(_ text: String?, now: Timestamp) -> Duration? {
        guard let text else { return nil }
        if let seconds = Int64(text), seconds >= 0 {
            return .seconds(min(seconds, 86_400))
        }
        guard let moment = date(text) else { return nil }
        return min(max(.zero, moment - now), longest)
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that is still made.
    private static func date(_ text: String) -> Timestamp? {
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = Int(words[1]),
            let month = months.firstIndex(of: String(words[2])), let year = Int(words[3]),
            let date = CalendarDate(year: year, month: month + 1, day: day)
        else { return nil }
        let parts = words[4].split(separator: ":").compactMap { Int($0) }
        guard parts.count == 3, (0..<24) ~= parts[0], (0..<60) ~= parts[1], (0...60) ~= parts[2]
        else { return nil }
        return date.start + .seconds(parts[0] * 3_600 + parts[1] * 60 + parts[2])
    }
}
