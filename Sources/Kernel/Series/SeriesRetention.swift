public import Core

/// How long points and roll-ups are kept.
public struct SeriesRetention: Sendable, Hashable {
    /// Days that points are kept.
    public var raw: Int
    /// Days that a roll-up for each minute is kept.
    public var minute: Int
    /// Days that one for each hour is kept.
    public var hour: Int
    /// Days that one for each day is kept.
    public var day: Int

    /// 14 days, 90 days, 2 years, 10 years.
    public static let standard = SeriesRetention(trusted: 14, 90, 730, 3_650)

    private init(trusted raw: Int, _ minute: Int, _ hour: Int, _ day: Int) {
        self.raw = raw
        self.minute = minute
        self.hour = hour
        self.day = day
    }

    /// So many days each.
    ///
    /// - Throws: `SeriesError` of code `invalidSetting` unless 1 ≤ raw ≤ minute ≤ hour ≤ day ≤ 36,500:
    ///   a coarser roll-up stands for what is finer and gone.
    public init(raw: Int, minute: Int, hour: Int, day: Int) throws(SeriesError) {
        guard 1 <= raw, raw <= minute, minute <= hour, hour <= day, day <= 36_500 else {
            throw SeriesError(
                .invalidSetting,
                "days of retention must be 1 ≤ raw ≤ minute ≤ hour ≤ day ≤ 36500, found "
                    + "\(raw)/\(minute)/\(hour)/\(day)"
            )
        }
        self.init(trusted: raw, minute, hour, day)
    }

    /// Days for a resolution.
    public func days(_ resolution: Resolution) -> Int {
        switch resolution {
        case .raw: raw
        case .minute: minute
        case .hour: hour
        case .day: day
        }
    }

    /// The first moment that is kept: what ended before is forgotten.
    func limit(_ resolution: Resolution, now: Timestamp) -> Timestamp {
        now + .seconds(-Int64(days(resolution)) * 86_400)
    }
}

/// Which series are kept how long: the first rule that fits, else the standard.
public struct SeriesRetentionRules: Sendable {
    private struct Rule: Sendable {
        var organisation: ID<Organisation>?
        var prefix: String
        var isExact: Bool
        var retention: SeriesRetention
    }

    private let standard: SeriesRetention
    private var rules: [Rule] = []

    /// Reads rules.
    ///
    /// - Parameters:
    ///   - text: `[organisation's id|]pattern=raw/minute/hour/day`, separated by commas; a pattern is a
    ///     name, or its beginning and `*`. For instance `sensor.*=30/180/730/3650,debug.*=1/7/30/30`.
    ///   - standard: for all others.
    /// - Throws: `SeriesError` of code `invalidSetting` that names the rule.
    public init(_ text: String = "", standard: SeriesRetention = .standard) throws(SeriesError) {
        self.standard = standard
        for part in text.split(separator: ",") {
            rules.append(try Self.rule(String(part)))
        }
    }

    private static func rule(_ text: String) throws(SeriesError) -> Rule {
        let wrong = SeriesError(
            .invalidSetting,
            "series.retention: expected [organisation|]pattern=raw/minute/hour/day in days, found "
                + "\"\(text.prefix(120))\""
        )
        let trimmed = text.drop { $0 == " " }
        let sides = trimmed.split(separator: "=", omittingEmptySubsequences: false)
        guard sides.count == 2 else { throw wrong }
        let days = sides[1].split(separator: "/", omittingEmptySubsequences: false).map {
            Int($0.filter { $0 != " " })
        }
        guard days.count == 4, let raw = days[0], let minute = days[1], let hour = days[2],
            let day = days[3]
        else { throw wrong }
        let names = sides[0].split(separator: "|", omittingEmptySubsequences: false)
        var organisation: ID<Organisation>?
        if names.count == 2 {
            guard let id = ID<Organisation>(String(names[0])) else { throw wrong }
            organisation = id
        }
        guard names.count <= 2, let pattern = names.last, !pattern.isEmpty,
            !pattern.dropLast().contains("*")
        else { throw wrong }
        return Rule(
            organisation: organisation,
            prefix: String(pattern.hasSuffix("*") ? pattern.dropLast() : pattern),
            isExact: !pattern.hasSuffix("*"),
            retention: try SeriesRetention(raw: raw, minute: minute, hour: hour, day: day)
        )
    }

    /// How long a series is kept.
    public func retention(of name: String, in organisation: ID<Organisation>) -> SeriesRetention {
        let rule = rules.first { rule in
            (rule.organisation == nil || rule.organisation == organisation)
                && (rule.isExact ? rule.prefix == name : name.hasPrefix(rule.prefix))
        }
        return rule?.retention ?? standard
    }
}
