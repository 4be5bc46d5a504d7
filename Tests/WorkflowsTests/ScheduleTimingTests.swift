import Core
import Testing

@testable import Workflows

@Suite struct ScheduleTimingTests {
    private static let zones = TimeZones()

    private static func timing(
        _ expression: String,
        _ zone: String = "UTC",
        start: String? = nil,
        end: String? = nil,
        origin: String = "2026-01-01T00:00:00Z"
    ) throws -> ScheduleTiming {
        try ScheduleTiming(
            expression,
            zone: zone,
            start: start.flatMap { Timestamp($0) },
            end: end.flatMap { Timestamp($0) },
            origin: try #require(Timestamp(origin)),
            zones: zones
        )
    }

    /// Examples of the EventBridge Scheduler user guide ("Schedule types"), of crontab(5), and calendar
    /// arithmetic: 2026-01-01 is a Thursday.
    @Test(
        "Expressions give the times that their documentation says",
        arguments: [
            // "Run at 10:00 am (UTC) every day"
            ("cron(0 10 * * ? *)", "2026-01-01T12:00:00Z", ["2026-01-02T10:00:00Z"]),
            // "Run at 12:15 pm every day"
            ("cron(15 12 * * ? *)", "2026-01-01T12:00:00Z", ["2026-01-01T12:15:00Z"]),
            // "Run at 6:00 pm every Monday through Friday"
            (
                "cron(0 18 ? * MON-FRI *)", "2026-01-01T20:00:00Z",
                ["2026-01-02T18:00:00Z", "2026-01-05T18:00:00Z"]
            ),
            // "Run at 8:00 am every 1st day of the month"
            (
                "cron(0 8 1 * ? *)", "2026-01-01T08:00:00Z",
                ["2026-02-01T08:00:00Z", "2026-03-01T08:00:00Z"]
            ),
            // "Run every 15 minutes"
            (
                "cron(0/15 * * * ? *)", "2026-01-01T23:31:00Z",
                ["2026-01-01T23:45:00Z", "2026-01-02T00:00:00Z"]
            ),
            // "Run every 10 minutes Monday through Friday"
            (
                "cron(0/10 * ? * MON-FRI *)", "2026-01-02T23:45:00Z",
                ["2026-01-02T23:50:00Z", "2026-01-05T00:00:00Z"]
            ),
            // "Run every 5 minutes Monday through Friday between 8:00 am and 5:55 pm"
            (
                "cron(0/5 8-17 ? * MON-FRI *)", "2026-01-02T17:50:00Z",
                ["2026-01-02T17:55:00Z", "2026-01-05T08:00:00Z"]
            ),
            // "10:15am on the last Friday of each month during the years 2022 to 2023", moved to ours
            (
                "cron(15 10 ? * 6L 2026-2027)", "2026-01-01T00:00:00Z",
                ["2026-01-30T10:15:00Z", "2026-02-27T10:15:00Z"]
            ),
            // The third Wednesday; 4 is Wednesday.
            (
                "cron(0 9 ? * 4#3 *)", "2026-01-01T00:00:00Z",
                ["2026-01-21T09:00:00Z", "2026-02-18T09:00:00Z"]
            ),
            // The last day of the month, 2028 a leap year.
            (
                "cron(0 0 L 2 ? *)", "2027-01-01T00:00:00Z",
                ["2027-02-28T00:00:00Z", "2028-02-29T00:00:00Z"]
            ),
            // The weekday nearest to the 15th: 2026-02-15 is a Sunday, 2026-08-15 a Saturday.
            (
                "cron(0 12 15W 2,8 ? *)", "2026-01-01T00:00:00Z",
                ["2026-02-16T12:00:00Z", "2026-08-14T12:00:00Z"]
            ),
            // The nearest to the first stays in the month: 2026-08-01 is a Saturday.
            ("cron(0 12 1W 8 ? *)", "2026-01-01T00:00:00Z", ["2026-08-03T12:00:00Z"]),
            // The last weekday: 2026-01-31 is a Saturday.
            ("cron(0 12 LW 1 ? *)", "2026-01-01T00:00:00Z", ["2026-01-30T12:00:00Z"]),
            // Once a year that has passed and comes again.
            ("cron(0 0 29 2 ? *)", "2024-03-01T00:00:00Z", ["2028-02-29T00:00:00Z"]),
            // crontab(5): "30 4 1,15 * 5" is the 1st and 15th of each month, plus every Friday.
            (
                "30 4 1,15 * 5", "2026-01-01T05:00:00Z",
                [
                    "2026-01-02T04:30:00Z", "2026-01-09T04:30:00Z", "2026-01-15T04:30:00Z",
                    "2026-01-16T04:30:00Z",
                ]
            ),
            // crontab(5): 0 or 7 is Sunday.
            ("0 0 * * 7", "2026-01-01T00:00:00Z", ["2026-01-04T00:00:00Z"]),
            ("0 0 * * sun", "2026-01-01T00:00:00Z", ["2026-01-04T00:00:00Z"]),
            (
                "*/20 5 * * *", "2026-01-01T05:20:00Z",
                ["2026-01-01T05:40:00Z", "2026-01-02T05:00:00Z"]
            ),
            (
                "rate(90 minutes)", "2026-01-01T00:00:00Z",
                ["2026-01-01T01:30:00Z", "2026-01-01T03:00:00Z"]
            ),
            ("rate(1 day)", "2026-01-03T06:00:00Z", ["2026-01-04T00:00:00Z"]),
            ("at(2026-05-01T09:30:00)", "2026-01-01T00:00:00Z", ["2026-05-01T09:30:00Z"]),
            ("at(2026-05-01T09:30:00)", "2026-05-01T09:30:00Z", []),
        ] as [(String, String, [String])]
    )
    func expressions(_ expression: String, _ after: String, _ expected: [String]) throws {
        let found = try Self.timing(expression).occurrences(
            after: try #require(Timestamp(after)),
            count: max(1, expected.count)
        )
        #expect(found.map(\.description) == expected)
    }

