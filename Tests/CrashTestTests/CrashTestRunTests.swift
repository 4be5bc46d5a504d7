import Core
@testable import CrashTest
import Foundation
import Testing

@Suite struct CrashTestRunTests {
    private static let isLong =
        ProcessInfo.processInfo.environment["WEFT_TESTS"]?
        .contains("long") ?? false
    private static let seeds: UInt64 = isLong ? 10_000 : 100

    @Test("No promise is broken, wherever the machine dies")
    func promisesHold() {
        var crashes = 0
        for seed in 1...Self.seeds {
            let report = CrashTestRun(seed: seed)()
            crashes += report.crashes
            #expect(report.problems.isEmpty, "seed \(seed): \(report.problems)")
        }
        // Between none and six a seed, three on average.
        #expect(crashes > Int(Self.seeds))
    }

    @Test("A store that does not sync is found out")
    func unsyncedIsFound() {
        var broken: [String] = []
        for seed in UInt64(1)...20 {
            var run = CrashTestRun(seed: seed)
            run.isSynced = false
            broken += run().problems
        }
        #expect(broken.contains { $0.contains("was acknowledged and is lost") })
    }

    @Test("A user's own workflow is run, its calls answered by mocks")
    func ownWorkflow() throws {
        let workflow = try CrashWorkflow(
            source: [
                "StartAt": "Charge",
                "States": [
                    "Charge": [
                        "Type": "Task", "Resource": "arn:aws:lambda:eu-central-1:1:function:charge",
                        "Retry": [["ErrorEquals": ["Busy"], "MaxAttempts": 3]], "Next": "Ship",
                    ],
                    "Ship": [
                        "Type": "Task", "Resource": "arn:aws:lambda:eu-central-1:1:function:ship",
                        "End": true,
                    ],
                ],
            ],
            input: ["order": 7],
            mocks: ["Charge": [["throw": ["error": "Busy"]], ["return": ["paid": true]]]]
        )
        for seed in UInt64(1)...10 {
            let report = CrashTestRun(seed: seed, workflow: workflow)()
            #expect(report.problems.isEmpty, "seed \(seed): \(report.problems)")
            // Charge is called twice, Ship once, and what died on the way again.
            #expect(report.calls - report.repeatedCalls == report.executions * 3)
        }
    }

    @Test("The same seed gives the same run")
    func sameSeedSameRun() {
        for seed in UInt64(1)...5 {
            let first = CrashTestRun(seed: seed)()
            let second = CrashTestRun(seed: seed)()
            #expect(first.json == second.json)
            #expect(first.trace == second.trace)
        }
    }
}
