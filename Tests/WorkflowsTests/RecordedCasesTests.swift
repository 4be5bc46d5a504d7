import Core
import Foundation
import Testing
import Workflows

@Suite(.enabled(if: RecordedCases.isPresent, "the reference data is absent"))
struct RecordedCasesTests {
    @Test("Recorded executions end alike and leave the same history")
    func replay() throws {
        var (passed, unflagged, outside) = (0, 0, 0)
        var set: [String] = []
        let cases = try RecordedCases.load()
        for recorded in cases {
            if let pairing = RecordedCases.wrongPairings.first(where: {
                recorded.id.hasSuffix("::" + $0.id)
            }) {
                set.append(pairing.id)
                continue
            }
            let problems = Definition.problems(in: recorded.definition)
            guard problems.isEmpty else {
                // Out of scope must be said so; anything else would be our mistake.
                let isUnsupported = problems.contains { $0.message.contains("not supported yet") }
                #expect(isUnsupported, "\(recorded.id): \(problems)")
                outside += 1
                continue
            }
            if try agrees(recorded) {
                passed += 1
                if recorded.isUnflagged { unflagged += 1 }
            }
        }
        print(
            "recorded cases: \(cases.count) in all, \(outside) not supported yet, \(set.count) wrong"
                + " pairings, \(passed) agree (\(unflagged) of them unflagged)"
        )
        #expect(set.count == RecordedCases.wrongPairings.count)
        #expect(passed == cases.count - outside - set.count)
    }

    private func agrees(_ recorded: RecordedCase) throws -> Bool {
        let run: Run
        do {
            run = try Run(recorded.definition, input: recorded.input, answers: recorded.answers)
        } catch {
            Issue.record("\(recorded.id): \(error)")
            return false
        }
        let end = run.execution
        var complaints: [String] = []
        if end.status != recorded.status { complaints.append("ended \(end.status)") }
        if !RecordedCase.agree(end.output, recorded.result["output"].map(RecordedCase.unfolded)) {
            complaints.append("output \(end.output ?? .null)")
        }
        if end.error != recorded.result["error"]?.string {
            complaints.append("error \(end.error ?? "")")
        }
        if !RecordedCase.agree(end.cause.map { .string($0) }, recorded.result["cause"]) {
            complaints.append("cause \(end.cause ?? "")")
        }
        let ours = run.history.map(Line.init)
        let theirs = recorded.history.map(Line.init)
        if theirs.contains(where: { $0.previous == nil }) {
            // The recorder sorted and renumbered what happened inside a Parallel.
            let isKept: (String) -> Bool = { $0 != "ParallelStateSucceeded" }
            if ours.map(\.type).filter(isKept).sorted()
                != theirs.map(\.type).filter(isKept).sorted()
            {
                complaints.append("history \(ours.map(\.type))")
            }
        } else if ours != theirs {
            complaints.append("history \(ours) against \(theirs)")
        }
        if !complaints.isEmpty { Issue.record("\(recorded.id): \(complaints)") }
        return complaints.isEmpty
    }

    /// What is compared of an event; nil where the recorder put a list.
    struct Line: Equatable, CustomStringConvertible {
        var type: String
        var previous: Int?

        init(_ event: HistoryEvent) {
            type = event.type
            previous = event.previousEventID
        }

        init(_ json: JSON) {
            type = json["type"]?.string ?? ""
            previous = json["id"]?.int == nil ? nil : json["previousEventId"]?.int
        }

        var description: String { "\(type)<\(previous ?? -1)" }
    }
}
