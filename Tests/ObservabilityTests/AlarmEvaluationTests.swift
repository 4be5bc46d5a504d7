import Core
import Testing

@testable import Observability

@Suite struct AlarmEvaluationTests {
    /// A row of CloudWatch's documented examples.
    ///
    /// Datapoints from the oldest: 0 within bounds, X
    /// breaching, - missing; the states for missing, ignore, breaching and notBreaching. `nil` retains
    /// the current state.
    struct Example: Sendable, CustomTestStringConvertible {
        var datapoints: String
        var needed: Int
        var missing: AlarmEvaluation
        var ignore: AlarmEvaluation?
        var breaching: AlarmEvaluation
        var notBreaching: AlarmEvaluation
        var testDescription: String { "\(datapoints), \(needed) of 3" }
    }

    /// The rows of the documented tables.
    ///
    /// Amazon CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data", tables of
    /// 3 out of 3 and 2 out of 3 (awsdocs/amazon-cloudwatch-user-guide, AlarmThatSendsEmail.md, in its
    /// versions 05fd32f and cd4004c). The rows with `- - X - -` and `- - - X -` are the later page's.
    static let examples = [
        Example(
            datapoints: "0-X-X",
            needed: 3,
            missing: .ok,
            ignore: .ok,
            breaching: .ok,
            notBreaching: .ok
        ),
        Example(
            datapoints: "0----",
            needed: 3,
            missing: .ok,
            ignore: .ok,
            breaching: .ok,
            notBreaching: .ok
        ),
        Example(
            datapoints: "-----",
            needed: 3,
            missing: .insufficient,
            ignore: nil,
            breaching: .alarm,
            notBreaching: .ok
        ),
        Example(
            datapoints: "0XX-X",
            needed: 3,
            missing: .alarm,
            ignore: .alarm,
            breaching: .alarm,
            notBreaching: .alarm
        ),
        Example(
            datapoints: "----X",
            needed: 3,
            missing: .insufficient,
            ignore: nil,
            breaching: .alarm,
            notBreaching: .ok
        ),
        Example(
            datapoints: "X----",
            needed: 3,
            missing: .alarm,
            ignore: nil,
            breaching: .alarm,
            notBreaching: .ok
        ),
        Example(
            datapoints: "--X--",
            needed: 3,
            missing: .alarm,
            ignore: nil,
            breaching: .alarm,
            notBreaching: .ok
        ),
        Example(
            datapoints: "0-X-X",
            needed: 2,
            missing: .alarm,
            ignore: .alarm,
            breaching: .alarm,
            notBreaching: .alarm
        ),
        Example(
            datapoints: "00X0X",
            needed: 2,
            missing: .alarm,
            ignore: .alarm,
            breaching: .alarm,
            notBreaching: .alarm
        ),
        Example(
            datapoints: "0-X--",
            needed: 2,
            missing: .ok,
            ignore: .ok,
            breaching: .alarm,
            notBreaching: .ok
        ),
        Example(
            datapoints: "----0",
            needed: 2,
            missing: .ok,
            ignore: .ok,
            breaching: .alarm,
            notBreaching: .ok
        ),
        Example(
            datapoints: "----X",
            needed: 2,
            missing: .insufficient,
            ignore: nil,
            breaching: .alarm,
            notBreaching: .ok
        ),
        Example(
            datapoints: "---X-",
            needed: 2,
            missing: .alarm,
            ignore: nil,
            breaching: .alarm,
            notBreaching: .ok
        ),
    ]

    private func points(_ text: String) -> [AlarmEvaluation.Datapoint] {
        text.map { $0 == "X" ? .breaching : $0 == "0" ? .fine : .missing }
    }

    @Test("CloudWatch's documented examples come out as documented", arguments: examples)
    func documented(example: Example) {
        for current in AlarmEvaluation.allCases {
            func judge(_ missing: AlarmEvaluation.MissingData) -> AlarmEvaluation {
                AlarmEvaluation.judge(
                    points(example.datapoints),
                    periods: 3,
                    needed: example.needed,
                    missing: missing,
                    current: current
                )
            }
            #expect(judge(.missing) == example.missing)
            #expect(judge(.ignore) == example.ignore ?? current)
            #expect(judge(.breaching) == example.breaching)
            #expect(judge(.notBreaching) == example.notBreaching)
        }
    }

    @Test(
        "Whatever the datapoints: no gaps, no difference; more breaches, no less alarm",
        arguments: 1...200
    )
    func properties(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        let periods = 1 + Int(random.next() % 10)
        let needed = 1 + Int(random.next() % UInt64(periods))
        var datapoints = (0..<periods + AlarmEvaluation.surplus).map {
            _ -> AlarmEvaluation.Datapoint in
            [.fine, .breaching, .missing][Int(random.next() % 3)]
        }
        func judge(_ missing: AlarmEvaluation.MissingData) -> AlarmEvaluation {
            AlarmEvaluation.judge(
                datapoints,
                periods: periods,
                needed: needed,
                missing: missing,
                current: .ok
            )
        }
        let before = AlarmEvaluation.MissingData.allCases.map(judge)
        if datapoints.count(where: { $0 != .missing }) >= periods {
            #expect(Set(before).count == 1, "seed \(seed)")
        }
        // Treating gaps as breaches can only alarm more than treating them as good.
        if judge(.notBreaching) == .alarm { #expect(judge(.breaching) == .alarm, "seed \(seed)") }
        // One more breach in place of a good datapoint never ends an alarm.
        if let fine = datapoints.firstIndex(of: .fine) {
            datapoints[fine] = .breaching
            for (missing, earlier) in zip(AlarmEvaluation.MissingData.allCases, before)
            where earlier == .alarm {
                #expect(judge(missing) == .alarm, "seed \(seed)")
            }
        }
    }

    @Test(
        "A value about its bound raises once and clears once it has been well for as long as held"
    )
    func hold() {
        var course = AlarmCourse()
        let judged: [AlarmEvaluation] = [
            .ok, .alarm, .ok, .alarm, .ok, .insufficient, .ok, .ok, .ok, .alarm,
        ]
        let actions = judged.map { course.take($0, hold: 2) }
        #expect(
            actions == [
                .nothing, .raise, .nothing, .nothing, .nothing, .nothing, .nothing, .clear,
                .nothing, .raise,
            ]
        )
        #expect(AlarmCourse(json: course.json) == course)
    }

    @Test("However a rule fares, raises and clears take turns", arguments: 1...100)
    func turns(seed: UInt64) {
        let random = SeededRandom(seed: seed)
        let hold = 1 + Int(random.next() % 4)
        var course = AlarmCourse()
        var isActive = false
        var well = 0
        for _ in 0..<200 {
            let judged = AlarmEvaluation.allCases[Int(random.next() % 3)]
            well = judged == .ok ? well + 1 : 0
            switch course.take(judged, hold: hold) {
            case .nothing: break
            case .raise:
                #expect(!isActive && judged == .alarm, "seed \(seed)")
                isActive = true
            case .clear:
                #expect(isActive && well >= hold, "seed \(seed)")
                isActive = false
            }
            #expect(course.isActive == isActive, "seed \(seed)")
        }
    }
}
