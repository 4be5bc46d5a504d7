import Core

extension JSONReader {
    /// Text that a person wrote: not blank, within the length, and free of control characters.
    func text(_ length: ClosedRange<Int>, lines: Bool = false) throws(GeneralFault) -> String {
        let text = try string(length: length)
        // One character may be hundreds of combining marks, so bytes are bounded too.
        guard text.utf8.count <= length.upperBound * 4 else {
            throw fault("must have at most \(length.upperBound * 4) bytes in UTF-8")
        }
        if length.lowerBound > 0, text.allSatisfy(\.isWhitespace) {
            throw fault("must not be blank")
        }
        let control = text.unicodeScalars.contains { scalar in
            scalar.value < 0x20 && !(lines && (scalar == "\n" || scalar == "\t" || scalar == "\r"))
                || (0x7F...0x9F).contains(scalar.value)
        }
        if control { throw fault("must not contain control characters") }
        return text
    }

    /// A date from `today` to two years later.
    func date(onOrAfter today: CalendarDate) throws(GeneralFault) -> CalendarDate {
        let date = try self.date()
        guard date >= today else {
            throw fault("\(date) is in the past; today is \(today)", code: "date-in-past")
        }
        let (year, month, day) = today.parts
        let last =
            CalendarDate(year: year + 2, month: month, day: day)
            ?? today.advanced(by: 730)
        guard date <= last else {
            throw fault("\(date) is more than two years ahead; the last day is \(last)")
        }
        return date
    }
}
