import Core
import Foundation
import Testing

@testable import Workflows

@Suite(.enabled(if: RecordedCases.isPresent, "the reference data is absent"))
struct RecordedCasesTests {
    @Test("Recorded executions end alike and leave the same history", arguments: [false, true])
    func replay(isKept: Bool) throws {
        var (passed, unflagged) = (0, 0)
        var aside: [String] = []
        let cases = try RecordedCases.load()
        for recorded in cases {
            if let entry = RecordedCase.setAside.first(where: {
                recorded.id.hasSuffix("::" + $0.id)
            }) {
                aside.append(entry.id)
                continue
            }
            if agrees(recorded, isKept: isKept) {
                passed += 1
                if recorded.isUnflagged { unflagged += 1 }
            }
        }
        print(
            "recorded cases: \(cases.count) in all, \(aside.count) set aside, \(passed) agree"
                + " (\(unflagged) of them unflagged)"
        )
        #expect(aside.count == RecordedCase.setAside.count)
        #expect(passed == cases.count - aside.count)
    }

    @Test("Every edit names a case and says why")
    func edits() throws {
        let ids = try RecordedCases.load().map(\.id)
        for edit in RecordedCase.edits {
            #expect(ids.contains { $0.hasSuffix("::" + edit.id) }, "\(edit.id)")
            #expect(!edit.reason.isEmpty)
        }
    }

    private func agrees(_ recorded: RecordedCase, isKept: Bool) -> Bool {
        let name = recorded.id.split(separator: "::").last ?? ""
        do {
            let execution = Execution(
                of: try Definition(recorded.definition),
                identity: ExecutionIdentity(
                    id: "arn:aws:states:here:111111111111:execution:sample:first",
                    name: "first",
                    workflowID: "arn:aws:states:here:111111111111:stateMachine:sample",
                    workflowName: "sample",
                    role: "tester"
                ),
                random: SeededRandom(seed: 1)
            )
            var run = Rehearsal(of: execution, mocks: Mocks(recorded.answers))
            run.isKept = isKept
            try run.run(input: recorded.input, at: Run.start)
            let complaints = RecordedComparison(recorded, run).complaints
            for complaint in complaints.prefix(3) {
                Issue.record("\(name): \(complaint.prefix(1_000))")
            }
            return complaints.isEmpty
        } catch {
            Issue.record("\(name): \(error)")
            return false
        }
    }
}
