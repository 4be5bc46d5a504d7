import Core
import Testing

@testable import Models

@Suite struct ModelCourseTests {
    private let start = Timestamp(microseconds: 0)

    private func course(_ names: [String] = ["a", "b"], timeout: Duration = .seconds(60))
        -> ModelCourse
    {
        ModelCourse(names, timeout: timeout, begun: start)
    }

    private let busy = ModelFault(.unavailable, "busy")

    @Test("A model is tried three times with growing pauses, then the next")
    func retries() {
        var course = course()
        var now = start
        #expect(course.next(at: now) == .ask(0, timeout: .seconds(60)))
        #expect(course.failed(busy, at: now, unit: 0.5) == nil)
        // Half of at most one second, then half of at most two.
        #expect(course.next(at: now) == .wait(until: now + .milliseconds(500)))
        now = now + .milliseconds(500)
        #expect(course.next(at: now) == .ask(0, timeout: .seconds(60)))
        #expect(course.failed(busy, at: now, unit: 0.5) == nil)
        #expect(course.next(at: now) == .wait(until: now + .seconds(1)))
        now = now + .seconds(1)
        #expect(course.next(at: now) == .ask(0, timeout: .seconds(60)))
        #expect(course.failed(busy, at: now, unit: 0.5) == nil)
        #expect(course.next(at: now) == .ask(1, timeout: .seconds(60)))
        #expect(course.attempts == 4)
    }

    @Test("Full jitter: anything from nothing to the whole pause")
    func jitter() {
        for unit in [0.0, 0.25, 0.999] {
            var course = course()
            _ = course.next(at: start)
            _ = course.failed(busy, at: start, unit: unit)
            let expected: ModelCourse.Step =
                unit == 0 ? .ask(0, timeout: .seconds(60)) : .wait(until: start + .seconds(unit))
            #expect(course.next(at: start) == expected)
        }
    }

    @Test(
        "What the provider asks for is waited, unless it is too long: then the next model is asked"
    )
    func retryAfter() {
        var course = course()
        _ = course.next(at: start)
        _ = course.failed(
            ModelFault(.throttled, "slow", retryAfter: .seconds(7)),
            at: start,
            unit: 0.1
        )
        #expect(course.next(at: start) == .wait(until: start + .seconds(7)))
        _ = course.next(at: start + .seconds(7))
        _ = course.failed(
            ModelFault(.throttled, "slow", retryAfter: .seconds(21)),
            at: start + .seconds(7),
            unit: 0.1
        )
        #expect(course.next(at: start + .seconds(7)) == .ask(1, timeout: .seconds(60)))
    }

    @Test(
        "What trying again cannot mend goes to the next model at once",
        arguments: [ModelFault.Code.unauthorised, .refusedRequest, .tooLong, .notConfigured]
    )
    func permanent(code: ModelFault.Code) {
        var course = course()
        _ = course.next(at: start)
        #expect(course.failed(ModelFault(code, "no"), at: start, unit: 0.5) == nil)
        #expect(course.next(at: start) == .ask(1, timeout: .seconds(60)))
    }

    @Test("When all have failed, the first one's reason is told, and what the others said")
    func summary() {
        var course = course()
        _ = course.next(at: start)
        course.passed(ModelFault(.suspended, "is left alone", retryAfter: .seconds(9)))
        _ = course.next(at: start)
        _ = course.failed(ModelFault(.unauthorised, "who are you"), at: start, unit: 0.5)
        let fault = ModelFault(
            .suspended,
            "a: is left alone; b: who are you",
            retryAfter: .seconds(9)
        )
        #expect(course.next(at: start) == .fail(fault))
        #expect(course.attempts == 1)
        var none = self.course([])
        #expect(
            none.next(at: start)
                == .fail(ModelFault(.notConfigured, "no model is configured for this"))
        )
    }

    @Test("Cancelling ends it at once")
    func cancelled() {
        var course = course()
        _ = course.next(at: start)
        let fault = ModelFault(.cancelled, "gone")
        #expect(course.failed(fault, at: start, unit: 0.5) == fault)
    }

    @Test("No attempt and no pause goes beyond the time for all")
    func deadline() {
        var course = course(timeout: .seconds(200))
        #expect(course.next(at: start) == .ask(0, timeout: .seconds(200)))
        _ = course.failed(busy, at: start + .seconds(200), unit: 0)
        #expect(course.next(at: start + .seconds(200)) == .ask(0, timeout: .seconds(100)))
        // A pause that would reach the end: the other model at once, and then no more.
        _ = course.failed(busy, at: start + .seconds(299), unit: 0.999)
        #expect(course.next(at: start + .seconds(299)) == .ask(1, timeout: .seconds(1)))
        _ = course.failed(busy, at: start + .seconds(300), unit: 0)
        guard case .fail(let fault) = course.next(at: start + .seconds(300)) else {
            Issue.record("it goes on")
            return
        }
        #expect(fault.code == .unavailable)
    }
}
