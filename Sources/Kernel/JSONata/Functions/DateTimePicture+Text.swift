import Core

extension DateTimePicture {
    /// ISO 8601, which is written where no picture is given.
    static let standard = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]"

    /// A zone's distance from UTC, as the reference takes it from a text such as `+0530`.
    struct Offset {
        var hours = 0
        var minutes = 0

        init(_ text: String?) {
            guard let text else { return }
            var rest = text.drop { $0.isWhitespace }
            let sign = rest.first == "-" ? -1 : 1
            if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
            let digits = rest.prefix { $0.isASCII && $0.isNumber }.prefix(9)
            let offset = sign * (Int(digits) ?? 0)
            hours = Int((Double(offset) / 100).rounded(.down))
            minutes = offset % 100
        }

        var milliseconds: Double { Double(60 * hours + minutes) * 60_000 }
        var number: Int { hours * 100 + minutes }
    }

    /// The moment as the picture shows it.
    func text(of milliseconds: Double, zone: String?) throws(Failure) -> String {
        let offset = Offset(zone)
        let moment = milliseconds.rounded(.towardZero) + offset.milliseconds
        guard UTCDate.range.contains(moment) else {
            throw Failure("D1001", of: .number(milliseconds))
        }
        let date = UTCDate(moment)
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .marker(let marker): text += try self.text(of: marker, date, offset)
            }
        }
        return text
    }

    /// The value of a numeric component; nil for others.
    static func value(of component: Character, _ date: UTCDate) -> Int? {
        switch component {
        case "Y": date.year
        case "M": date.month + 1
        case "D": date.day
        case "d": date.dayOfYear
        case "F": date.dayOfWeek
        case "W": date.weekOfYear
        case "w": date.weekOfMonth
        case "X": date.yearOfWeek
        case "x": date.monthOfWeek
        case "H": date.hour
        case "h": date.hour % 12 == 0 ? 12 : date.hour % 12
        case "m": date.minute
        case "s": date.second
        case "f": date.millisecond
        default: nil
        }
    }

    private func text(of marker: Marker, _ date: UTCDate, _ offset: Offset) throws(Failure)
        -> String
    {
        switch marker.component {
        case "Z", "z": return try zone(marker, offset)
        case "P":
            let text = date.hour >= 12 ? "pm" : "am"
            return marker.names == .upper ? text.uppercased() : text
        case "C", "E": return "ISO"
        default: break
        }
        guard var value = Self.value(of: marker.component, date) else {
            throw Failure("D3132", value: .string(String(marker.component)))
        }
        if let names = marker.names { return try name(value, marker, names) }
        if let digits = marker.yearDigits, digits < 18 {
            value %= Int(NumberText.powerOfTen(digits))
        }
        return try marker.integer?.text(of: Double(value)) ?? ""
    }

    private func name(_ value: Int, _ marker: Marker, _ names: IntegerPicture.Case)
        throws(Failure) -> String
    {
        var text: String
        switch marker.component {
        case "M", "x": text = Self.months[value - 1]
        case "F": text = Self.days[value]
        default: throw Failure("D3133", value: .string(String(marker.component)))
        }
        switch names {
        case .upper: text = text.uppercased()
        case .lower: text = text.lowercased()
        case .title: break
        }
        return marker.most.map { String(text.prefix($0)) } ?? text
    }

    private func zone(_ marker: Marker, _ offset: Offset) throws(Failure) -> String {
        guard let integer = marker.integer else { return "" }
        if offset.number == 0, marker.second == "t" { return "Z" }
        var text: String
        if integer.regularGrouping > 0 {
            text = try integer.text(of: Double(offset.number))
        } else {
            switch integer.mandatoryDigits {
            case 1, 2:
                text = try integer.text(of: Double(offset.hours))
                if offset.minutes != 0 {
                    text += ":" + (try IntegerPicture("00").text(of: Double(offset.minutes)))
                }
            case 3, 4: text = try integer.text(of: Double(offset.number))
            default: throw Failure("D3134", value: .int(integer.mandatoryDigits))
            }
        }
        if offset.number >= 0 { text = "+" + text }
        return marker.component == "z" ? "GMT" + text : text
    }
}
