import Foundation
import Testing

@testable import Core

@Suite(
    .enabled(
        if: FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/Europe/Vienna"),
        "needs tzdata"
    )
)
struct TimeZoneTests {
    private let zones = TimeZones()

    private func moment(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    // Austrian law: summer time from 2026-03-29 to 2026-10-25, both changes at 01:00 UTC.
    @Test(
        "Offsets change when the law says so",
        arguments: [
            ("Europe/Vienna", "2026-03-29T00:59:59Z", 3_600),
            ("Europe/Vienna", "2026-03-29T01:00:00Z", 7_200),
            ("Europe/Vienna", "2026-10-25T00:59:59Z", 7_200),
            ("Europe/Vienna", "2026-10-25T01:00:00Z", 3_600),
            ("America/New_York", "2026-07-01T00:00:00Z", -14_400),
            ("Asia/Kolkata", "2026-07-01T00:00:00Z", 19_800),
            ("Asia/Kathmandu", "2026-07-01T00:00:00Z", 20_700),
            ("UTC", "2026-07-01T00:00:00Z", 0), ("Etc/GMT+5", "2026-07-01T00:00:00Z", -18_000),
        ]
    )
    func offsets(name: String, at text: String, expected: Int) throws {
        let zone = try #require(zones.zone(name))
        #expect(zone.offset(at: try moment(text).microseconds / 1_000_000) == expected)
    }

    // Beyond the tables (they end in 2037) the footer's rule holds.
    @Test(
        "Rules hold for years that no table has",
        arguments: [
            ("Europe/Vienna", "2050-07-01T00:00:00Z", 7_200),
            ("Europe/Vienna", "2050-01-01T00:00:00Z", 3_600),
            // 2050-03-27 is the last Sunday of March.
            ("Europe/Vienna", "2050-03-27T00:59:59Z", 3_600),
            ("Europe/Vienna", "2050-03-27T01:00:00Z", 7_200),
            ("America/New_York", "2050-07-01T00:00:00Z", -14_400),
            ("Australia/Sydney", "2050-01-01T00:00:00Z", 39_600),
            ("Australia/Sydney", "2050-07-01T00:00:00Z", 36_000),
            ("Australia/Lord_Howe", "2050-01-01T00:00:00Z", 39_600),
            ("Australia/Lord_Howe", "2050-07-01T00:00:00Z", 37_800),
            // Ireland's standard time is summer's: winter is the exception.
            ("Europe/Dublin", "2050-07-01T00:00:00Z", 3_600),
            ("Europe/Dublin", "2050-01-01T00:00:00Z", 0),
            ("Asia/Kolkata", "2050-07-01T00:00:00Z", 19_800),
        ]
    )
    func rules(name: String, at text: String, expected: Int) throws {
        let zone = try #require(zones.zone(name))
        #expect(zone.offset(at: try moment(text).microseconds / 1_000_000) == expected)
    }

    @Test("A footer's rule and the table agree on every day of twenty years")
    func agreement() throws {
        let rule = try #require(TimeZoneRule(Array("\nCET-1CEST,M3.5.0,M10.5.0/3\n".utf8)[...]))
        let zone = try #require(zones.zone("Europe/Vienna"))
        let first = try moment("2015-01-01T00:30:00Z").microseconds / 1_000_000
        for hour in stride(from: 0, to: 20 * 365 * 24, by: 1) {
            let second = first + Int64(hour) * 3_600
            if rule.offset(at: second) != zone.offset(at: second) {
                Issue.record("they differ at \(Timestamp(microseconds: second * 1_000_000))")
                return
            }
        }
    }

    @Test(
        "What is no zone is none, and no file elsewhere is read",
        arguments: [
            "", "Europe/Atlantis", "../../../etc/passwd", "/etc/passwd", "Europe", "Europe/",
            "zone.tab", "Europe/Vienna\0", "posixrules/..", "Europe//Vienna",
        ]
    )
    func unknown(name: String) {
        #expect(zones.zone(name) == nil)
    }

    // from, to, moment, when the quiet hours end: worked out by hand from the offsets above.
    @Test(
        "Quiet hours end by the clock on the wall",
        arguments: [
            // An ordinary winter's night: 22:00 to 06:00 is 21:00 to 05:00 UTC.
            ("22:00", "06:00", "2026-01-10T20:59:59Z", nil),
            ("22:00", "06:00", "2026-01-10T21:00:00Z", "2026-01-11T05:00:00Z"),
            ("22:00", "06:00", "2026-01-11T04:59:59Z", "2026-01-11T05:00:00Z"),
            ("22:00", "06:00", "2026-01-11T05:00:00Z", nil),
            // Within a day.
            ("12:00", "13:30", "2026-07-01T10:15:00Z", "2026-07-01T11:30:00Z"),
            ("12:00", "13:30", "2026-07-01T11:30:00Z", nil),
            // The night of the change to summer is an hour shorter.
            ("22:00", "06:00", "2026-03-28T21:30:00Z", "2026-03-29T04:00:00Z"),
            // It has no 02:30: quiet hours that end then end when the clock jumps past it.
            ("22:00", "02:30", "2026-03-28T23:00:00Z", "2026-03-29T01:00:00Z"),
            ("22:00", "02:30", "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z"),
            ("22:00", "02:30", "2026-03-29T01:00:00Z", nil),
            // Quiet hours that would begin at 02:30 have begun at 03:00.
            ("02:30", "05:00", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00Z"),
            // The night of the change to winter is an hour longer.
            ("22:00", "06:00", "2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z"),
            // It has 02:30 twice: they end at the first…
            ("22:00", "02:30", "2026-10-25T00:10:00Z", "2026-10-25T00:30:00Z"),
            ("22:00", "02:30", "2026-10-25T00:40:00Z", nil),
            // …and the clock that shows 02:10 again is within them again.
            ("22:00", "02:30", "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z"),
        ] as [(String, String, String, String?)]
    )
    func quietHours(from: String, to: String, at text: String, end: String?) throws {
        let json: JSON = [
            "from": .string(from), "to": .string(to), "timeZone": "Europe/Vienna",
        ]
        let hours = try QuietHours(JSONReader(json))
        let zone = try #require(zones.zone(hours.zone))
        let expected = try end.map { try moment($0) }
        #expect(hours.end(after: try moment(text), in: zone) == expected)
    }

    @Test(
        "Times that no clock shows are refused with the place",
        arguments: ["24:00", "12:60", "6:00", "0600", "ab:cd", "-1:00", "12:3a"]
    )
    func badTimes(text: String) {
        let json: JSON = ["from": "22:00", "to": .string(text), "timeZone": "UTC"]
        let fault = #expect(throws: GeneralFault.self) { try QuietHours(JSONReader(json)) }
        #expect(fault?.pointer == "/to")
    }
}
