import Core
import Testing
import Vault

@testable import Channels

@Suite struct WebhookRulesTests {
    // The vector of Standard Webhooks' reference libraries ("sign function works").
    @Test("The signature is Standard Webhooks' published one")
    func vector() throws {
        let secret = try #require(Base64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let fields = try WebhookSignature.fields(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            seconds: 1_614_265_330,
            body: Array(#"{"test": 2432232314}"#.utf8),
            secrets: [secret]
        )
        #expect(fields.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        #expect(fields[1].value == "1614265330")
        #expect(fields[2].value == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        #expect(WebhookSignature.text(of: secret) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    }

    @Test(
        "Filters match types by whole words",
        arguments: [
            ("*", "order.placed", true), ("order.*", "order.placed", true),
            ("order.*", "order.line.added", true), ("order.*", "orders.placed", false),
            ("order.*", "order", false), ("order.placed", "order.placed", true),
            ("order.placed", "order.placed.twice", false), ("a.b.*", "a.b.c", true),
            ("a.b.*", "a.bc", false),
        ]
    )
    func filters(text: String, type: String, matches: Bool) throws {
        let filter = try #require(EventFilter(text))
        #expect(filter.matches(type) == matches)
    }

    @Test(
        "What is no filter is refused",
        arguments: [
            "", ".", "order.", ".placed", "Order.*", "order*", "*.placed", "order..x", "a b",
        ]
    )
    func noFilter(text: String) {
        #expect(EventFilter(text) == nil)
    }

    private let now = Timestamp(microseconds: 1_795_176_000_000_000)

    private func outcome(_ answer: WebAnswer, attempt: Int = 1) -> WebhookOutcome {
        WebhookOutcome(.success(answer), attempt: attempt, now: now, unit: 0.5)
    }

    @Test("Only 2xx is taken; 410 ends it; a redirection is a failure; Retry-After is honoured")
    func outcomes() {
        #expect(outcome(WebAnswer(status: 200)) == .delivered)
        #expect(outcome(WebAnswer(status: 299)) == .delivered)
        #expect(outcome(WebAnswer(status: 410)) == .gone)
        #expect(
            outcome(WebAnswer(status: 307))
                == .retry(
                    .seconds(5),
                    "answered with the redirection 307, which is not followed"
                )
        )
        let busy = WebAnswer(status: 429, headers: [("retry-after", "600")])
        #expect(outcome(busy) == .retry(.seconds(600), "answered with status 429"))
        #expect(
            WebhookOutcome(
                .failure(WebFault(.cancelled, "")),
                attempt: 3,
                now: now,
                unit: 0
            ) == .interrupted
        )
    }

    // 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h: 75 h 35 min 5 s.
    @Test("Pauses grow to some three days in all, then it is given up; jitter is a fifth")
    func pauses() {
        var total = Duration.zero
        for attempt in 1...9 {
            guard case .retry(let pause, _) = outcome(WebAnswer(status: 500), attempt: attempt)
            else {
                Issue.record("attempt \(attempt) is not tried again")
                return
            }
            #expect(abs(pause.seconds - WebhookOutcome.pauses[attempt - 1].seconds) < 0.001)
            total += pause
        }
        #expect(abs(total.seconds - 272_105) < 0.01)
        #expect(
            outcome(WebAnswer(status: 500), attempt: 10)
                == .dead("gave up after 10 attempts: answered with status 500")
        )
        for (unit, seconds) in [(0.0, 4.0), (1.0, 6.0)] {
            guard
                case .retry(let pause, _) = WebhookOutcome(
                    .failure(WebFault(.timedOut, "slow")),
                    attempt: 1,
                    now: now,
                    unit: unit
                )
            else {
                Issue.record("not tried again")
                return
            }
            #expect(abs(pause.seconds - seconds) < 0.001)
        }
    }
}

@Suite struct RetryAfterTests {
    // RFC 9110 section 10.2.3 and 5.6.7.
    @Test(
        "Retry-After is read in both of its forms",
        arguments: [
            ("120", 120.0), ("0", 0), ("999999999", 86_400),
            ("Fri, 20 Nov 2026 12:00:30 GMT", 30), ("Fri, 20 Nov 2026 11:00:00 GMT", 0),
        ]
    )
    func forms(text: String, seconds: Double) throws {
        let now = try #require(Timestamp("2026-11-20T12:00:00Z"))
        #expect(RetryAfter.pause(text, now: now)?.seconds == seconds)
    }

    @Test("Anything else is no pause", arguments: ["", "-1", "soon", "1.5", "20 Nov 2026 GMT"])
    func nonsense(text: String) {
        #expect(RetryAfter.pause(text, now: Timestamp(microseconds: 0)) == nil)
    }
}

@Suite struct CircuitBreakerTests {
    private let start = Timestamp(microseconds: 0)

    private func second(_ seconds: Int) -> Timestamp { start + .seconds(seconds) }

    @Test("Five failures in a row open it for 30 s; then one attempt may pass; pauses double")
    func opening() {
        var breaker = CircuitBreaker()
        for _ in 0..<4 { breaker.fail(at: start) }
        breaker.succeed()
        for _ in 0..<4 { breaker.fail(at: start) }
        #expect(breaker.allowance(at: start) == .max)
        breaker.fail(at: start)
        #expect(breaker.allowance(at: start) == 0)
        // Another that was under way does not lengthen the pause.
        breaker.fail(at: second(10))
        #expect(breaker.allowance(at: second(29)) == 0)
        #expect(breaker.allowance(at: second(30)) == 1)
        breaker.begin(at: second(30))
        #expect(breaker.allowance(at: second(30)) == 0)
        breaker.fail(at: second(31))
        #expect(breaker.allowance(at: second(90)) == 0)
        let probe = second(31 + 120)
        #expect(breaker.allowance(at: probe) == 1)
        breaker.begin(at: probe)
        breaker.abandon()
        #expect(breaker.allowance(at: probe) == 1)
        breaker.begin(at: probe)
        breaker.succeed()
        #expect(breaker.allowance(at: probe) == .max)
    }

    @Test("It is never open for longer than a quarter of an hour")
    func longest() {
        var breaker = CircuitBreaker()
        var now = start
        for _ in 0..<40 {
            breaker.begin(at: now)
            breaker.fail(at: now)
            if breaker.allowance(at: now) == 0 { now = now + .seconds(900) }
            #expect(breaker.allowance(at: now) > 0)
        }
    }
}
