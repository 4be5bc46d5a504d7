public import Core

/// The hours in which somebody does not want to be disturbed, by the clock on their wall.
///
/// What comes within them waits until they end. When clocks are changed, the wall's clock decides: quiet
/// hours that end at 02:30 in the night that has no 02:30 end when the clock jumps past it, and in the
/// night that has it twice they end at the first.
public struct QuietHours: Sendable, Hashable {
    /// When they begin, in minutes after midnight.
    public let from: Int
    /// When they end; before `from` when they last over midnight.
    public let to: Int
    /// The time zone's name, for instance `Europe/Vienna`.
    public let zone: String
    /// Whether alarms disturb all the same.
    public let exceptAlarm: Bool

    /// Quiet hours.
    public init(from: Int, to: Int, zone: String, exceptAlarm: Bool = true) {
        precondition((0..<1_440) ~= from && (0..<1_440) ~= to && from != to, "times of a day")
        self.from = from
        self.to = to
        self.zone = zone
        self.exceptAlarm = exceptAlarm
    }

    /// `{"from":"22:00","to":"06:00","timeZone","exceptAlarm"}`.
    ///
    /// - Throws: a fault with the pointer to what is wrong.
    public init(_ reader: JSONReader) throws(GeneralFault) {
        try reader.onlyKeys(["from", "to", "timeZone", "exceptAlarm"])
        let to = try reader.member("to")
        let from = try Self.minutes(reader.member("from"))
        let end = try Self.minutes(to)
        guard from != end else { throw to.fault("quiet hours must not end when they begin") }
        self.init(
            from: from,
            to: end,
            zone: try reader.member("timeZone").string(length: 1...64),
            exceptAlarm: try reader.optional("exceptAlarm")?.bool() ?? true
        )
    }

    private static func minutes(_ reader: JSONReader) throws(GeneralFault) -> Int {
        let bytes = Array(try reader.string(length: 1...5).utf8)
        let digits = bytes.enumerated().filter { $0.offset != 2 }.map { Int($0.element) - 0x30 }
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"),
            digits.allSatisfy({ (0...9).contains($0) }),
            case let (hour, minute) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3]),
            hour < 24, minute < 60
        else { throw reader.fault("expected a time such as 22:00") }
        return hour * 60 + minute
    }

    /// `{"from","to","timeZone","exceptAlarm"}`.
    public var json: JSON {
        [
            "from": .string(Self.text(from)), "to": .string(Self.text(to)),
            "timeZone": .string(zone), "exceptAlarm": .bool(exceptAlarm),
        ]
    }

    private static func text(_ minutes: Int) -> String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return two(minutes / 60) + ":" + two(minutes % 60)
    }

    /// When the quiet hours end that `moment` falls into; nil when it falls into none.
    func end(after moment: Timestamp, in zone: TimeZoneRules) -> Timestamp? {
        let local = zone.local(moment)
        let minute = local.secondOfDay / 60
        let isQuiet = from < to ? (from..<to) ~= minute : minute >= from || minute < to
        guard isQuiet else { return nil }
        let day = minute < to ? local.date : local.date.advanced(by: 1)
        return zone.first(after: moment, date: day, secondOfDay: to * 60)
    }
}
