import Core
import Observability
import Testing

@Suite struct HealthTests {
    private let clock = ManualClock(now: Timestamp(microseconds: 0))

    @Test("Without checks the program is ready")
    func empty() async {
        #expect(await Health(clock: clock).report().isReady)
    }

    @Test("One failed check makes it unavailable, and reasons are told only when asked for")
    func failure() async {
        let health = Health(clock: clock)
        health.register("store") {}
        health.register("mail") {
            throw GeneralFault(.unavailable, code: "refused", "smtp.internal refused")
        }
        let report = await health.report()
        #expect(!report.isReady)
        #expect(
            report.json() == [
                "status": "unavailable",
                "checks": [
                    ["name": "store", "status": "ok", "durationMicros": 0],
                    ["name": "mail", "status": "failed", "durationMicros": 0],
                ],
            ]
        )
        #expect(report.json(reasons: true)["checks"]?[1]?["reason"] == "smtp.internal refused")
    }

    @Test("A check that hangs is answered when its time is over, and not started twice")
    func hanging() async {
        let health = Health(clock: clock)
        let (never, release) = AsyncStream.makeStream(of: Void.self)
        let (starts, started) = AsyncStream.makeStream(of: Void.self)
        health.register("queue", timeout: .seconds(2)) {
            started.yield()
            // Deaf to cancellation, as a blocking call is.
            await Task { for await _ in never { return } }.value
        }
        async let first = health.report()
        var begun = starts.makeAsyncIterator()
        await begun.next()
        while clock.nextWakeUp == nil {
            await Task.yield()
        }
        clock.advance(by: .seconds(2))
        #expect(await first.results.first?.failure == "no answer within 2.0 seconds")
        let second = await health.report()
        #expect(second.results.first?.failure == "the previous run has not ended")
        release.yield()
        // Once the first run has ended, the check runs again.
        release.finish()
        while await health.report().isReady == false {
            await Task.yield()
        }
    }
}
