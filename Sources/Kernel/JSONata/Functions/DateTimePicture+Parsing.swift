import Core

extension DateTimePicture {
    /// What a text says of each component, NaN for what is no number.
    private typealias Components = [Character: Double]

    /// The milliseconds of a text in this picture; nil when it is not in it.
    ///
    /// What is greater than anything given is taken from `now`, what is smaller is zero.
    func milliseconds(_ text: String, now: UTCDate) throws(Failure) -> Double? {
        guard let found = try components(text), !found.isEmpty else { return nil }
        let components = found.compactMapValues { $0 }
        func mask(_ order: String) -> Int {
            order.reduce(0) { mask, component in
                let value = components[component] ?? 0
                return mask << 1 | (value != 0 && !value.isNaN ? 1 : 0)
            }
        }
        func fits(_ mask: Int, _ allowed: Int) -> Bool {
            mask & ~allowed == 0 && mask & allowed != 0
        }
        let dates = mask("YXMxWwdD")
        let times = mask("PHhmsf")
        let isCalendar = fits(dates, 0b1010_0001)
        let isDayOfYear = !isCalendar && fits(dates, 0b1000_0010)
        let isWeekOfMonth = fits(dates, 0b0101_0100)
        let isWeekOfYear = !isWeekOfMonth && fits(dates, 0b0100_1000)
        let isHalfDay = !fits(times, 0b01_0111) && fits(times, 0b10_1111)

        let order =
            (isDayOfYear ? "YD" : isWeekOfMonth ? "XxwF" : isWeekOfYear ? "XWF" : "YMD")
            + (isHalfDay ? "Phmsf" : "Hmsf")
        var all = try completed(components, order, now)

        // Dates of weeks are not read, as in the reference.
        if isWeekOfMonth || isWeekOfYear { throw Failure("D3136") }
        all["M"] = max((all["M"] ?? 0) - 1, 0)
        if isDayOfYear {
            guard let start = UTCDate.milliseconds(all["Y"] ?? .nan, 0) else { return nil }
            let moment = start + ((all["d"] ?? 1) - 1) * UTCDate.millisecondsOfDay
            guard UTCDate.range.contains(moment) else { return nil }
            let date = UTCDate(moment)
            all["M"] = Double(date.month)
            all["D"] = Double(date.day)
        }
        if isHalfDay {
            all["H"] = (all["h"] == 12 ? 0 : all["h"] ?? 0) + (all["P"] == 1 ? 12 : 0)
        }
        let moment = UTCDate.milliseconds(
            all["Y"] ?? .nan,
            all["M"] ?? 0,
            all["D"] ?? 1,
            hour: all["H"] ?? 0,
            minute: all["m"] ?? 0,
            second: all["s"] ?? 0,
            millisecond: all["f"] ?? 0
        )
        let zone = all["Z"].flatMap { $0 == 0 ? nil : $0 } ?? all["z"] ?? 0
        return moment.map { $0 - zone * 60_000 }
    }

    private func completed(_ components: Components, _ order: String, _ now: UTCDate)
        throws(Failure) -> Components
    {
        var all = components
        var hasStarted = false
        var hasEnded = false
        for component in order {
            if all[component] != nil {
                hasStarted = true
                guard !hasEnded else { throw Failure("D3136") }
            } else if hasStarted {
                all[component] = "MDd".contains(component) ? 1 : 0
                hasEnded = true
            } else {
                all[component] = Self.value(of: component, now).map { Double($0) } ?? 0
            }
        }
        return all
    }

    /// The components of a text, nil for a name that is none; nil when the text does not fit.
    private func components(_ text: String) throws(Failure) -> [Character: Double?]? {
        var source = "^"
        for part in parts { source += "(" + (try regex(of: part)) + ")" }
        let found: MatchRun.Found?
        let run: MatchRun
        do throws(Pattern.Problem) {
            let pattern = try Pattern(source + "$", ignoresCase: true, isMultiline: false)
            guard let made = MatchRun(pattern, text) else { throw Pattern.Problem("no memory") }
            run = made
            found = try run.match(from: 0)
        } catch {
            throw Failure("U1001", inserts: ["reason": "A picture string takes too long"])
        }
        guard let found else { return nil }
        var components: [Character: Double?] = [:]
        for (at, part) in parts.enumerated() {
            guard case .marker(let marker) = part, let range = found.groups[at] else { continue }
            components[marker.component] = .some(try value(of: run.text(range), marker))
        }
        return components
    }

    private func regex(of part: Part) throws(Failure) -> String {
        switch part {
        case .literal(let text): return Self.escaped(text)
        case .marker(let marker):
            switch marker.component {
            case "Z", "z":
                let mark = marker.integer.flatMap { Self.separator(of: $0) }
                return (marker.component == "z" ? "GMT" : "") + "[-+][0-9]+"
                    + (mark.map { Self.escaped($0) + "[0-9]+" } ?? "")
            case "f": return "[0-9]+"
            default:
                if let integer = marker.integer { return try integer.regex }
                guard "MxFP".contains(marker.component) else {
                    throw Failure("D3133", value: .string(String(marker.component)))
                }
                return "[a-zA-Z]+"
            }
        }
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if ".*+?^${}()|[]\\".contains(character) { result.append("\\") }
            result.append(character)
        }
    }

    private static func separator(of integer: IntegerPicture) -> String? {
        integer.regularGrouping > 0 ? integer.separators.first?.character : nil
    }

    private func value(of text: String, _ marker: Marker) throws(Failure) -> Double? {
        switch marker.component {
        case "Z", "z": return zone(text, marker)
        case "f": return (Double("0." + text.prefix(3)) ?? .nan) * 1_000
        default: break
        }
        if let integer = marker.integer { return try integer.number(text) }
        func cut(_ name: String) -> String {
            marker.most.flatMap { $0 > 0 ? String(name.prefix($0)) : nil } ?? name
        }
        switch marker.component {
        case "M", "x": return Self.months.firstIndex { cut($0) == text }.map { Double($0 + 1) }
        case "F": return Self.days.dropFirst().firstIndex { cut($0) == text }.map { Double($0) }
        default: return ["am": 0, "AM": 0, "pm": 1, "PM": 1][text]
        }
    }

    /// The minutes of a zone; the reference adds the minutes to hours of either sign.
    private func zone(_ text: String, _ marker: Marker) -> Double {
        let digits = marker.component == "z" ? text.dropFirst(3) : text[...]
        func number(_ part: some StringProtocol) -> Double { Double(String(part)) ?? .nan }
        if let mark = marker.integer.flatMap({ Self.separator(of: $0) }),
            let at = digits.firstRange(of: mark)
        {
            return number(digits[..<at.lowerBound]) * 60 + number(digits[at.upperBound...])
        }
        if digits.count <= 3 { return number(digits) * 60 }
        return number(digits.prefix(3)) * 60 + number(digits.dropFirst(3))
    }
}
