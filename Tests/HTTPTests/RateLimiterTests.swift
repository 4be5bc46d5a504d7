import Core
import Testing

@testable import HTTP

@Suite struct RateLimiterTests {
    private let budget = RateBudget(perSecond: 2, burst: 3)

    private func moment(_ milliseconds: Int64) -> Timestamp {
        Timestamp(microseconds: 1_763_640_000_000_000 + milliseconds * 1_000)
    }

    @Test("The burst goes at once, then one request for each share of a second")
    func bucket() {
        let limiter = RateLimiter<String>(capacity: 100)
        func take(_ at: Int64) -> Allowance { limiter.take("a", budget, at: moment(at)) }
        #expect([take(0), take(0), take(0)].map(\.remaining) == [2, 1, 0])
        let refused = take(0)
        #expect(refused.retryAfterSeconds == 1)
        #expect(refused.limit == 3)
        #expect(refused.remaining == 0)
        // Two a second: the next one is there after half a second, and only one.
        #expect(take(499).retryAfterSeconds == 1)
        #expect(take(500).retryAfterSeconds == 0)
        #expect(take(500).retryAfterSeconds == 1)
        // After a second and a half all three are back.
        #expect(take(2_000).remaining == 2)
    }

    @Test("What is refused costs nothing")
    func refusals() {
        let limiter = RateLimiter<String>(capacity: 100)
        for _ in 0..<50 { _ = limiter.take("a", budget, at: moment(0)) }
        #expect(limiter.take("a", budget, at: moment(1_500)).remaining == 2)
    }

    @Test("Clients do not use up each other's budgets")
    func apart() {
        let limiter = RateLimiter<String>(capacity: 100)
        for _ in 0..<4 { _ = limiter.take("a", budget, at: moment(0)) }
        #expect(limiter.isExhausted("a", budget, at: moment(0)))
        #expect(!limiter.isExhausted("b", budget, at: moment(0)))
        #expect(limiter.take("b", budget, at: moment(0)).remaining == 2)
    }

    @Test("However many clients come, only so many are remembered, the latest used among them")
    func bounded() {
        let limiter = RateLimiter<Int>(capacity: 1_000)
        for _ in 0..<3 { _ = limiter.take(-1, budget, at: moment(0)) }
        for client in 0..<100_000 {
            _ = limiter.take(client, budget, at: moment(0))
            if client % 100 == 0 { _ = limiter.take(-1, budget, at: moment(0)) }
        }
        #expect(limiter.count <= 1_000)
        #expect(limiter.isExhausted(-1, budget, at: moment(0)))
    }

    @Test("A clock that is set back does not lock a client out for longer than its burst")
    func clockBack() {
        let limiter = RateLimiter<String>(capacity: 100)
        for _ in 0..<3 { _ = limiter.take("a", budget, at: moment(86_400_000)) }
        #expect(limiter.take("a", budget, at: moment(0)).retryAfterSeconds == 1)
        #expect(limiter.take("a", budget, at: moment(2_000)).retryAfterSeconds == 0)
    }

    @Test(
        "A rate is read, and what is none is refused",
        arguments: [
            ("50/500", RateBudget(perSecond: 50, burst: 500)),
            ("0.5/1", RateBudget(perSecond: 0.5, burst: 1)), ("off", nil),
        ] as [(String, RateBudget?)]
    )
    func reading(_ text: String, _ expected: RateBudget?) throws {
        #expect(try RateBudget.read(text) == expected)
    }

    @Test(
        "What is no rate is refused",
        arguments: ["", "50", "0/5", "-1/5", "5/0", "5/x", "nan/5", "inf/5", "1/2/3"]
    )
    func wrong(_ text: String) {
        #expect(throws: GeneralFault.self) { try RateBudget.read(text) }
    }

    private func scope(_ roles: Set<Role>, kind: Actor.Kind = .person, name: String = "A") -> Scope
    {
        Scope(
            organisation: ID(high: 0x7000, low: 1 << 63 | 1),
            actor: Actor(id: ID(high: 0x7000, low: 1 << 63 | 2), kind: kind, name: name),
            roles: roles,
            trace: TraceContext(random: SeededRandom(seed: 1))
        )
    }

    @Test("Plans go by role, key and account, the first that fits; others have the standard one")
    func plans() throws {
        let account: ID<Account> = ID(high: 0x7000, low: 1 << 63 | 2)
        let plans = try UsagePlans(
            plans: "standard=5/50, small=1/10,big = 100/1000, free=off",
            assignments: "key:ERP=big, role:viewer=small, role:admin=free"
        )
        #expect(plans.budget(of: scope(["planner"]))?.burst == 50)
        #expect(plans.budget(of: scope(["viewer", "planner"]))?.burst == 10)
        #expect(plans.budget(of: scope(["admin"])) == nil)
        #expect(plans.budget(of: scope(["viewer"], kind: .service, name: "ERP"))?.burst == 1_000)
        #expect(plans.budget(of: scope(["planner"], name: "ERP"))?.burst == 50)
        let own = try UsagePlans(plans: "a=1/7", assignments: "account:\(account)=a")
        #expect(own.budget(of: scope([]))?.burst == 7)
        #expect(try UsagePlans(plans: "").budget(of: scope([])) == nil)
    }

    @Test(
        "A plan that nobody described and a holder of an unknown kind are refused",
        arguments: ["role:viewer=none", "viewer=standard", "account:x=standard", "standard"]
    )
    func wrongPlans(_ assignments: String) {
        #expect(throws: GeneralFault.self) {
            try UsagePlans(plans: "standard=5/50", assignments: assignments)
        }
    }
}
