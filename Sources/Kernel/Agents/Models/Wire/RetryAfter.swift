import Core

/// How long a provider asks to wait, as its header fields say it.
enum RetryAfter {
    /// The wait, never negative; nil when nothing is asked.
    ///
    /// `retry-after-ms` is OpenAI's; `retry-after` has seconds, or a date, which counts from the answer's
    /// own `date` (RFC 9110, section 10.2.3).
    static func duration(_ headers: [(name: String, value: String)]) -> Duration? {
        func value(_ name: String) -> String? { headers.first { $0.name == name }?.value }
        if let text = value("retry-after-ms"), let wait = Double(text), wait >= 0, wait < 1e9 {
            return .milliseconds(Int64(wait))
        }
        guard let text = value("retry-after") else { return nil }
        if let seconds = Double(text) {
            return seconds >= 0 && seconds < 1e6 ? .milliseconds(Int64(seconds * 1_000)) : nil
        }
        guard let until = date(text), let now = value("date").flatMap(date) else { return nil }
        return max(.zero, until - now)
    }

    /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func date(_ text: String) -> Timestamp? {
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", words[1].utf8.count == 2,
            let month = months.firstIndex(of: String(words[2]))
        else { return nil }
        let digits = month + 1 < 10 ? "0\(month + 1)" : "\(month + 1)"
        return Timestamp("\(words[3])-\(digits)-\(words[1])T\(words[4])Z")
    }
}
