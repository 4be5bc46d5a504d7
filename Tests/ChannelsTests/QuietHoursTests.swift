import Core
import Foundation
import Testing

@testable import Channels

@Suite(
    .enabled(
        if: FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/Europe/Vienna"),
        "needs tzdata"
    )
)
struct QuietHoursTests {
    private let zones = TimeZones()

    private func moment(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

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