    /// Clocks that are changed.
    ///
    /// Those of Vienna went from 02:00 to 03:00 on 2026-03-29 and go from 03:00 to 02:00 on
    /// 2026-10-25; those of New York from 02:00 to 03:00 on 2026-03-08 and from 02:00 to 01:00 on
    /// 2026-11-01. EventBridge Scheduler: a time that does not exist is skipped, a time that comes twice
    /// is run once.
    @Test(
        "Daylight saving time skips what does not exist and repeats nothing",
        arguments: [
            (
                "cron(30 2 * * ? *)", "Europe/Vienna", "2026-03-27T12:00:00Z",
                ["2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z"]
            ),
            (
                "cron(30 2 * * ? *)", "Europe/Vienna", "2026-10-24T12:00:00Z",
                ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
            ),
            (
                "cron(0 9 * * ? *)", "Europe/Vienna", "2026-03-28T07:00:00Z",
                ["2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z"]
            ),
            (
                "cron(30 1 * * ? *)", "America/New_York", "2026-10-31T12:00:00Z",
                ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]
            ),
            (
                "cron(15 2 * * ? *)", "America/New_York", "2026-03-07T12:00:00Z",
                ["2026-03-09T06:15:00Z"]
            ),
            // What goes on by the hour goes on, as cron(8) has it for wildcards.
            (
                "cron(0/30 * * * ? *)", "Europe/Vienna", "2026-10-25T00:00:00Z",
                [
                    "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z",
                    "2026-10-25T02:00:00Z",
                ]
            ),
            // A rate is elapsed time.
            (
                "rate(1 day)", "Europe/Vienna", "2026-03-28T12:00:00Z",
                ["2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z"]
            ),
            (
                "at(2026-10-25T02:30:00)", "Europe/Vienna", "2026-01-01T00:00:00Z",
                ["2026-10-25T00:30:00Z"]
            ),
            // A zone without whole hours: +05:45.
            (
                "cron(0 6 * * ? *)", "Asia/Kathmandu", "2026-01-01T12:00:00Z",
                ["2026-01-02T00:15:00Z"]
            ),
        ] as [(String, String, String, [String])]
    )
    func daylightSaving(
        _ expression: String,
        _ zone: String,
        _ after: String,
        _ expected: [String]
    ) throws {
        let found = try Self.timing(expression, zone).occurrences(
            after: try #require(Timestamp(after)),
            count: expected.count
        )
        #expect(found.map(\.description) == expected)
    }

    @Test(
        "What is no expression is refused with its reason",
        arguments: [
            "", "cron(0 10 * * *)", "cron(0 10 * * * *)", "cron(0 10 ? * ? *)",
            "cron(60 10 * * ? *)",
            "cron(0 24 * * ? *)", "cron(0 0 32 * ? *)", "cron(0 0 * 13 ? *)", "cron(0 0 ? * 8 *)",
            "cron(0 0 ? * 0 *)", "cron(0 0 * * ? 1969)", "cron(5-1 0 * * ? *)",
            "cron(*/0 0 * * ? *)",
            "0 0 ? * *", "0 0 * * 8", "rate(0 minutes)", "rate(1 week)", "rate(5)", "rate(-1 days)",
            "at(2026-02-30T10:00:00)", "at(2026-01-01)", "every day", "cron(0 0 ? * 2#6 *)",
            "cron(1,,2 0 * * ? *)",
        ]
    )
    func refused(_ expression: String) {
        #expect(throws: GeneralFault.self) { try Self.timing(expression) }
    }

    @Test("Start and end bound the times; a rate counts from its start")
    func bounds() throws {
        let timing = try Self.timing(
            "rate(10 minutes)",
            start: "2026-02-01T00:05:00Z",
            end: "2026-02-01T00:25:00Z"
        )
        let found = timing.occurrences(
            after: try #require(Timestamp("2026-01-01T00:00:00Z")),
            count: 9
        )
        #expect(
            found.map(\.description) == [
                "2026-02-01T00:05:00Z", "2026-02-01T00:15:00Z", "2026-02-01T00:25:00Z",
            ]
        )
    }
}
