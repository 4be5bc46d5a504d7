import Core
import Testing

@testable import Intents

/// Expected values: The Site Reliability Workbook, chapter 5, table 5-8, and calculations by hand.
@Suite struct ErrorBudgetTests {
    private func budget(_ target: String) throws -> ErrorBudget? {
        ErrorBudget(try Predicate("share(a, b = true) over 30d \(target)"))
    }

    @Test("The workbook's burn rates are 14.4, 6 and 1")
    func thresholds() {
        let thresholds = ErrorBudget.levels.map { ($0.threshold * 1_000).rounded() / 1_000 }
        #expect(thresholds == [14.4, 6, 1])
    }

    @Test("For 30 days the windows are the workbook's: 1 h and 5 min, 6 h and 30 min, 3 d and 6 h")
    func windows() {
        let windows = ErrorBudget.levels.map {
            ErrorBudget.windows(of: $0, period: 30 * 86_400)
        }
        #expect(windows.map(\.long) == [3_600, 21_600, 259_200])
        #expect(windows.map(\.short) == [300, 1_800, 21_600])
    }

    @Test(
        "A week's windows are the same fractions of it, a day's never shorter than can be measured"
    )
    func shorterPeriods() {
        // 604,800 / 720 = 840 s; 840 / 12 = 70 s.
        let week = ErrorBudget.windows(of: ErrorBudget.levels[0], period: 604_800)
        #expect(week.long == 840 && week.short == 70)
        let day = ErrorBudget.windows(of: ErrorBudget.levels[0], period: 86_400)
        #expect(day.long == 300 && day.short == 60)
    }

    @Test("99.9 % allows 0.1 % of errors; 1.44 % of errors burn 14.4 times as fast")
    func rate() throws {
        let budget = try #require(try budget(">= 0.999"))
        #expect(abs(budget.allowed - 0.001) < 1e-12)
        let rate = try #require(budget.rate(Measured(value: 1 - 0.0144)))
        #expect(abs(rate - 14.4) < 1e-6)
    }

    @Test("A share that must stay small is its own share of errors")
    func atMost() throws {
        let budget = try #require(try budget("<= 0.05"))
        #expect(budget.allowed == 0.05)
        // 10 % where 5 % are allowed: twice as fast.
        #expect(budget.rate(Measured(value: 0.1)) == 2)
    }

    @Test("What allows no errors, and what is no share, has no budget")
    func none() throws {
        #expect(try budget(">= 1") == nil)
        #expect(try budget("<= 0") == nil)
        #expect(ErrorBudget(try Predicate("count(a) over 1d <= 3")) == nil)
    }

    @Test("Both windows and enough events are needed to fire")
    func fires() {
        func level(_ long: Double?, _ short: Double?, _ events: Double) -> BurnReading.Level {
            .init(
                level: ErrorBudget.levels[0],
                longSeconds: 3_600,
                shortSeconds: 300,
                long: long,
                short: short,
                events: events
            )
        }
        #expect(level(15, 15, 100).fires)
        // Over already: the short window has recovered.
        #expect(!level(15, 1, 100).fires)
        #expect(!level(14, 20, 100).fires)
        #expect(!level(15, nil, 100).fires)
        #expect(!level(15, 15, 9).fires)
    }

    @Test("The budget's way to the deadline is calculated as by hand")
    func projection() {
        // Ten days from opening to deadline, four gone at half the allowed rate: 0.5 · 0.4 = 0.2 used.
        // Going on twice as fast: 0.2 + 2 · 0.6 = 1.4 at the deadline; (1 − 0.2) / 2 = 0.4 of the time
        // more, so all is used on day eight.
        let opened = IntentWorld.start
        let day = 86_400.0
        var reading = BurnReading(allowed: 0.05, levels: [])
        reading.project(
            sinceOpening: 0.5,
            now: 2,
            opened: opened,
            at: opened + .seconds(4 * day),
            deadline: opened + .seconds(10 * day)
        )
        #expect(abs((reading.consumed ?? 0) - 0.2) < 1e-9)
        #expect(abs((reading.projected ?? 0) - 1.4) < 1e-9)
        #expect(reading.exhaustedAt == opened + .seconds(8 * day))
    }

    @Test("At the allowed rate the budget lasts exactly to the deadline")
    func exactly() {
        let opened = IntentWorld.start
        var reading = BurnReading(allowed: 0.05, levels: [])
        reading.project(
            sinceOpening: 1,
            now: 1,
            opened: opened,
            at: opened + .seconds(50),
            deadline: opened + .seconds(100)
        )
        #expect(reading.projected == 1)
        #expect(reading.exhaustedAt == nil)
    }
}

@Suite struct TrendTests {
    private func at(_ hour: Double) -> Timestamp { IntentWorld.start + .seconds(hour * 3_600) }

    @Test("A straight line is found as it is, and where it crosses the target")
    func line() throws {
        // 100 at hour 0, 2 less each hour: 82 at hour 9, 80 at hour 10.
        let trend = try #require(
            Trend((0..<10).map { (at: at(Double($0)), value: 100 - 2 * Double($0)) })
        )
        #expect(abs(trend.slope * 3_600 + 2) < 1e-9)
        #expect(abs(trend.level - 82) < 1e-9)
        #expect(abs(trend.fit - 1) < 1e-9)
        let predicate = try Predicate("avg(a, b) over 1h >= 80")
        let breaks = try #require(trend.breaks(predicate, until: at(24)))
        #expect(abs((breaks - at(10)).seconds) < 0.01)
        #expect(trend.breaks(predicate, until: at(9.5)) == nil)
        #expect(trend.breaks(try Predicate("avg(a, b) over 1h <= 200"), until: at(24)) == nil)
    }

    @Test("Noise explains little")
    func noise() throws {
        // 1, −1, 1, −1 …: for n = 8 the fit is 1/21 (by hand: Sxy = −4, Sxx = 42, Syy = 8).
        let trend = try #require(
            Trend((0..<8).map { (at: at(Double($0)), value: $0 % 2 == 0 ? 1.0 : -1.0) })
        )
        #expect(abs(trend.fit - 16.0 / (42 * 8)) < 1e-9)
    }

    @Test("Few values, or all at one time, have no trend")
    func none() {
        #expect(Trend((0..<7).map { (at: at(Double($0)), value: 1) }) == nil)
        #expect(Trend((0..<20).map { _ in (at: at(0), value: 1) }) == nil)
    }
}
