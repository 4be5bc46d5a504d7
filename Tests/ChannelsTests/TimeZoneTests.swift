import Foundation
import Testing

@testable import Channels
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
}
