import Core
import Testing

@testable import Models

@Suite struct CircuitBreakerTests {
    private let start = Timestamp(microseconds: 1_000_000_000)

    private func at(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

    @Test(
        "It opens after so many failures in a row, tries once after a while, and closes when that goes well"
    )
    func course() {
        var breaker = CircuitBreaker()
        for _ in 0..<4 { breaker.failed(at: start) }
        breaker.succeeded()
        for _ in 0..<4 { breaker.failed(at: start) }
        #expect(breaker.admits(at: start) == nil)
        breaker.failed(at: start)
        #expect(breaker.admits(at: at(29)) == at(30))
        #expect(breaker.admits(at: at(30)) == nil)
        // One trial at a time.
        #expect(breaker.admits(at: at(31)) == at(150))
        breaker.succeeded()
        #expect(breaker.admits(at: at(31)) == nil)
        #expect(breaker.state == .closed(failures: 0))
    }

    @Test("A trial that fails opens it for twice as long, up to five minutes")
    func doubling() {
        var breaker = CircuitBreaker()
        for _ in 0..<5 { breaker.failed(at: start) }
        var now = at(30)
        for expected in [60, 120, 240, 300, 300] as [Int64] {
            #expect(breaker.admits(at: now) == nil)
            breaker.failed(at: now)
            #expect(breaker.admits(at: now) == now + .seconds(expected))
            now = now + .seconds(expected)
        }
    }

    @Test("A trial whose caller gave up or vanished lets another try")
    func abandoned() {
        var breaker = CircuitBreaker()
        for _ in 0..<5 { breaker.failed(at: start) }
        #expect(breaker.admits(at: at(30)) == nil)
        breaker.abandoned(at: at(31))
        #expect(breaker.admits(at: at(31)) == nil)
        #expect(breaker.admits(at: at(150)) == at(151))
        #expect(breaker.admits(at: at(151)) == nil)
    }

    @Test("Failures of calls that began before it opened do not count again")
    func late() {
        var breaker = CircuitBreaker()
        for _ in 0..<9 { breaker.failed(at: start) }
        #expect(breaker.state == .open(until: at(30), times: 1))
    }
}
