import Core
import Testing

@testable import HTTP

@Suite struct TimerWheelTests {
    @Test("Everything fires once, never early, at most a tick late", arguments: [1, 2, 3])
    func property(_ seed: UInt64) {
        let random = SeededRandom(seed: seed)
        var wheel = TimerWheel(now: 0)
        var due: [UInt64: UInt64] = [:]
        var now: UInt64 = 0
        for token in UInt64(0)..<2_000 {
            due[token] = now + random.next() % 40_000
            wheel.schedule(token, at: due[token] ?? 0)
            now += random.next() % 100
            for entry in wheel.advance(to: now) {
                #expect(entry.deadline <= now)
                #expect(due.removeValue(forKey: entry.token) == entry.deadline)
            }
            #expect(due.values.allSatisfy { $0 + 2 * TimerWheel.tick > now })
            #expect(wheel.count == due.count)
        }
        while let wait = wheel.wait(from: now) {
            now += max(wait, 1)
            for entry in wheel.advance(to: now) { due[entry.token] = nil }
        }
        #expect(due.isEmpty)
    }
}
