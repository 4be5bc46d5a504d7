import Core
import CrashTest
import Foundation
import Testing

@Suite struct CrashTestRunTests {
    private static let isLong = ProcessInfo.processInfo.environment["WEFT_TESTS"]?
        .contains("long") ?? false
    private static let seeds: UInt64 = isLong ? 10_000 : 20

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
