import Core
import Synchronization
import Testing

@Suite struct TimeAndIDTests {
    @Test(
        "Moments are read and written as RFC 3339",
        arguments: [
            ("1970-01-01T00:00:00Z", Int64(0)), ("2000-02-29T12:00:00Z", 951_825_600_000_000),
            ("1969-12-31T23:59:59.5Z", -500_000),
            ("2026-11-20T08:30:00.000001Z", 1_795_163_400_000_001),
        ]
    )
    func timestamps(_ text: String, _ microseconds: Int64) {
        #expect(Timestamp(text)?.microseconds == microseconds)
        #expect(
            Timestamp(Timestamp(microseconds: microseconds).description)?.microseconds
                == microseconds
        )
    }

    @Test("Offsets are heeded")
    func offsets() {
        #expect(Timestamp("2026-11-20T01:30:00+02:00") == Timestamp("2026-11-19T23:30:00Z"))
    }

    @Test(
        "What is no moment is refused",
        arguments: [
            "", "2026-11-20", "2026-11-20 08:30:00Z", "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-11-20T24:00:00Z", "2026-11-20T08:60:00Z", "2026-11-20T08:30:00",
            "2026-11-20T08:30:00.Z",
            "2026-11-20T08:30:00+25:00", "2026-11-20T08:30:00Zx",
        ]
    )
    func badTimestamps(_ text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test("Every day from 1600 to 2400 follows the one before")
    func calendar() throws {
        let first = try #require(CalendarDate("1600-01-01"))
        let last = try #require(CalendarDate("2400-12-31"))
        // 801 years of which 195 + 6 are leap years by the Gregorian rule: 801·365 + 195 days.
        #expect(last.daysSinceEpoch - first.daysSinceEpoch + 1 == 801 * 365 + 195)
        for day in stride(from: first.daysSinceEpoch, through: last.daysSinceEpoch, by: 13) {
            let date = CalendarDate(daysSinceEpoch: day)
            #expect(CalendarDate(date.description) == date)
        }
    }

    @Test("Ids are version 7, read back, and sort by time")
    func ids() throws {
        let clock = ManualClock(now: Timestamp(microseconds: 1_645_557_742_000_000))
        let generator = IDGenerator(clock: clock, random: SeededRandom(seed: 3))
        let first: ID<Account> = generator.next()
        clock.advance(by: .milliseconds(1))
        let second: ID<Account> = generator.next()
        // RFC 9562 appendix A.6 has this moment: 017F22E2-79B0-7…
        #expect(first.description.hasPrefix("017f22e2-79b0-7"))
        #expect(first < second && ID<Account>(first.description) == first)
        #expect("89ab".contains(first.description.dropFirst(19).first ?? "x"))
    }

    @Test(
        "What is no UUID is refused",
        arguments: [
            "", "017f22e2", "017f22e279b07cc398c4dc0c0c07398f",
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398f ", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
        ]
    )
    func badIDs(_ text: String) {
        #expect(ID<Account>(text) == nil)
    }

    @Test("A traceparent is read as W3C writes it and refused otherwise")
    func traceparent() {
        let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        #expect(TraceContext(text)?.description == text)
        for bad in [
            "", "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", text + "-x",
        ] {
            #expect(TraceContext(bad) == nil, "\(bad)")
        }
    }

    @Test("A manual clock wakes sleepers when their moment comes, and cancelled ones at once")
    func manualClock() async throws {
        let clock = ManualClock(now: Timestamp(microseconds: 0))
        let woken = Task { try await clock.sleep(for: .seconds(5)) }
        let cancelled = Task { try await clock.sleep(for: .seconds(50)) }
        while clock.nextWakeUp != Timestamp(microseconds: 5_000_000) { await Task.yield() }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        clock.advance(by: .seconds(5))
        try await woken.value
    }
}

@Suite struct ServiceGroupTests {
    private struct Recorder: Service {
        let name: String
        let heard: Heard
        var failure: Refusal?

        func run(ready: @escaping @Sendable () -> Void) async throws {
            heard.note("start \(name)")
            if let failure { throw failure }
            ready()
            let (stream, _) = AsyncStream.makeStream(of: Void.self)
            for await _ in stream {}
            heard.note("stop \(name)")
        }
    }

    private struct Refusal: Error {}

    private final class Heard: Sendable {
        private let list = Mutex<[String]>([])
        func note(_ text: String) { list.withLock { $0.append(text) } }
        var all: [String] { list.withLock { $0 } }
    }

    @Test("Services start in order and stop in reverse")
    func order() async throws {
        let heard = Heard()
        let group = ServiceGroup(["a", "b", "c"].map { Recorder(name: $0, heard: heard) })
        try await group.run(until: {})
        #expect(heard.all == ["start a", "start b", "start c", "stop c", "stop b", "stop a"])
    }

    @Test("A service that fails stops those before it and is named")
    func failure() async throws {
        let heard = Heard()
        let group = ServiceGroup([
            Recorder(name: "a", heard: heard),
            Recorder(name: "b", heard: heard, failure: Refusal()),
        ])
        await #expect {
            try await group.run(until: { try? await Task.sleep(for: .seconds(60)) })
        } throws: {
            ($0 as? ServiceFailure)?.service == "b"
        }
        #expect(heard.all == ["start a", "start b", "stop a"])
    }
}
