import Core

@testable import Workflows

/// What a run does not have in common with its recording.
struct RecordedComparison {
    private(set) var complaints: [String] = []

    init(_ recorded: RecordedCase, _ run: Rehearsal) {
        let end = run.execution
        if end.status != recorded.status { complaints.append("ended \(end.status)") }
        let output = recorded.result["output"].map(RecordedCase.unfolded)
        if !Self.agree(end.output, output) { complaints.append("output \(end.output ?? .null)") }
        if end.error != recorded.result["error"]?.string {
            complaints.append("error \(end.error ?? "")")
        }
        if !Self.agree(end.cause.map { .string($0) }, recorded.result["cause"]) {
            complaints.append("cause \(end.cause ?? "")")
        }
        var ours = run.history.map(\.json)
        // The context object told the redrives since AWS had them, 15 November 2023.
        if recorded.day < "2023-11-15" { ours = ours.map { Self.without("RedriveCount", $0) } }
        if recorded.history.contains(where: { $0["id"]?.int == nil }) {
            compareSorted(ours, recorded.history)
        } else {
            compare(ours, recorded)
        }
    }

    private mutating func compare(_ ours: [JSON], _ recorded: RecordedCase) {
        let theirs = recorded.history
        guard ours.map(Self.type) == theirs.map(Self.type) else {
            complaints.append("history \(ours.map(Self.type)) against \(theirs.map(Self.type))")
            return
        }
        for (our, their) in zip(ours, theirs) {
            if our["id"] != their["id"] { complaints.append("id of \(our)") }
            if our["previousEventId"] != their["previousEventId"],
                !Self.isOlderLink(our, their, recorded)
            {
                complaints.append("previousEventId of \(our) against \(their)")
            }
            if !Self.detailsAgree(our, their) { complaints.append("\(our) against \(their)") }
        }
    }

    /// The recorder sorted what happened inside a Parallel by type, left the ids out, and lost ends
    /// of Parallel states; the last id tells how many events there were.
    private mutating func compareSorted(_ ours: [JSON], _ theirs: [JSON]) {
        var rest = ours
        for their in theirs {
            let at = rest.firstIndex {
                Self.type($0) == Self.type(their) && Self.detailsAgree($0, their)
            }
            if let at { rest.remove(at: at) } else { complaints.append("no event like \(their)") }
        }
        let ends: Set = ["ParallelStateSucceeded", "ParallelStateExited"]
        if !rest.allSatisfy({ ends.contains(Self.type($0)) }) {
            complaints.append("further events \(rest)")
        }
        if theirs.last?["id"]?.int != ours.count {
            complaints.append("\(ours.count) events")
        }
    }

    /// Until the autumn of 2024 AWS had the exit of a distributed Map follow from the end of its
    /// run, since then from its start; we do what it does now.
    private static func isOlderLink(_ our: JSON, _ their: JSON, _ recorded: RecordedCase) -> Bool {
        type(their) == "MapStateExited" && recorded.day < "2024-11"
            && recorded.history.contains {
                type($0) == "MapRunSucceeded" && $0["id"] == their["previousEventId"]
            }
    }

    private static func without(_ key: String, _ value: JSON) -> JSON {
        switch value {
        case .array(let elements): return .array(elements.map { without(key, $0) })
        case .object(let object):
            return .object(
                JSONObject(
                    object.filter { $0.key != key }.map { ($0.key, without(key, $0.value)) }
                )
            )
        default: return value
        }
    }

    private static func type(_ event: JSON) -> String { event["type"]?.string ?? "" }

    /// What depends on who runs it, and what only the service called or the worker knew.
    private static let others: [String: Set<String>] = [
        "": ["region", "roleArn", "mapRunArn"], "TaskSubmitted": ["output", "outputDetails"],
        "ActivityStarted": ["workerName"], "ActivityScheduled": ["resource"],
    ]

    private static func detailsAgree(_ our: JSON, _ their: JSON) -> Bool {
        let left = our.object?.first { $0.key.hasSuffix("Details") }
        let right = their.object?.first { $0.key.hasSuffix("Details") }
        let ignored = others[""]?.union(others[type(their)] ?? []) ?? []
        let ours = (left?.value.object ?? JSONObject()).filter { !ignored.contains($0.key) }
        let theirs = (right?.value.object ?? JSONObject()).filter { !ignored.contains($0.key) }
        guard left?.key == right?.key || ours.isEmpty && theirs.isEmpty else { return false }
        guard ours.count == theirs.count else { return false }
        return ours.allSatisfy { member in agree(member.value, right?.value[member.key]) }
    }

    /// Equal but for white space in JSON texts, which the recorder changed, and for what it
    /// replaced.
    static func agree(_ left: JSON?, _ right: JSON?) -> Bool {
        switch (left, right) {
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { agree($0, $1) }
        case (.object(let left), .object(let right)):
            return left.count == right.count
                && left.allSatisfy { agree($0.value, right[$0.key]) }
        case (.string(let left), .string(let right)):
            if left == right || replaced.contains(right) || fits(left, right) { return true }
            if let right = try? JSON(parsing: right) {
                return agree(RecordedCase.unfolded(.string(left)), right)
            }
            return false
        case (.string(let text), .object), (.string(let text), .array):
            return (try? JSON(parsing: text)).map { agree($0, right) } ?? false
        case (let left?, .string(let text)):
            return replaced.contains(text)
                || (try? JSON(parsing: text)).map { agree(left, $0) } ?? false
        default: return left == right
        }
    }

    /// What the recorder wrote in place of times, roles and outputs.
    private static let replaced: Set = [
        "date", "start-time", "entered-time", "timestamp", "<timestamp>", "snf_role_arn",
        "stateExitedEventDetails.output", "executionSucceededEventDetails.output",
    ]

    /// Whether a text is the recorded one with something in place of each `<…>`.
    private static func fits(_ text: String, _ recorded: String) -> Bool {
        var pieces: [Substring] = []
        var rest = recorded[...]
        while let open = rest.firstIndex(of: "<") {
            // One may stand within another: <<task_token>:1>.
            var depth = 0
            let close = rest[open...].firstIndex { character in
                if character == "<" { depth += 1 }
                if character == ">" { depth -= 1 }
                return depth == 0
            }
            guard let close else { return false }
            pieces.append(rest[..<open])
            rest = rest[rest.index(after: close)...]
        }
        guard !pieces.isEmpty else { return false }
        pieces.append(rest)
        var left = text[...]
        for (at, piece) in pieces.enumerated() {
            guard
                let found = piece.isEmpty
                    ? left.startIndex..<left.startIndex : left.firstRange(of: piece)
            else { return false }
            if at == 0, found.lowerBound != left.startIndex { return false }
            left = left[found.upperBound...]
        }
        return pieces.last?.isEmpty ?? true || left.isEmpty
    }
}
