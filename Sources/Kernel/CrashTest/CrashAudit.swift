import Core
import Events
import Store
import Workflows

/// Looks for broken promises in what a life of the program left behind.
struct CrashAudit {
    let producer: Producer
    let world: OutsideWorld

    /// What must hold at any time.
    func problems(in reader: any Reader) throws -> [String] {
        var problems: [String] = []
        for id in producer.events.map(\.id) where producer.acknowledged.contains(id) {
            let isThere = try reader.exists("SELECT 1 FROM event WHERE id = ?", [.id(id)])
            if !isThere { problems.append("event \(id) was acknowledged and is lost") }
        }
        try ledgerProblems(in: reader, &problems)
        try outcomeProblems(in: reader, &problems)
        let buried = try reader.query("SELECT rule, reason FROM dead_letter", []) {
            "rule \(try $0.text(0)) refused an event: \(try $0.text(1))"
        }
        return problems + buried + world.violations
    }

    /// Every line once; lines, total, events and calls agree.
    private func ledgerProblems(in reader: any Reader, _ problems: inout [String]) throws {
        let lines = try reader.query("SELECT key, call FROM crash_line ORDER BY seq", []) {
            (key: try $0.text(0), call: try $0.optionalText(1))
        }
        var seen: Set<String> = []
        for line in lines {
            if !seen.insert(line.key).inserted {
                problems.append("step \(line.key) changed the store twice")
            }
            if let call = line.call, !world.wasCalled(call) {
                problems.append("the store holds an answer to call \(call), which never arrived")
            }
        }
        let total =
            try reader.first("SELECT count FROM crash_total WHERE id = 1") { try $0.int(0) } ?? 0
        if total != lines.count {
            problems.append("the ledger has \(lines.count) lines, its total says \(total)")
        }
        let events = try reader.query(
            "SELECT data FROM event WHERE type = 'line.written' ORDER BY seq",
            []
        ) { try $0.json(0)["key"]?.string ?? "" }
        if events != lines.map(\.key) {
            problems.append("the log tells of \(events.count) lines, the ledger has \(lines.count)")
        }
    }

    /// One outcome of each execution, the same in its record and in the log.
    private func outcomeProblems(in reader: any Reader, _ problems: inout [String]) throws {
        let outcomes = try reader.query(
            "SELECT type, data FROM event WHERE type LIKE 'execution.%' ORDER BY seq",
            []
        ) { (type: try $0.text(0), id: try $0.json(1)["executionId"]?.string ?? "") }
        let told = Dictionary(grouping: outcomes, by: \.id).mapValues { $0.map(\.type) }
        let records = try reader.query("SELECT id, status FROM execution ORDER BY id", []) {
            (id: try $0.text(0), status: try $0.text(1))
        }
        for record in records {
            let status = record.status.lowercased().replacing("_", with: "-")
            let expected = record.status == "RUNNING" ? [] : ["execution.\(status)"]
            if told[record.id, default: []] != expected {
                problems.append(
                    "execution \(record.id) is \(record.status), and the log says "
                        + (told[record.id]?.joined(separator: ", ") ?? "nothing")
                )
            }
        }
        for id in told.keys where !records.contains(where: { $0.id == id }) {
            problems.append("the log tells of execution \(id), which has no record")
        }
    }

    /// What must hold once everything has ended.
    func finalProblems(in reader: any Reader, scope: Scope) throws -> [String] {
        var problems = try problems(in: reader)
        let executions = try reader.query(
            "SELECT id, name, status, error, cause FROM execution",
            []
        ) {
            (
                id: try $0.id(0, Execution.self), name: try $0.text(1), status: try $0.text(2),
                why: try [$0.optionalText(3), $0.optionalText(4)].compactMap { $0 }
            )
        }
        let byName = Dictionary(grouping: executions, by: \.name)
        var lines = 0
        for (id, workflow) in producer.events {
            let kind = workflow.kind
            let name = "crash.\(kind)/\(id)"
            let found = byName[name] ?? []
            if found.count != 1 {
                problems.append("event \(id) (\(kind)) started \(found.count) executions")
            }
            lines += workflow.lines
            let expected = workflow.status ?? found.first?.status ?? ""
            for execution in found where execution.status != expected {
                let why = execution.why.joined(separator: ": ")
                problems.append(
                    "\(name) ended \(execution.status), not \(expected) (\(why))"
                )
            }
            for execution in found {
                problems += try historyProblems(of: execution.id, name, scope, in: reader)
            }
        }
        let written = try reader.first("SELECT count(*) FROM crash_line") { try $0.int(0) } ?? 0
        if written != lines {
            problems.append("the ledger has \(written) lines; the executions should leave \(lines)")
        }
        return problems
    }

    /// The history is numbered without gaps and gives each scheduled task one outcome.
    private func historyProblems(
        of id: ID<Execution>,
        _ name: String,
        _ scope: Scope,
        in reader: any Reader
    ) throws -> [String] {
        let detail = try ExecutionTables().detail(id, scope: scope, in: reader)
        let history = detail?["history"]?.array ?? []
        var problems: [String] = []
        if history.map({ $0["id"]?.int ?? 0 }) != Array(1..<(history.count + 1)) {
            problems.append("\(name): the history has gaps")
        }
        let types = history.map { $0["type"]?.string ?? "" }
        if types.filter({ Self.ends.contains($0) }) != Array(types.suffix(1)) {
            problems.append("\(name): the history does not end once: \(types)")
        }
        let scheduled = types.count { $0 == "TaskScheduled" }
        let settled = types.count { ["TaskSucceeded", "TaskFailed", "TaskTimedOut"].contains($0) }
        if types.last == "ExecutionSucceeded", scheduled != settled {
            problems.append(
                "\(name): \(scheduled) tasks were scheduled, \(settled) have an outcome"
            )
        }
        return problems
    }

    private static let ends: Set<String> = [
        "ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted",
    ]
}
